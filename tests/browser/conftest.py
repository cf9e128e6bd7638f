"""A real server and a real Chromium for the tests in this folder."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    WebSocket,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from cnnviz.runs import Run
from tests.browser.screen import IDLE, PATIENCE
from tests.streamlit_server import free_port, start_streamlit, stop_streamlit

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
LONGEST_TEST = 400  # seconds
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    folder = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(2 * LONGEST_TEST))  # the page ends before


@pytest.fixture(autouse=True)
def no_endless_call() -> Iterator[None]:
    """A call into a page that never answers blocks pytest's own time limit as well.

    So the pages of this process's browsers are ended after `LONGEST_TEST` seconds: the call raises
    "Target crashed", and the next test opens a page anew.
    """

    def end_pages() -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "--type=renderer" in process.cmdline():
                    process.kill()

    limit = threading.Timer(LONGEST_TEST, end_pages)
    limit.start()
    yield
    limit.cancel()


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


@pytest.fixture(scope="session")
def serve() -> Callable[..., contextlib.AbstractContextManager[str]]:
    """`with serve(CNNVIZ_RUNS=...) as url:` runs the app on a free port with that environment.

    With `base` all its pages are below that path, and `url` ends with it.
    """

    @contextlib.contextmanager
    def run(*, cold: bool = False, base: str = "", **env: str) -> Iterator[str]:
        port, options = free_port(), ("--server.baseUrlPath", base) if base else ()
        process = start_streamlit("app.py", port, *options, env=env, base=base, cold=cold)
        try:
            yield f"http://127.0.0.1:{port}{base}"
        finally:
            stop_streamlit(process)

    return run


@pytest.fixture(scope="module")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which this module's server keeps its runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def app_url(serve, tmp_path_factory) -> Iterator[str]:
    """Address of the app; a module that starts runs takes `training_app` or `own_app`.

    It answers by `LAN_NAME` as well.
    """
    with serve(
        CNNVIZ_RUNS=str(tmp_path_factory.mktemp("no-runs")),
        STREAMLIT_SERVER_ALLOWED_HOSTS=f"127.0.0.1 localhost {LAN_NAME}",
    ) as url:
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


DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="session")
def new_page(browser: Browser) -> Iterator[Callable[..., contextlib.AbstractContextManager[Page]]]:
    """`with new_page(app_url) as page:` is a page without cookies or memory, 1280×800.

    Relative addresses are the app's. With `phone=True` it is a phone's, 390×844.

    It never tries the graphics processor, unless with `graphics=True`: where that is imitated,
    the trial takes seconds.

    With `still=True` it asks for reduced motion: a figure that moves takes as much of the processor
    as all the rest of a page. And it is given to the next test, unless with `shared=False`: it has
    the app's scripts compiled, which halves what opening an address takes. Several people at once
    each have a `who`, for cookies of their own.
    """
    profiles: dict[tuple[str, bool, bool, str], BrowserContext] = {}
    idle: dict[BrowserContext, Page] = {}

    def profile_of(app_url: str, *, phone: bool, graphics: bool, who: str) -> BrowserContext:
        key = app_url, phone, graphics, who
        if key not in profiles:
            profiles[key] = browser.new_context(base_url=app_url, **(PHONE if phone else DESK))
            profiles[key].set_default_timeout(PATIENCE)
            if not graphics:
                profiles[key].add_init_script("window.cnnvizGraphics = null")
        return profiles[key]

    @contextlib.contextmanager
    def opened(
        app_url: str,
        *,
        phone: bool = False,
        graphics: bool = False,
        still: bool = False,
        shared: bool = True,
        who: str = "",
    ) -> Iterator[Page]:
        shared = shared and still
        profile = profile_of(app_url, phone=phone, graphics=graphics, who=who)
        page = idle.pop(profile, None) if shared else None
        for other in list(idle):
            if not who or not idle[other].url.startswith(app_url):
                idle.pop(other).close()
        page = page or profile.new_page()
        session = profile.new_cdp_session(page)
        session.send(
            "Storage.clearDataForOrigin",
            {"origin": app_url, "storageTypes": "cookies,indexeddb,local_storage"},
        )
        session.detach()
        page.set_viewport_size((PHONE if phone else DESK)["viewport"])
        page.emulate_media(
            color_scheme="light", reduced_motion="reduce" if still else "no-preference"
        )
        yield page
        for one in profile.pages:
            if one != page or not shared:
                one.close()
        profile.clear_cookies()
        profile.clear_permissions()
        profile.unroute_all(behavior="ignoreErrors")
        if not page.is_closed():
            try:
                idle[profile] = _emptied(page, app_url)
            except PlaywrightError:  # the server is gone
                page.close()

    yield opened
    for profile in profiles.values():
        profile.close()


def _emptied(page: Page, app_url: str) -> Page:
    """A page on which nothing is any more, but that stays in its process."""
    page.mouse.up()
    page.mouse.move(0, 0)
    page.goto(f"{app_url}/_stcore/health", timeout=10_000)
    page.evaluate("sessionStorage.clear()")
    return page


@pytest.fixture
def page(new_page, app_url: str) -> Iterator[Page]:
    """A page of the app, for one test."""
    with new_page(app_url) as page:
        yield page


@pytest.fixture
def unshared() -> None:
    """A test that uses this has a page of its own: what it adds to every document would stay."""


@pytest.fixture
def still_page(request: pytest.FixtureRequest, new_page, app_url: str) -> Iterator[Page]:
    """The page of the test before, which asks for reduced motion: it takes a third of the time.

    A module or folder whose tests do not look at what moves by itself calls it `page`.
    """
    with new_page(app_url, still=True, shared="unshared" not in request.fixturenames) as page:
        yield page


@pytest.fixture
def moving(page: Page) -> None:
    """The still page of this test does not ask for reduced motion: figures move by themselves."""
    page.emulate_media(reduced_motion="no-preference")


@pytest.fixture
def phone(new_page, app_url: str) -> Iterator[Page]:
    """A page of the app on a phone, for one test."""
    with new_page(app_url, phone=True, still=True) as page:
        yield page


@pytest.fixture
def sent(page: Page) -> Iterator[list[object]]:
    """What the page sends to the server but for fonts and the like; clear it once it is there."""
    found: list[object] = []

    def keep(message: object) -> None:
        if "/static/" not in getattr(message, "url", ""):
            found.append(message)

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", keep)

    page.on("websocket", listen)
    page.on("request", keep)
    yield found
    page.remove_listener("websocket", listen)
    page.remove_listener("request", keep)


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
