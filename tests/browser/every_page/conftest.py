"""A page of the app, opened once: all that `checks.py` asks is asked of it, and then it is pressed.

The test modules share the pages among them, since each runs in one process.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from cnnviz import pages as declared
from tests.browser.screen import stand_still

pytest.register_assert_rewrite("tests.browser.every_page.checks")

RICHEST = {"train": "/train?t_net=own"}  # with the list of layers


# Folders of `pages/`; each part is a test module. What lies in none of them is the rest.
PARTS = {"lab": {"lab"}, "papers": {"networks", "pictures_out"}, "learning": {"learning"}}


def part_of(page: declared.Page) -> str:
    folder = page.path.rpartition("/")[0]
    return next((part for part, folders in PARTS.items() if folder in folders), "rest")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "opened" in metafunc.fixturenames:
        paths = sorted(p.url for p in declared.PAGES if part_of(p) == metafunc.cls.part)
        metafunc.parametrize(
            "opened", paths, indirect=True, scope="module", ids=[path or "home" for path in paths]
        )


@pytest.fixture(scope="module")
def app_url(own_app: str) -> str:
    """An app apart: what is trained by a press is shown to everybody who opens the page later."""
    return own_app


@pytest.fixture(scope="module")
def opened(request, new_page, app_url: str) -> Iterator[Page]:
    """One page of the app, drawn; the tests of a page share it, and the last one presses it."""
    with new_page(app_url, graphics=True, still=True) as page:
        page.goto(RICHEST.get(request.param, f"/{request.param}"))
        stand_still(page)
        yield page
