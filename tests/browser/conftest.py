"""A real server and a real Chromium for the tests in this folder."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from cnnviz.runs import Run
from tests.browser.screen import IDLE, PATIENCE

ROOT = Path(__file__).parent.parent.parent
LAN_NAME = "lan.example"  # this machine, by a name that browsers do not trust as they do localhost
FLAGS = [
    f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1",
    "--font-render-hinting=none",  # text as wide as in a browser with a window
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The shell draws pages and nothing around them, which takes half the time.
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser"]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the system's, else the one that `playwright install chromium` brought."""
    with sync_playwright() as playwright:
        system = next(filter(None, map(shutil.which, BROWSERS)), None)
        chromium = launched(playwright.chromium, system, FLAGS)
        yield chromium
        chromium.close()


def launched(kind: BrowserType, path: str | None, flags: list[str]) -> Browser:
    """A browser; where it is missing, the test is skipped, or fails where CI=true."""
    try:
        return kind.launch(executable_path=path, args=flags)
    except PlaywrightError as error:
        reason = f"no Chromium to drive ({str(error).splitlines()[0]}): see README, Tests"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def _start(env: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | env,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return process, url
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail("the app did not start within a minute")


@pytest.fixture(scope="session")
def serve() -> Callable[..., contextlib.AbstractContextManager[str]]:
    """`with serve(CNNVIZ_RUNS=...) as url:` runs the app on a free port with that environment."""

    @contextlib.contextmanager
    def run(**env: str) -> Iterator[str]:
        process, url = _start(env)
        try:
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    return run


@pytest.fixture(scope="module")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which this module's server keeps its runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def app_url(serve, tmp_path_factory) -> Iterator[str]:
    """Address of the app; a module that starts runs takes `training_app` or `own_app`."""
    with serve(CNNVIZ_RUNS=str(tmp_path_factory.mktemp("no-runs"))) as url:
        yield url


@pytest.fixture(scope="module")
def own_app(serve, runs_folder: Path) -> Iterator[str]:
    """Address of an app that this module alone uses, with its own folder of runs."""
    with serve(CNNVIZ_RUNS=str(runs_folder)) as url:
        yield url


@pytest.fixture(scope="session")
def training_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the server of `training_app` keeps its runs."""
    return tmp_path_factory.mktemp("training-runs")


@pytest.fixture(scope="session")
def training_app(serve, training_runs: Path) -> Iterator[str]:
    """Address of an app for modules that start runs, and do not mind those of other modules."""
    with serve(CNNVIZ_RUNS=str(training_runs)) as url:
        yield url


@pytest.fixture(scope="session")
def profiles(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser profile for each address of the app; its cache spares reading scripts again."""
    profiles: dict[str, BrowserContext] = {}
    yield profiles
    for profile in profiles.values():
        profile.close()


@pytest.fixture(scope="session")
def new_page(
    browser: Browser, profiles: dict[str, BrowserContext]
) -> Callable[[str], contextlib.AbstractContextManager[Page]]:
    """`with new_page(app_url) as page:` is a page of a profile without cookies or memory, 1280×800.

    Relative addresses are the app's.
    """

    @contextlib.contextmanager
    def opened(app_url: str) -> Iterator[Page]:
        if app_url not in profiles:
            profiles[app_url] = browser.new_context(
                base_url=app_url, viewport={"width": 1280, "height": 800}
            )
            profiles[app_url].set_default_timeout(PATIENCE)
        profile = profiles[app_url]
        page = profile.new_page()
        profile.new_cdp_session(page).send(
            "Storage.clearDataForOrigin",
            {"origin": app_url, "storageTypes": "cookies,indexeddb,local_storage"},
        )
        yield page
        for opened in profile.pages:
            opened.close()
        profile.clear_cookies()
        profile.clear_permissions()
        profile.unroute_all(behavior="ignoreErrors")

    return opened


@pytest.fixture
def page(new_page, app_url: str) -> Iterator[Page]:
    """A page of the app, for one test.

    It never tries the graphics processor: where that is imitated, the trial takes seconds. The
    tests of every page let it, and those in `test_graphics.py`.
    """
    with new_page(app_url) as page:
        page.add_init_script("window.cnnvizGraphics = null")
        yield page


@pytest.fixture
def sent(page: Page) -> list[object]:
    """What the page sends to the server but for fonts and the like; clear it once it is there."""
    found: list[object] = []

    def keep(message: object) -> None:
        if "/static/" not in getattr(message, "url", ""):
            found.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    page.on("request", keep)
    return found


@pytest.fixture
def nothing_trains_on(runs_folder: Path) -> Iterator[None]:
    """A test that fails half-way leaves a run at work, for which all others would wait in line."""
    yield
    for path in runs_folder.iterdir():
        if path.is_dir():
            Run(path).control("stop")


@pytest.fixture(scope="module")
def whole_chromium(browser: Browser) -> Iterator[Browser]:
    """A whole Chromium, whose camera shows a test picture and which warns of certificates."""
    chromium = launched(
        browser.browser_type,
        shutil.which("chromium") or shutil.which("chromium-browser"),
        [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    )
    yield chromium
    chromium.close()


@pytest.fixture
def camera(whole_chromium: Browser) -> Iterator[Page]:
    """A page of a browser that has a camera."""
    page = whole_chromium.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """Waits until the app's script has ended and what it drew is there."""

    def wait(page: Page) -> None:
        page.wait_for_selector(IDLE, timeout=PATIENCE)

    return wait
