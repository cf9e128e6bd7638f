"""A presenter and viewers in real browsers: roles, joining, following, voting, and forgery."""

import contextlib
import hashlib
import itertools
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from cnnviz.runs import Run, show_run_to_all
from tests.browser.conftest import LAN_NAME
from tests.browser.every_page.checks import findings
from tests.browser.screen import IDLE, pasted, wait_until
from tests.streamlit_server import free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "a-secret-of-this-test"
JOIN = "http://192.0.2.7:8501"
pytestmark = pytest.mark.usefixtures("nothing_trains_on")
SLOW = {"timeout": 120_000}
LONG = "/train?t_epochs=900&t_held=held&t_pace=1"  # a training that lasts


@pytest.fixture(scope="module")
def app_url(serve, runs_folder):
    settings = {
        "CNNVIZ_PRESENTER_SECRET": SECRET,
        "CNNVIZ_JOIN_ADDRESS": JOIN,
        "CNNVIZ_SLOTS": "2",
        "STREAMLIT_SERVER_ALLOWED_HOSTS": f"127.0.0.1 localhost {LAN_NAME}",
    }
    with serve(CNNVIZ_RUNS=str(runs_folder), **settings) as url:
        yield url


@pytest.fixture
def open_as(new_page, app_url, settle):
    """Opens a browser profile of its own, as the presenter or as a viewer."""
    with contextlib.ExitStack() as stack:
        people = itertools.count()

        def open_it(role, path="/train", url=app_url):
            page = stack.enter_context(new_page(url, still=True, who=str(next(people))))
            if role == "presenter":
                page.request.get(f"{url}/present/{SECRET}")
            if path:
                page.goto(path)
                settle(page)
            return page

        yield open_it


def command(page, label):
    return page.locator(f".st-key-_t_do_{label.replace(' ', '-')} button:visible")


def start(page, runs_folder):
    """Press Start as the presenter at `LONG`; the run that it made, at work."""
    button = page.get_by_role("button", name="Start training")
    expect(button).to_be_enabled(**SLOW)
    before = set(runs_folder.iterdir())
    button.click()

    def made():
        return [p for p in set(runs_folder.iterdir()) - before if p.name.count("-digits-")]

    assert wait_for(made)
    (path,) = [p for p in made() if not p.name.startswith(".")]
    expect(page).to_have_url(re.compile(f"t_run={path.name}"), **SLOW)
    run = Run(path)
    assert wait_for(lambda: run.state().status == "running")
    expect(command(page, "Pause")).to_be_visible(**SLOW)
    return run


def wait_for(condition, *, seconds=60.0):
    """Wait until it is true; False when it never was."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < deadline:
        if condition():
            return True
        pause.wait(0.05)
    return False


def test_the_link_gives_the_controls_hides_itself_and_leads_others_there_by_a_code(open_as):
    presenter = open_as("viewer", f"/present/{SECRET}")
    presenter.wait_for_url("**/train*")
    expect(presenter.get_by_role("button", name="Start training")).to_be_visible()
    assert SECRET not in presenter.url
    assert SECRET not in presenter.evaluate("document.cookie + document.referrer")
    assert "cnnviz" not in presenter.evaluate("document.cookie")  # no script can read them
    assert SECRET not in str(presenter.context.cookies())
    presenter.get_by_role("button", name="Join").click()
    code = presenter.get_by_role("img", name="QR code")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert min(box["width"], box["height"]) >= 500
    assert box["x"] >= 0
    assert box["y"] + box["height"] <= 800
    expect(presenter.get_by_role("dialog")).to_contain_text(JOIN.removeprefix("http://"))

    def read():
        picture = cv2.imdecode(np.frombuffer(presenter.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        found = cv2.QRCodeDetector().detectAndDecode(picture)
        return found[0] if found is not None else ""

    assert wait_for(lambda: read() == f"{JOIN}/train")  # the dialog may still be fading in
    presenter.emulate_media(color_scheme="dark")
    expect(presenter.get_by_test_id("stApp")).to_have_css("background-color", "rgb(23, 22, 20)")
    assert wait_for(lambda: read() == f"{JOIN}/train")
    presenter.get_by_role("button", name="Close").click()
    expect(code).to_have_count(0)
    presenter.reload()
    expect(presenter.get_by_role("button", name="Join")).to_be_visible()
    expect(code).to_have_count(0)
    expect(presenter.get_by_role("button", name="Start training")).to_be_visible()


def test_the_join_link_is_copied_where_a_page_has_no_clipboard_of_its_own(open_as, app_url):
    lan = app_url.replace("127.0.0.1", LAN_NAME)
    presenter = open_as("viewer", f"/present/{SECRET}", url=lan)
    assert presenter.evaluate("window.isSecureContext") is False
    presenter.get_by_role("button", name="Join").click()
    dialog = presenter.get_by_role("dialog")
    dialog.get_by_test_id("stCode").hover()
    dialog.get_by_test_id("stCode").get_by_role("button").click()
    expect(dialog).to_be_visible()
    presenter.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert pasted(presenter) == f"{JOIN}/train"


def test_a_class_sees_what_is_started_and_shown_predicts_and_sees_the_answer(
    open_as, runs_folder, settle
):
    viewer, presenter = open_as("viewer"), open_as("presenter", LONG)
    first = start(presenter, runs_folder)
    first.rename("The first one")
    heading = viewer.locator("section.live h2")
    expect(heading).to_have_text("The first one", **SLOW)
    second = start(presenter, runs_folder)
    second.rename("The second one")
    expect(heading).to_have_text("The second one", **SLOW)
    presenter.goto(f"/train?t_run={first.id}")
    settle(presenter)
    command(presenter, "Show to all").click(**SLOW)
    expect(heading).to_have_text("The first one", **SLOW)

    # It predicts what the run that is shown will say, and sees the answer.
    other = open_as("viewer", "/pooling")  # looks at something else meanwhile
    command(presenter, "Pause").click(**SLOW)
    command(presenter, "One step").click(**SLOW)
    expect(presenter.locator(".st-key-_t_by_hand")).to_be_visible(**SLOW)
    presenter.get_by_role("button", name="Ask the class").click()
    command(presenter, "Ask").click()
    # Below what the step did, which is long: so it comes into view, with what reveals it.
    asked = presenter.locator("section.question")
    expect(asked).to_be_in_viewport(ratio=1, **SLOW)
    expect(command(presenter, "Reveal")).to_be_in_viewport(ratio=1, **SLOW)
    told = [page.get_by_text("The presenter asks") for page in (viewer, presenter, other)]
    expect(told[2]).to_be_visible(**SLOW)
    onlooker = other.context.new_page()
    onlooker.goto("/pooling")
    told[2].click()
    for voter, option in ((viewer, "3"), (other, "8")):
        panel = voter.locator("section.question")
        expect(panel).to_contain_text("Which class", **SLOW)
        panel.get_by_role("button", name=option, exact=True).click()
        expect(panel).to_contain_text("Your vote counts")
    expect(presenter.get_by_text("2 votes so far").first).to_be_visible()
    assert [notice.count() for notice in told] == [0, 0, 0]
    notice = onlooker.get_by_text("The presenter asks")
    expect(notice).to_be_visible(**SLOW)
    for scheme in ("dark", "light"):
        onlooker.emulate_media(color_scheme=scheme)
        assert findings(onlooker) == []
    command(presenter, "Reveal").click()
    expect(notice).to_have_count(0)
    for page in (presenter, viewer, other):
        panel = page.locator("section.question")
        expect(panel).to_contain_text(
            re.compile(r"After [\d,]+ steps the network predicts \d"), **SLOW
        )
        expect(panel.locator(".answer")).to_have_count(1)
    expect(asked).to_be_in_viewport(ratio=1)

    command(presenter, "Stop").click(**SLOW)
    for page in (presenter, viewer):
        expect(page.locator("section.live .status")).to_contain_text("Stopped", **SLOW)
    presenter.goto(f"/train?t_run={second.id}")
    command(presenter, "Stop").click(**SLOW)
    expect(presenter.locator("section.live .status")).to_contain_text("Stopped", **SLOW)


def frames_of(page):
    """What the page sends to the server from now on."""
    sent = []

    def keep(frame):  # a function of Python's own cannot be wrapped as a listener
        sent.append(frame)

    def listen(opened):
        if "_stcore/stream" in opened.url:
            opened.on("framesent", keep)

    page.on("websocket", listen)
    return sent


def replay(url, cookies, frames):
    """Send a session's messages in a session of one's own, and wait until each was dealt with."""
    headers = {"Cookie": "; ".join(f"{c['name']}={c['value']}" for c in cookies)}
    address = url.replace("http", "ws") + "/_stcore/stream"
    with connect(
        address, origin=url, additional_headers=headers, subprotocols=["streamlit"], max_size=None
    ) as connection:
        for frame in frames:
            connection.send(frame)
            while True:
                message = ForwardMsg.FromString(connection.recv(timeout=60))
                if message.WhichOneof("type") == "script_finished":
                    break


def test_a_forged_request_is_refused(open_as, app_url, runs_folder):
    presenter = open_as("presenter", None)
    frames = frames_of(presenter)
    presenter.goto(LONG)
    run = start(presenter, runs_folder)
    first = len(frames)
    command(presenter, "Pause").click()
    assert wait_for(lambda: run.state().status == "paused")
    expect(command(presenter, "Resume")).to_be_visible(**SLOW)  # by then all frames are told of
    forged = [frame for frame in frames[first:] if b"_t_do_Pause" in frame]
    assert forged
    command(presenter, "Resume").click(**SLOW)
    assert wait_for(lambda: run.state().status == "running")
    begin = BackMsg()
    begin.ParseFromString(forged[0])
    begin.rerun_script.ClearField("widget_states")
    assert run.id in begin.rerun_script.query_string
    opened = begin.SerializeToString()

    viewer = open_as("viewer", f"/train?t_run={run.id}")
    commands = run.path / "control.jsonl"
    before = commands.read_bytes()
    replay(app_url, viewer.context.cookies(), [opened, *forged])
    replay(app_url, [], [opened, *forged])
    step = run.state().step
    assert wait_for(lambda: run.state().step > step)
    assert run.state().status == "running"
    assert commands.read_bytes() == before

    # The same messages with the presenter's cookies are obeyed: it is the role that refused them.
    replay(app_url, presenter.context.cookies(), [opened, *forged])
    assert wait_for(lambda: run.state().status == "paused")
    run.control("stop")


def test_the_command_opens_a_classroom_over_https(tmp_path, camera):
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cnnviz.classroom", "--https"),
            *("--address", LAN_NAME, "--port", str(port)),
        ],
        cwd=ROOT,
        env=os.environ | {"CNNVIZ_RUNS": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = iter(process.stdout.readline, "")
        link = next(line.strip() for line in lines if "/present/" in line)
        base, _, secret = link.partition("/present/")
        assert base == f"https://{LAN_NAME}:{port}"
        fingerprint = next(line.strip() for line in lines if line.count(":") == 15)

        def certificate():
            with contextlib.suppress(OSError):
                return ssl.get_server_certificate(("127.0.0.1", port))

        assert wait_for(certificate)
        sent = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate()))
        assert sent.hexdigest().upper().startswith(fingerprint.replace(":", ""))
        shown = Path(f"/proc/{process.pid}/cmdline")
        if shown.exists():
            assert b"streamlit" in shown.read_bytes()
            assert secret.encode() not in shown.read_bytes()

        with contextlib.suppress(PlaywrightError):  # the warning comes instead of the page
            camera.goto(link)
        camera.locator("#details-button").click()
        camera.locator("#proceed-link").click()
        expect(camera.locator("section.live h2")).to_contain_text("Fashion")
        assert camera.url.startswith(f"{base}/train")
        expect(camera.get_by_role("button", name="Join")).to_be_visible()
        (proof,) = (c for c in camera.context.cookies() if c["name"] == "cnnviz_presenter")
        assert proof["secure"]
        assert proof["httpOnly"]
        assert camera.goto(f"{base}/present/{secret[:-1]}").status == 403

        # A secure context, so that the camera is a live one.
        camera.goto(f"{base}/filters")
        camera.wait_for_selector(IDLE)
        camera.get_by_role("button", name="Sample: Astronaut").click()
        camera.get_by_text("Take one with the camera").click()
        wait_until(camera, "() => document.querySelector('video')?.videoHeight > 0")
    finally:
        process.terminate()
        process.wait(20)


def test_without_the_link_there_is_nothing_to_press(open_as, settle, runs_folder, monkeypatch):
    viewer = open_as("viewer")
    chosen = viewer.get_by_role("combobox", name="Run")
    expect(chosen).to_have_value("What the presenter shows")
    for name in ("Start training", "Join", "Pause", "Stop", "More", "Again"):
        assert viewer.get_by_role("button", name=name).count() == 0, name

    # Nor with a wrong one.
    answer = viewer.goto("/present/wrong")
    assert answer.status == 403
    expect(viewer.get_by_role("heading")).to_contain_text("not the presenter")

    # A link to a run opens that run, also for a viewer, whatever is shown.
    monkeypatch.setenv("CNNVIZ_RUNS", str(runs_folder))
    show_run_to_all("digits-gap")
    viewer.goto("/train?t_run=fashionmnist-gap")
    settle(viewer)
    expect(viewer.locator("section.live h2")).to_contain_text("Fashion")
    for name in ("Start training", "Again"):
        assert viewer.get_by_role("button", name=name).count() == 0, name
