"""What the repository promises about itself."""

import inspect
import re
import tomllib

import pytest
from streamlit import config


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-ray.txt"]
)
def test_every_dependency_is_pinned_and_says_why_it_is_there(root, name):
    lines = [
        line for line in (root / name).read_text().splitlines() if line and not line.startswith("-")
    ]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z][a-z0-9-]*==[\w.]+ +# .+", line), line


def test_the_server_is_private_and_strict_by_default(root):
    settings = tomllib.loads((root / ".streamlit" / "config.toml").read_text())
    assert settings["server"] == {
        "address": "127.0.0.1",
        "headless": True,
        "fileWatcherType": "none",
        "maxUploadSize": 200,  # for weights alone: `cnnviz/gate.py` refuses other files over 21 MB
        "maxMessageSize": 32,
        "maxWidgetStateSize": 2,
        "enableCORS": True,
        "enableXsrfProtection": True,
        "allowedHosts": ["127.0.0.1", "localhost"],
        "enableAgentApi": False,
    }
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "type"


def test_streamlit_knows_every_setting(root):
    """A misspelt or withdrawn option would be ignored in silence; postScriptGC is undocumented."""
    settings = tomllib.loads((root / ".streamlit" / "config.toml").read_text())
    for section, options in settings.items():
        if section != "theme":
            for name, value in options.items():
                assert type(config.get_option(f"{section}.{name}")) is type(value)
    assert settings["runner"]["postScriptGC"] is False


def test_streamlit_still_reads_post_script_gc():
    from streamlit.runtime.scriptrunner import script_runner

    source = inspect.getsource(script_runner)
    assert re.search(r'if config.get_option\("runner.postScriptGC"\):\s+gc.collect', source)
