"""Opening a page without a browser."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from cnnviz.pages import page_at
from tests.pages.sent import sent


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that wait for each other on a busy machine take longer than one alone."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="package")
def whole_pages():
    """Sections below the fold are drawn at once: there is no window to come near to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnviz.ui.shared.lazy_section.is_due", lambda _: True)
        yield


@pytest.fixture
def visit(root):
    """`visit("race", r_race="any")` opens the page at an address and checks that nothing failed."""

    def open_it(url, /, **query):
        app = AppTest.from_file(str(root / "cnnviz" / "main.py"), default_timeout=180)
        app.query_params.update(query)
        # `switch_page` knows the pages only after a run, and would draw Home for every test.
        app._page_hash = calc_hash(page_at(url).url)
        app.run()
        assert not app.exception, f"{url}?{query}"[:300]
        return app

    return open_it


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The empty folder of runs of one test; no data is there but the small digits."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET", raising=False)
    zips: dict[str, tuple[str, bytes]] = {}  # all tests are one session for Streamlit
    monkeypatch.setattr("cnnviz.ui.shared.own_zip._kept", lambda: zips)
    return tmp_path / "runs"


@pytest.fixture
def untaught(monkeypatch):
    """Three steps teach the network of the digits in clutter nothing, but everything is drawn."""
    from cnnviz.training.experiments.digits_in_clutter import learn_scenes
    from cnnviz.ui.shared.computed_so_far import kept

    monkeypatch.setattr("cnnviz.ui.trust.locating.STEPS", 3)
    monkeypatch.setattr("cnnviz.ui.trust.locating.TESTED", 14)
    monkeypatch.setattr("cnnviz.ui.trust.locating.learn_scenes", lambda: learn_scenes(3))
    kept().of("clutter").clear()
    yield
    kept().of("clutter").clear()


@pytest.fixture
def charts():
    """What each chart of a page is sent, in order."""

    def read(app):
        return sent(app, "chart")

    return read


@pytest.fixture
def until_whole():
    """Runs a page until what it computes is whole; in a browser, it does so by itself."""

    def run(app):
        while any(button.key == "_gather_stop" for button in app.button):
            app.run()
        return app

    return run
