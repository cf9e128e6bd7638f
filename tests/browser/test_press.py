"""Every kind of control is pressed once, somewhere in the app; see `press.py`."""

import pytest

from tests.browser.press import PAGES, press_everything

# A run that is started keeps the cores: the pages that can start one come last.
ORDER = sorted(PAGES, key=lambda path: (path in {"train", "race", "inside"}, path))
_known: set[str] = set()


@pytest.fixture(scope="module")
def app_url(own_app):
    return own_app


@pytest.mark.parametrize("path", ORDER, ids=lambda path: path or "home")
def test_pressing_every_control_breaks_nothing(page, path):
    known = set(_known)
    report = press_everything(page, path, seconds=5, known=known)
    assert report.faults == []
    assert report.pressed
    _known.update(known)
