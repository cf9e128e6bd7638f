"""A page of the app, opened once: all that `checks.py` asks is asked of it, and then it is pressed.

The test modules share the pages among them, since each runs in one process.
"""

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="session")
def pressed_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the server of `pressed_app` keeps its runs."""
    return tmp_path_factory.mktemp("pressed-runs")


@pytest.fixture(scope="session")
def pressed_app(serve, pressed_runs: Path) -> Iterator[str]:
    """An app apart: what is trained by a press is shown to everybody who opens the page later."""
    with serve(CNNVIZ_RUNS=str(pressed_runs)) as url:
        yield url


@pytest.fixture(scope="module")
def runs_folder(pressed_runs: Path) -> Path:
    return pressed_runs


@pytest.fixture(scope="module")
def app_url(pressed_app: str) -> str:
    return pressed_app


@pytest.fixture(scope="module")
def opened(request, new_page, app_url: str) -> Iterator[Page]:
    """One page of the app, drawn; the tests of a page share it, and the last one presses it."""
    with new_page(app_url, graphics=True, still=True) as page:
        page.emulate_media(color_scheme="dark")  # as the first test wants it
        page.goto(RICHEST.get(request.param, f"/{request.param}"))
        stand_still(page)
        yield page
