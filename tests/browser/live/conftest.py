"""The live component in a real browser, against the real broadcast, on runs made up here.

The runs are made up (`made_up_runs.py`); their folder and the sockets are the app's own.
"""

import pytest

from tests.browser.live.server import Server
from tests.browser.made_up_runs import Author, finished


@pytest.fixture(scope="session")
def live_runs(tmp_path_factory):
    return tmp_path_factory.mktemp("live-runs")


@pytest.fixture(scope="module")
def runs(live_runs):
    """The runs folder, for the server and for the authors in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_RUNS", str(live_runs))
        yield live_runs


@pytest.fixture(scope="session")
def server(tmp_path_factory, live_runs):
    server = Server(tmp_path_factory.mktemp("live-app"), live_runs)
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
def app_url(server):
    return server.url


@pytest.fixture
def sockets():
    """The WebSockets to the broadcast that the page opened, what it sent on them, and errors."""
    return {"opened": [], "sent": [], "errors": []}


@pytest.fixture
def page(still_page, sockets):
    page = still_page

    def note(kind, what):  # Playwright takes no method of a list
        sockets[kind].append(what)

    def opened(socket):
        if "/live" in socket.url:
            sockets["opened"].append(socket.url)
            socket.on("framesent", lambda message: note("sent", message))

    def failed(error):
        note("errors", error)

    page.on("websocket", opened)
    page.on("pageerror", failed)
    yield page
    page.remove_listener("websocket", opened)
    page.remove_listener("pageerror", failed)
    assert sockets["errors"] == []
