"""The whole story of a live lesson: two browsers, one training run, and a server that dies."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cnnviz.runs import Run
from tests.streamlit_server import free_port, start_streamlit

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared" / "data"
SECRET = "the-secret-of-this-lesson"
SLOW = {"timeout": 120_000}


class App:
    """The real app on one port, to be killed and started again."""

    def __init__(self, **env):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = env

    def start(self):
        self.process = start_streamlit("app.py", self.port, env=self.env)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def app(tmp_path):
    env = {"CNNVIZ_DATA": str(SHARED)} if (SHARED / "FashionMNIST").is_dir() else {}
    app = App(CNNVIZ_RUNS=str(tmp_path), CNNVIZ_PRESENTER_SECRET=SECRET, **env)
    app.fashion = bool(env)
    app.start()
    yield app
    for path in tmp_path.iterdir():
        if path.is_dir():
            Run(path).control("stop")
    app.kill()


@pytest.fixture
def people(browser, app):
    """A presenter's and a viewer's page, each in a profile of its own."""
    contexts = [browser.new_context(base_url=app.url) for _ in range(2)]
    pages = []
    for context in contexts:
        context.set_default_timeout(60_000)
        pages.append(context.new_page())
    yield pages
    for context in contexts:
        context.close()


def live(page):
    return page.locator("section.live")


def stop_button(page):
    # By key: Streamlit has a Stop of its own while a script runs.
    return page.locator(".st-key-_t_do_Stop button:visible")


def number(page, name):
    return int(live(page).get_attribute(f"data-{name}") or 0)


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_class_watches_winds_back_and_looks_inside(app, people, tmp_path, settle):
    presenter, viewer = people
    viewer.goto("/train")
    expect(live(viewer)).to_be_visible(**SLOW)

    # The presenter starts a run; the viewer, who did nothing, sees it and sees it move.
    presenter.goto(f"/present/{SECRET}")
    data, epochs = ("fashionmnist", 40) if app.fashion else ("digits", 900)
    presenter.goto(f"/train?t_data={data}&t_held=held&t_pace=60&t_epochs={epochs}")
    settle(presenter)
    presenter.get_by_role("button", name="Start training").click()
    expect(live(viewer)).to_have_attribute("data-run", re.compile(rf"^\d+-\d+-{data}"), **SLOW)
    run = Run(tmp_path / live(viewer).get_attribute("data-run"))
    wait_until(lambda: number(viewer, "trained") > 10)
    seen = number(viewer, "trained")
    wait_until(lambda: number(viewer, "trained") > seen, seconds=10)
    events, _ = run.events()
    last = max(event["step"] for event in events if event["event"] == "step")
    assert last - number(viewer, "trained") <= 60 * 2  # not two seconds behind what is written

    # The viewer has nothing to stop it with.
    expect(stop_button(viewer)).to_have_count(0)
    expect(viewer.get_by_role("button", name="Start training")).to_have_count(0)
    expect(stop_button(presenter)).to_be_visible(**SLOW)

    # They scrub back, and it stays where they are while the training goes on.
    wait_until(lambda: number(viewer, "kept") >= 5)
    slider = viewer.get_by_role("slider", name="Training step")
    slider.focus()
    viewer.keyboard.press("Home")
    expect(live(viewer)).to_have_attribute("data-step", "0")

    # The server is killed: the training goes on, and both browsers come back by themselves.
    before = run.state().step
    app.kill()
    expect(viewer.get_by_text("Reconnecting…").first).to_be_visible()
    wait_until(lambda: run.state().step > before)
    app.start()
    for page in people:
        expect(live(page)).to_have_attribute("data-connected", "true", **SLOW)
        wait_until(lambda page=page: number(page, "trained") > before)
    expect(live(viewer)).to_have_attribute("data-step", "0")

    # Nothing is missing: every event that the viewer has drawn is one of those on disk.
    stop_button(presenter).click(**SLOW)
    for page in people:
        expect(live(page).locator(".status")).to_contain_text("Stopped", **SLOW)
    state = run.state()
    wait_until(lambda: number(viewer, "trained") == state.step)
    wait_until(lambda: number(viewer, "points") == len(state.progress))

    # A wrong prediction, and why: the evidence for both classes.
    slider.focus()
    viewer.keyboard.press("End")
    confusion = state.evaluations[-1].confusion
    true, predicted = next(
        (t, p)
        for t, row in enumerate(confusion)
        for p, count in enumerate(row)
        if t != p and count > 0
    )
    cell = viewer.locator(".matrix button").nth(true * len(confusion) + predicted)
    expect(cell).to_have_text(str(confusion[true][predicted]))
    cell.click()
    expect(viewer.locator(".evidence")).to_have_count(2, **SLOW)
