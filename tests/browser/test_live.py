"""The live component in a real browser, against the real broadcast, on runs made up here.

The runs are made up (`made_up_runs.py`); their folder and the sockets are the app's own.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect
from safetensors.numpy import load

from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.runs import Recipe, delete_run, show_run_to_all
from cnnviz.runs.questions import Option, Question, pose, reveal
from tests.browser.made_up_runs import (
    CLASSES,
    PICTURES,
    STEPS,
    Author,
    confusion_at,
    finished,
    frame_at,
    loss_at,
    probabilities_at,
    rng,
)

ROOT = Path(__file__).parent.parent.parent
APP = """\
import streamlit as st
from cnnviz import classroom
from cnnviz.live import live_routes
app = st.App("page.py", routes=[*live_routes], middleware=classroom.middleware)
"""
PAGE = """\
import json
from pathlib import Path
from urllib.parse import urlsplit
import numpy as np
import streamlit as st
from cnnviz.components.live import live, race, time_machine
st.set_page_config(layout="wide")
query = st.query_params
runs = [run for run in query.get("run", "").split(",") if run]
st.session_state.reruns = st.session_state.get("reruns", 0) + 1
if "machine" in query:
    folder = Path(query["machine"])
    frames = [file.read_bytes() for file in sorted(folder.glob("*.frame"))]
    images = np.load(folder / "images.npy")
    time_machine(frames, key="machine", images=images, labels=None, classes=["cat", "dog"] * 5,
                 step_parameter="t_step")
    st.stop()
if "race" in query:
    result = race(runs, key="race")
else:
    result = live(runs[0] if runs else None, key="live", follow=not runs, overlay=runs[1:],
                  step_parameter="t_step")
st.markdown(f"reruns {st.session_state.reruns}")
st.code(json.dumps({"run": result.run, "status": result.status, "cell": result.cell}))
st.button("Again")
"""


class Server:
    """The broadcast and a page of its own, with only what is tested here."""

    def __init__(self, folder, runs):
        (folder / "app.py").write_text(APP)
        (folder / "page.py").write_text(PAGE)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py"),
                        "--server.port", str(self.port)]  # fmt: skip
        self.env = os.environ | {"CNNVIZ_RUNS": str(runs), "PYTHONPATH": str(ROOT)}
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.env)
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).close()
                return
            time.sleep(0.1)
        self.stop()
        pytest.fail("the server did not start within a minute")

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module", autouse=True)
def _patience():
    """The first viewer of a server waits until it has imported torch."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


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
    context.set_default_timeout(20_000)
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


def view(page):
    return page.locator(".live")


def watch(page, *runs, query=""):
    page.goto(f"/?run={','.join(getattr(run, 'id', run) for run in runs)}{query}")
    expect(view(page)).to_have_attribute("data-connected", "true")
    expect(page.get_by_text(re.compile("^reruns "))).to_be_visible()


def expect_view(page, **wanted):
    for name, value in wanted.items():
        expect(view(page)).to_have_attribute(f"data-{name}", str(value))


def fact(page, label):
    return page.locator(".facts div", has_text=label).locator("dd")


def slider(page):
    return page.get_by_role("slider", name="Training step")


def pixels(locator):
    """All pixels of a canvas, rows×columns×4."""
    size, data = locator.evaluate(
        """(canvas) => [[canvas.height, canvas.width], [...canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data]]"""
    )
    return np.array(data).reshape(*size, 4)


def all_kept(page):
    expect_view(page, kept=len(STEPS))


def coloured(codes, low, high, stops, limit):
    """What codes look like: straight lines between the colours of the scale."""
    values = low + codes / 255 * (high - low)
    places = (np.clip(values / limit, -1, 1) + 1) / 2
    colours = np.array([list(bytes.fromhex(text[1:])) for _, text in stops], float)
    return np.stack(
        [np.interp(places, [at for at, _ in stops], colours[:, c]) for c in range(3)], -1
    )


# --- it is live -------------------------------------------------------------------------------


def test_it_moves_when_events_arrive(page, author):
    author.upto(40)
    watch(page, author.run)
    expect(page.locator(".name")).to_have_text("Fashion-MNIST, gap")
    expect(page.locator(".head .status")).to_have_text("● Running")
    expect_view(page, trained=40, step=32)
    expect(fact(page, "Step")).to_have_text("40 of 400")
    right = np.trace(confusion_at(40)) / 1000
    expect(fact(page, "Test images right")).to_have_text(f"{right:.1%} of 1,000".replace("%", " %"))
    # 100 images a step, 20 steps a second.
    expect(fact(page, "Images a second")).to_have_text("2,000")
    expect(fact(page, "Time left")).to_have_text("18 s")
    before = pixels(page.locator(".filters canvas").first)
    author.upto(64, 40)
    expect_view(page, trained=64, step=64)
    assert (pixels(page.locator(".filters canvas").first) != before).any()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "16")
    author.end("stopped", message="Somebody pressed stop.")
    expect(page.locator(".head .status")).to_have_text("■ Stopped")
    expect(page.get_by_text("Somebody pressed stop.")).to_be_visible()
    # The page ran again because of the status, and only because of it.
    expect(page.get_by_test_id("stCode")).to_contain_text('"status": "stopped"')
    expect(page.get_by_text("reruns 3")).to_be_visible()


def test_a_run_whose_process_is_gone_is_interrupted(page, author):
    author.upto(20)
    watch(page, author.run)
    author.writing.close()
    expect(page.locator(".head .status")).to_have_text("! Interrupted")


def test_what_goes_wrong_is_said(page, author):
    author.upto(20)
    author.write("diagnosis", step=20, findings=[
        {"kind": "flat", "text": "The loss does not move.", "advice": "Try a higher rate."}
    ])  # fmt: skip
    watch(page, author.run)
    expect(page.locator(".findings li")).to_have_text(
        ["The loss does not move. Try a higher rate."]
    )
    author.write("diagnosis", step=30, findings=[])
    expect(page.locator(".findings li")).to_have_count(0)


def test_the_health_of_the_layers_is_that_of_the_step(page, done):
    watch(page, done, query="&t_step=64")
    rows = page.locator(".layers tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).locator("td").first).to_have_text(f"{0.31 * loss_at(64):.2f}")
    expect(rows.nth(1)).to_contain_text("13 %")
    expect(rows.nth(2)).to_contain_text("–")
    page.get_by_role("button", name="Newest").click()
    expect(rows.nth(0).locator("td").first).to_have_text(f"{0.31 * loss_at(300):.2f}")


def test_it_comes_back_after_the_server_was_restarted(tmp_path, browser, runs):
    server = Server(tmp_path, runs)
    author = Author()
    author.start()
    author.upto(64)
    context = browser.new_context(base_url=server.url)
    try:
        page = context.new_page()
        opened = []
        page.on("websocket", lambda s: opened.append(s.url) if "/live/" in s.url else None)
        watch(page, author.run)
        expect_view(page, trained=64, kept=8)
        server.stop()
        expect(page.get_by_text("Reconnecting…")).to_be_visible()
        author.upto(180, 64)
        server.start()
        expect_view(page, connected="true", trained=180, step=180, kept=11)
        expect(page.get_by_text("Reconnecting…")).to_be_hidden()
        assert "after=0&" in opened[0]
        # It says what it has, and is sent the rest only.
        assert re.search(r"after=[1-9]\d+&frames=0,1,2,4,8,16,32,64$", opened[-1])
    finally:
        context.close()
        author.writing.close()
        server.stop()


def test_a_hidden_tab_draws_nothing_and_catches_up(page, author):
    author.upto(32)
    watch(page, author.run)
    expect_view(page, trained=32)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    author.upto(100, 32)
    page.wait_for_timeout(1500)
    expect_view(page, trained=32)
    page.evaluate(hide, False)
    expect_view(page, trained=100, step=100)


def test_a_deleted_run_says_so(page, runs):
    run = finished(20)
    watch(page, run)
    delete_run(run)
    expect(page.get_by_text("This run was deleted.")).to_be_visible()
    assert page.locator(".link").text_content() == ""


def test_it_follows_what_is_shown_to_all(page, done, runs):
    other = finished(40)
    other.rename("The other one")
    show_run_to_all(done.id)
    page.goto("/")
    expect_view(page, run=done.id, step=300)
    show_run_to_all(other.id)
    expect(page.locator(".name")).to_have_text("The other one")
    expect_view(page, run=other.id, step=32)
    expect(page.get_by_test_id("stCode")).to_contain_text(other.id)


# --- the curves -------------------------------------------------------------------------------


def place(page, chart, x, top):
    """The point of a chart at a share of the x axis; its room is that of chart.js."""
    box = page.locator(f".chart.{chart} .plot").bounding_box()
    right = page.locator(f".chart.{chart} .plot").evaluate(
        """(plot) => { const c = document.createElement("canvas").getContext("2d");
            c.font = `12px ${getComputedStyle(plot).fontFamily}`;
            return plot.clientWidth - c.measureText("training").width - 12; }"""
    )
    return box["x"] + 46 + x / top * (right - 46), box["y"] + box["height"] / 2


def events(run, kind):
    return {event["step"]: event for event in run.events()[0] if event["event"] == kind}


def test_hover_says_the_numbers_of_the_events(page, done):
    watch(page, done)
    expect_view(page, trained=300)
    step, test = events(done, "step")[120], events(done, "evaluation")[120]
    page.mouse.move(*place(page, "loss", 120, 300))
    expect(page.locator(".chart.loss .readout")).to_have_text(
        f"step 120: training {step['loss']:.3g} · test {test['loss']:.3f}"
    )
    expect(page.locator(".chart.accuracy .readout")).to_have_text(
        f"step 120: training {step['accuracy']:.1%} · test {test['accuracy']:.1%}".replace(
            "%", " %"
        )
    )
    page.get_by_text("Seconds", exact=True).click()
    page.mouse.move(*place(page, "accuracy", 6.25, 15))  # step 125: no evaluation there
    step = events(done, "step")[125]
    expect(page.locator(".chart.accuracy .readout")).to_have_text(
        f"6.25 s: training {step['accuracy']:.1%} · test {test['accuracy']:.1%} (6.00 s)"
        .replace("%", " %")
    )  # fmt: skip


def test_the_curves_are_read_by_keyboard(page, done):
    watch(page, done)
    expect_view(page, trained=300)
    plot = page.locator(".chart.loss .plot")
    plot.focus()
    readout = page.locator(".chart.loss .readout")
    page.keyboard.press("Home")
    expect(readout).to_contain_text("step 0: ")
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("step 5: ")
    page.keyboard.press("End")
    expect(readout).to_contain_text("step 300: ")
    page.keyboard.press("Enter")
    expect_view(page, step=300)
    page.keyboard.press("Escape")
    expect(readout).to_have_text("")


def test_a_click_on_a_curve_goes_to_the_next_frame(page, done):
    watch(page, done)
    all_kept(page)
    page.mouse.click(*place(page, "accuracy", 145, 300))
    expect_view(page, step=140)


def test_a_huge_loss_does_not_flatten_the_rest(page, author):
    author.upto(60)
    author.step(65, loss=5e4)
    author.upto(100, 65)
    watch(page, author.run)
    note = page.locator(".chart.loss .note")
    expect(note).to_have_text("1 value is above the axis (▲); the highest is 50000.")
    page.get_by_text("Logarithmic loss").click()
    expect(note).to_be_hidden()


def test_further_runs_lie_on_the_same_chart(page, done, runs):
    other = finished(100)
    other.rename("Half as long")
    watch(page, done, other)
    expect(page.locator(".legend")).to_have_text(re.compile("Half as long"))
    page.mouse.move(*place(page, "accuracy", 60, 300))
    test = events(other, "evaluation")[60]["accuracy"]
    expect(page.locator(".chart.accuracy .readout")).to_contain_text(
        f"Half as long, test {100 * test:.1f} %"
    )


# --- the time machine -------------------------------------------------------------------------


def test_scrubbing_shows_the_frames_without_a_message(page, done, sockets):
    watch(page, done)
    all_kept(page)
    page.wait_for_timeout(500)
    sent, requests = len(sockets["sent"]), []
    page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    slider(page).focus()
    for key, step in [("Home", 0), ("ArrowRight", 1), ("End", 300), ("ArrowLeft", 260)]:
        page.keyboard.press(key)
        expect_view(page, step=step)
        tensors = load(frame_at(step))
        high = 0.4 + step / 1000
        wanted = coloured(tensors["filters"][3, 0], -high, high, WEIGHT_STOPS, high)
        got = pixels(page.locator(".filters canvas").nth(3))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)
        wanted = coloured(tensors["maps"][0, 2], 0, 2.5, DIVERGING_STOPS, 2.5)
        got = pixels(page.locator(".maps canvas").nth(2))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)
        codes = tensors["cams"][5, 0]
        got = pixels(page.locator(".probe").nth(5).locator(".thumb.true .cam"))
        strong = got[..., 3] > 150  # premultiplied: faint colours are coarse
        wanted = coloured(codes, -6, 6, DIVERGING_STOPS, 6)
        np.testing.assert_allclose(got[strong][:, :3], wanted[strong], atol=3)
        opacity = 0.8 * np.sqrt(np.abs(codes / 127.5 - 1))
        np.testing.assert_allclose(got[..., 3] / 255, opacity, atol=0.06)
        shares = probabilities_at(step)[5]
        expect(page.locator(".probe").nth(5).locator(".line .share").first).to_have_text(
            f"{shares.max():.0%}".replace("%", " %")
        )
    assert len(sockets["sent"]) == sent
    assert set(requests) <= {"/favicon.png"}  # Chromium looks at it when the address changes
    assert len(sockets["opened"]) == 1


def test_the_step_is_in_the_address(page, done):
    watch(page, done, query="&t_step=64")
    expect_view(page, step=64)
    expect(page.locator(".confusion .hint")).to_contain_text("Evaluation at step 60 on 1,000")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("t_step=100"))
    page.reload()
    expect_view(page, step=100)
    page.get_by_role("button", name="Newest").click()
    expect_view(page, step=300)
    expect(page).not_to_have_url(re.compile("t_step"))
    expect(page.locator(".confusion .hint")).to_contain_text("Evaluation at step 300 on 10,000")


def test_a_rerun_of_the_page_disturbs_nothing(page, done, sockets):
    watch(page, done)
    all_kept(page)
    slider(page).focus()
    page.keyboard.press("Home")
    page.locator(".probe").nth(3).click()
    expect_view(page, step=0)
    before = page.get_by_text(re.compile("^reruns ")).text_content()
    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text(before, exact=True)).to_be_hidden()
    expect_view(page, step=0, connected="true")
    expect(page.locator(".probe").nth(3)).to_have_attribute("aria-pressed", "true")
    assert len(sockets["opened"]) == 1


def test_one_may_look_back_while_it_trains(page, author):
    author.upto(64)
    watch(page, author.run)
    expect_view(page, kept=8)
    slider(page).focus()
    page.keyboard.press("Home")
    author.upto(100, 64)
    expect_view(page, trained=100, step=0, kept=9)
    page.get_by_role("button", name="Live").click()
    expect_view(page, step=100)


def test_thinned_frames_drop_out(page, author):
    author.upto(64)
    watch(page, author.run, query="&t_step=16")
    expect_view(page, step=16, kept=8)
    for step in (8, 16):
        author.run.frame_path(step).unlink()
        author.write("thinned", step=step)
    expect_view(page, step=4, kept=6)
    expect(slider(page)).to_have_attribute("max", "5")


def test_play_stops_at_the_end(page, done):
    watch(page, done)
    all_kept(page)
    page.locator(".transport").get_by_role("combobox").select_option("16")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "false")  # by itself
    slider(page).focus()
    page.keyboard.press(" ")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "true")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "false")
    expect_view(page, step=300)


def test_a_picture_and_a_filter_are_chosen(page, done):
    watch(page, done)
    all_kept(page)
    before = pixels(page.locator(".maps canvas").first)
    page.locator(".probe").nth(6).click()
    expect(page.get_by_role("heading", name="Feature maps of picture 7 (Shirt)")).to_be_visible()
    assert (pixels(page.locator(".maps canvas").first) != before).any()
    expect(page.locator(".maps .hint")).to_contain_text("The first 8 of 16 after relu1, 14×14")
    page.locator(".filters .tile").first.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    for panel in (".filters", ".maps"):
        expect(page.locator(f"{panel} .tile").nth(2)).to_have_attribute("aria-pressed", "true")


def test_right_and_wrong_are_told_by_words(page, done):
    watch(page, done, query="&t_step=64")
    expect_view(page, step=64)
    rows = probabilities_at(64)
    for index, row in enumerate(rows):
        said, truth = int(row.argmax()), index % 10
        words = (
            f"✓ {CLASSES[said]}"
            if said == truth
            else f"✕ {CLASSES[said]}, but it is {CLASSES[truth]}"
        )
        expect(page.locator(".probe .verdict").nth(index)).to_have_text(words)
    assert 0 < (rows.argmax(1) == np.arange(PICTURES)).sum() < PICTURES
    page.get_by_text("The numbers as tables").click()
    cells = page.locator("table.numbers").nth(1).locator("tr").nth(1).locator("td")
    expect(cells).to_have_text(
        ["1", "T-shirt/top", *(f"{100 * round(p, 4):.1f} %" for p in rows[0])]
    )


def test_filters_of_three_channels_are_colours(page, runs):
    run = finished(8, input_shape=(3, 28, 28), mean=(0.5,) * 3, std=(0.2,) * 3)
    watch(page, run)
    expect_view(page, step=8)
    expect(page.locator(".filters .hint")).to_contain_text("mid-grey is 0")
    codes = load(frame_at(8, channels=3))["filters"][1]
    got = pixels(page.locator(".filters canvas").nth(1))
    np.testing.assert_allclose(got[..., :3], codes.transpose(1, 2, 0), atol=0)


def test_the_scope_of_the_colour_scales(page, done):
    watch(page, done, query="&t_step=0")
    all_kept(page)
    end = page.locator(".filters .scale .high")
    expect(end).to_have_text("0.4")
    codes = load(frame_at(0))["filters"][2, 0]
    own = 0.4 * np.abs(codes / 127.5 - 1).max()
    # The weights of step 300 reach to 0.7.
    for scope, words, limit in [
        ("All steps", "0.7", 0.7),
        ("Each its own", "max, each its own", own),
    ]:
        page.get_by_text(scope, exact=True).click()
        expect(end).to_have_text(words)
        wanted = coloured(codes, -0.4, 0.4, WEIGHT_STOPS, limit)
        got = pixels(page.locator(".filters canvas").nth(2))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)


def test_the_time_machine_needs_no_server(page, tmp_path, sockets):
    for at, step in enumerate((0, 8, 100)):
        (tmp_path / f"{at}.frame").write_bytes(frame_at(step, pictures=2))
    np.save(tmp_path / "images.npy", rng(9).integers(0, 256, (2, 1, 28, 28), np.uint8))
    page.goto(f"/?machine={tmp_path}&t_step=8")
    expect_view(page, step=8)
    slider(page).focus()
    page.keyboard.press("End")
    expect_view(page, step=100)
    expect(page.locator(".probe")).to_have_count(2)
    assert page.locator(".probe .thumb.true").first.is_hidden()  # nobody said what it is
    assert sockets["opened"] == []


# --- the confusion matrix ---------------------------------------------------------------------


def test_a_cell_says_its_words_and_is_handed_to_the_page(page, done):
    watch(page, done)
    all_kept(page)
    matrix = confusion_at(300, 10_000)
    cell = page.locator(".matrix button").nth(6 * 10 + 4)
    expect(cell).to_have_text(str(matrix[6, 4]))
    cell.hover()
    words = f"{matrix[6, 4]} of 1,000 pictures of Shirt taken for Coat"
    expect(page.locator(".confusion .words")).to_have_text(words)
    expect(page.locator(".worst button").first).to_have_text(words)
    page.locator(".matrix button").first.focus()
    for key in (*["ArrowDown"] * 6, *["ArrowRight"] * 4, "Enter"):
        page.keyboard.press(key)
    told = json.dumps({"run": done.id, "step": 300, "true": 6, "predicted": 4})
    expect(page.get_by_test_id("stCode")).to_contain_text(told)
    page.get_by_role("button", name="Again").click()  # it was a click, and is over
    expect(page.get_by_test_id("stCode")).to_contain_text('"cell": null')


def test_many_classes_are_a_list_of_the_worst_pairs(page, runs):
    author = Author(classes=tuple(f"class {n}" for n in range(25)))
    author.start()
    matrix = np.eye(25, dtype=int) * 30
    matrix[20, 3], matrix[3, 20] = 9, 4
    author.evaluate(10, confusion=matrix.tolist())
    watch(page, author.run)
    expect(page.locator(".worst button")).to_have_text(
        ["9 of 39 pictures of class 20 taken for class 3",
         "4 of 34 pictures of class 3 taken for class 20"]
    )  # fmt: skip
    expect(page.locator(".matrix")).to_be_hidden()
    author.writing.close()


# --- questions --------------------------------------------------------------------------------


def test_predict_then_reveal(page, author):
    author.upto(20)
    question = Question(
        "class", "Which class will it say?", (Option("Shirt"), Option("<i>Coat</i>"), Option("Bag"))
    )
    name = pose(author.run, question)
    watch(page, author.run)
    panel = page.locator(".question")
    expect(panel.locator(".option")).to_have_text(["Shirt", "<i>Coat</i>", "Bag"])
    expect(panel.locator(".votes")).to_have_text("0 votes so far.")
    panel.get_by_role("button", name="Bag").click()
    expect(panel.locator(".votes")).to_contain_text("1 vote so far.")
    panel.get_by_role("button", name="Coat").click()  # the last one counts
    expect(panel.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(panel.locator(".option .share")).to_have_count(0)
    page.wait_for_timeout(1000)
    reveal(author.run, name, 0, "It says Shirt.")
    expect(panel).to_have_attribute("data-revealed", "true")
    expect(panel.locator(".option .share")).to_have_text(["0", "1", "0"])
    expect(panel.locator(".option").first).to_contain_text("✓ Shirt")
    expect(panel.locator(".votes")).to_have_text("It says Shirt.")
    panel.get_by_role("button", name="Hide").click()
    expect(panel).to_be_hidden()
    pose(author.run, question)  # the next one is seen again
    expect(panel.locator(".votes")).to_have_text("0 votes so far.")


# --- the race ---------------------------------------------------------------------------------


def test_the_table_of_a_race_is_right(page, runs):
    fast, slow = Author(recipe=Recipe(epochs=4, learning_rate=0.1)), Author(variant={"depth": 4})
    points = {fast: [(20, 0.79), (40, 0.80), (60, 0.92)], slow: [(20, 0.5), (60, 0.8499)]}
    for author, curve in points.items():
        author.start()
        for step, accuracy in curve:
            author.step(step, seconds=step * (0.1 if author is slow else 0.05))
            author.evaluate(
                step, accuracy=accuracy, seconds=step * (0.1 if author is slow else 0.05)
            )
    fast.evaluate(60, 10_000, accuracy=0.9104, seconds=3.0)
    fast.end()
    fast.run.rename("Fast")
    slow.run.rename("Slow")
    watch(page, fast.run, slow.run, query="&race=1")
    rows = page.locator(".standings tbody tr")
    parameters = 16 * 25 + 16 + 32 * 16 * 9 + 32 + 10 * 32 + 10
    macs = 28 * 28 * (16 * 25 + 32 * 16 * 9) + 320
    shared = [f"{parameters:,}", f"{macs / 1e6:.2f} M"]
    expect(rows.nth(0).locator("td")).to_have_text(
        ["✓ Finished", *shared, "2,000", "91.0 %", "2.0", "3.0", "3.0"]
    )
    expect(rows.nth(1).locator("td")).to_have_text(
        ["● Running, 15 %", *shared, "1,000", "85.0 % of 1,000", "6.0", "–", "–"]
    )
    expect(rows.nth(0).locator("th")).to_contain_text("rate 0.1")
    expect(rows.nth(1).locator("th")).to_contain_text("depth 4")
    expect(page.locator(".standings td.best")).to_have_text(["2,000", "91.0 %", "2.0"])
    slow.evaluate(80, accuracy=0.9, seconds=8.0)
    expect(rows.nth(1).locator("td")).to_have_text(
        ["● Running, 20 %", *shared, "1,000", "90.0 % of 1,000", "6.0", "8.0", "8.0"]
    )
    slow.writing.close()


# --- for everybody ----------------------------------------------------------------------------


def test_names_are_only_text(page, runs):
    evil = "<img src=x onerror=document.title='hacked'>"
    author = Author(classes=(evil, *CLASSES[1:]))
    author.run.rename(evil[:80])
    author.start()
    author.upto(32)
    author.write("diagnosis", step=32, findings=[{"kind": "flat", "text": evil, "advice": evil}])
    watch(page, author.run)
    expect(page.locator(".name")).to_have_text(evil)
    expect_view(page, step=32)
    page.get_by_text("The numbers as tables").click()
    assert page.locator(".live img").count() == 0
    assert "hacked" not in page.title()
    author.writing.close()


@pytest.mark.parametrize("query", ["", "&race=1"])
def test_a_phone_has_room_for_everything(browser, server, done, query):
    context = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    watch(page, done, query=query)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    wide = page.locator(".live").evaluate(
        """(root) => [...root.querySelectorAll("*")].filter((node) => {
            const box = node.getBoundingClientRect();
            const outside = box.right > innerWidth + 1 || box.left < -1;
            return outside && !node.closest(".scroll, .unseen");
        }).map((node) => node.className)"""
    )
    assert wide == []
    if not query:
        all_kept(page)
        small = page.locator(".live").evaluate(
            """(root) => [...root.querySelectorAll("button, select, .choice span, [type=range]")]
                .filter((node) => !node.closest(".matrix") && node.getBoundingClientRect().width)
                .filter((node) => { const box = node.getBoundingClientRect();
                    return box.height < 39.5 || box.width < 39.5; })
                .map((node) => node.className || node.tagName)"""
        )
        assert small == []
    context.close()


def test_a_screen_reader_is_told_now_and_then(page, author):
    author.upto(40)
    watch(page, author.run)
    voice = page.locator(".live > .unseen")
    expect(voice).to_have_attribute("aria-live", "polite")
    expect(voice).to_have_text(re.compile(r"Fashion-MNIST, gap: Running. step 40 of 400. [\d.]+ %"))
    author.upto(64, 40)
    expect_view(page, trained=64)
    assert "step 40" in voice.text_content()  # not at every event
