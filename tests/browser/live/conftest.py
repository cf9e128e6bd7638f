"""The live component in a real browser, against the real broadcast, on runs made up here.

The runs are made up (`made_up_runs.py`); their folder and the sockets are the app's own.
"""

import pytest

from tests.browser.live.server import Server
from tests.browser.made_up_runs import Author, finished
from tests.browser.screen import PATIENCE


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs folder of this module, for the server and for the authors in this process."""
    folder = tmp_path_factory.mktemp("live-runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def server(tmp_path_factory, runs):
    server = Server(tmp_path_factory.mktemp("live-app"), runs)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def done(runs):
    """A finished run of 300 steps; do not write to it."""
    return finished()


@pytest.fixture
def author(runs):
    author = Author()
    author.start()
    yield author
    author.writing.close()


@pytest.fixture
def context(browser, server):
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def sockets():
    """The WebSockets to the broadcast that the page opened, what it sent on them, and errors."""
    return {"opened": [], "sent": [], "errors": []}


@pytest.fixture
def page(context, sockets):
    page = context.new_page()

    def note(kind, what):  # Playwright takes no method of a list
        sockets[kind].append(what)

    def opened(socket):
        if "/live" in socket.url:
            sockets["opened"].append(socket.url)
            socket.on("framesent", lambda message: note("sent", message))

    page.on("websocket", opened)
    page.on("pageerror", lambda error: note("errors", error))
    yield page
    assert sockets["errors"] == []
