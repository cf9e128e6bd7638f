# make run: the app. make classroom: the same, open to the network.
# make test: the tests. make lint: style, types, import contracts.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run classroom test lint

run: $(VENV)/.installed
	$(BIN)/streamlit run app.py

classroom: $(VENV)/.installed
	$(BIN)/python -m cnnviz.classroom $(ARGS)

# Three at a time, also on two cores: most tests wait for a browser or a training process.
test: ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder
test: $(VENV)/.installed-dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || $(MAKE) --no-print-directory chromium
	$(BIN)/node --test --test-reporter=dot 'tests/js/**/*.test.js'
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.installed-dev node_modules/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/node node_modules/eslint/bin/eslint.js cnnviz/components tests/js eslint.config.js
	$(BIN)/node node_modules/typescript/bin/tsc -p .
	$(BIN)/node node_modules/typescript/bin/tsc -p cnnviz/components/kit

# What checks the JavaScript, from npm; Node itself comes from PyPI with the rest. The app needs neither.
node_modules/.installed: package.json package-lock.json $(VENV)/.installed-dev
	$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# As root the distribution's Chromium, and its shell, which is faster and does for all tests but
# those of the camera; else Playwright's own. Where none can be had, the browser tests skip and say
# so (and fail where CI=true).
.PHONY: chromium
chromium:
	-if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && { apt-get install -y -qq chromium; apt-get install -y -qq chromium-headless-shell; }; \
	else \
	  $(BIN)/playwright install chromium; \
	fi

# install.py makes .venv and picks the torch that suits this machine.
$(VENV)/.installed: requirements.txt install.py
	$(PYTHON) install.py
	touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt install.py
	$(PYTHON) install.py requirements-dev.txt
	touch $(VENV)/.installed $@
