"""The page Train in a classroom: what a viewer sees, may do, and is refused."""

import contextlib
import dataclasses
import hashlib
import json

import pytest

from cnnviz.classroom import new_viewer
from cnnviz.components.live import LiveResult
from cnnviz.datasets import load_dataset
from cnnviz.networks import EXAMPLES, network_line
from cnnviz.runs import Run, create_run, list_runs, show_run_to_all, shown_run
from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import close_voting, pose
from cnnviz.training.config import make_config
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import attempt
from cnnviz.ui.train.repeat import start_again
from cnnviz.ui.train.viewer_runs import start_own, stop_all

SECRET = "open sesame"
PRESENTER = {"cnnviz_presenter": hashlib.sha256(SECRET.encode()).hexdigest()}
VIEWER, OTHER = {"cnnviz_viewer": ""}, {"cnnviz_viewer": ""}


@pytest.fixture(autouse=True)
def classroom(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", SECRET)
    for browser in (VIEWER, OTHER):
        browser["cnnviz_viewer"] = new_viewer()
    monkeypatch.setenv("CNNVIZ_JOIN_ADDRESS", "http://192.0.2.7:8501")
    monkeypatch.delenv("CNNVIZ_VIEWER_RUNS", raising=False)


@pytest.fixture
def sit(monkeypatch):
    """Whose browser the session is in, by its cookies."""

    def as_(cookies):
        monkeypatch.setattr(role, "_cookies", lambda: cookies)

    as_(VIEWER)
    return as_


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    asked = []

    def live(run_id, **given):
        asked.append((run_id, given))
        return LiveResult(run_id or shown_run(), "")

    monkeypatch.setattr("cnnviz.ui.train.run.live", live)
    return asked


@pytest.fixture(autouse=True)
def no_process(monkeypatch):
    monkeypatch.setattr("cnnviz.ui.train.viewer_runs.start", create_run)
    monkeypatch.setattr("cnnviz.ui.train.repeat.start", lambda config, **_: create_run(config))


@pytest.fixture
def at_work():
    """Makes a run that this process is at work on."""
    with contextlib.ExitStack() as stack:

        def make(owner="", status="running"):
            config = make_config(load_dataset("digits"), "gap")
            run = create_run(dataclasses.replace(config, owner=owner))
            writer = stack.enter_context(run.writing())
            writer.write("status", status=status, step=0, total_steps=10, train_images=1435)
            return run

        yield make


@pytest.fixture
def open_page(visit, sit):
    def run(cookies, **parameters):
        sit(cookies)
        return visit("train", **parameters)

    return run


def labels(app):
    """Names of all buttons but the one that makes this browser's own page larger."""
    return {b.label for b in app.button} - {"Project"}


def panels(app):
    """Names of all buttons that open a panel."""
    return {block.proto.popover.label for block in app.get("popover")}


def test_a_viewer_follows_and_has_nothing_to_press(open_page, at_work, drawn):
    run = at_work()
    app = open_page(VIEWER)
    assert labels(app) == set()
    assert not app.get("file_uploader")
    assert app.selectbox(key="_t_run").value == ""
    run_id, given = drawn[-1]
    assert (run_id, given["follow"]) == (None, True)
    assert not given.get("presenter")
    assert "t_run" not in app.query_params

    app.selectbox(key="_t_run").select_index(1).run()
    assert labels(app) == set()
    assert drawn[-1][0] == run.id
    assert not drawn[-1][1]["presenter"]
    assert app.query_params["t_run"] in (run.id, [run.id])


def test_nobody_looks_up_the_answer_while_voting_is_open(visit, sit, at_work):
    run = at_work()
    asked = pose(run, Question("class", "Which class?", (Option("3"), Option("8"))))

    def waits():
        app = visit("inside", i_run=run.id)
        if not any("Vote first" in info.value for info in app.info):
            return False
        kinds = [element.type for element in app.main]
        assert kinds.index("info") < kinds.index("selectbox")  # a phone folds the settings
        return True

    assert waits()
    sit(PRESENTER)
    assert not waits()
    close_voting(run, asked)
    sit(VIEWER)
    assert not waits()


def test_home_leads_a_viewer_to_what_is_shown_and_nobody_else(visit, sit, at_work):
    def top():
        app = visit("")
        links = [(link.proto.label, link.proto.page) for link in app.get("page_link")]
        return links[0] if links[0][1] == "train" else None

    assert top() == ("**Follow the presenter**", "train")  # nothing is shown yet but an example
    run = at_work()
    run.rename("The *first* one")
    assert top() == (r"**The \*first\* one is training now: watch it**", "train")
    show_run_to_all("digits-gap")
    assert top()[0].startswith("**The presenter shows ")
    sit(PRESENTER)
    assert top() is None


def test_who_is_led_to_the_question_follows_whatever_was_chosen(
    open_page, at_work, drawn, monkeypatch
):
    told, pressed = [], []

    def page_wide(*, votes):
        told.append(votes)
        return bool(pressed) and pressed.pop()

    monkeypatch.setattr("cnnviz.components.page_wide.page_wide", page_wide)
    app = open_page(VIEWER, t_run=at_work().id)
    assert drawn[-1][0] is not None
    pressed.append(True)
    app.run()
    assert drawn[-1][0] is None
    assert drawn[-1][1]["follow"]
    assert app.selectbox(key="_t_run").value == ""
    assert set(told) == {True}
    told.clear()
    open_page(PRESENTER)
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET")  # there is no class
    open_page(VIEWER)
    assert told == [False, False]


def test_a_link_to_a_step_of_what_was_shown_opens_that_run(open_page, at_work, drawn):
    run, _ = at_work(), at_work()
    app = open_page(VIEWER, t_step=f"3@{run.id}")
    assert drawn[-1][0] == run.id
    assert app.query_params["t_run"] in (run.id, [run.id])


def test_who_follows_sees_what_a_copy_is_compared_with(open_page, at_work, drawn):
    run = at_work()
    copy = create_run(dataclasses.replace(run.config, based_on=run.id))
    show_run_to_all(copy.id)
    open_page(VIEWER)
    assert drawn[-1][1]["follow"]
    assert drawn[-1][1]["overlay"] == [run.id]


def test_a_presenter_opens_on_what_all_see_and_not_on_a_viewers_run(open_page, at_work, drawn):
    run, theirs = at_work(), at_work(owner="a-viewer")
    app = open_page(PRESENTER)
    assert drawn[-1][0] == run.id
    options = app.selectbox(key="_t_run").options
    assert [("viewer’s run" in option) for option in options[:2]].count(True) == 1
    assert theirs.is_alive()


def test_whose_link_is_out_of_date_is_told(open_page):
    app = open_page({"cnnviz_presenter": "of-the-classroom-before"})
    assert "Start training" not in labels(app)
    assert any("open the new presenter link" in warning.value for warning in app.warning)
    assert not open_page(VIEWER).warning
    assert not open_page(PRESENTER).warning


def test_the_presenter_has_the_controls_and_shows_to_all(open_page, at_work):
    run, other = at_work(), at_work()
    show_run_to_all(other.id)
    app = open_page(PRESENTER, t_run=run.id)
    assert {"Start training", "Pause", "Stop", "Show to all", "Join"} <= labels(app)
    managing = {"More", "Repeat with one change", "Copy the training script"}
    assert panels(app) > {"Ask the class", *managing}
    projected = open_page(PRESENTER, t_run=run.id, size="large")
    assert {"Pause", "Stop", "Show to all"} <= labels(projected)
    assert panels(app) - panels(projected) == managing
    app = open_page(PRESENTER, t_run=run.id, size="usual")
    next(b for b in app.button if b.label == "Show to all").click().run()
    assert shown_run() == run.id
    assert "Show to all" not in labels(app)


def test_the_way_to_join_is_shown_large_until_it_is_closed(open_page):
    app = open_page(PRESENTER)
    next(b for b in app.button if b.label == "Join").click().run()
    assert not app.exception

    def told():
        return any("192.0.2.7:8501<" in block.proto.body for block in app.get("html"))

    assert told()
    app.run()  # as when a run's status changes
    assert told()
    app.session_state["_join_shown"] = False  # what closing it does
    app.run()
    assert not told()


def controls_of(run):
    path = run.path / "control.jsonl"
    return path.read_text() if path.exists() else ""


def test_a_viewer_who_calls_an_action_is_refused(sit, at_work):
    run = at_work()
    with pytest.raises(role.NotPresenterError, match="Only the presenter"):
        role.presenter_only()
    attempt(lambda: run.control("stop"))
    attempt(lambda: run.rename("mine"))
    attempt(lambda: start_again(run, "nothing", None))
    with pytest.raises(role.NotPresenterError):
        stop_all()
    with pytest.raises(role.NotPresenterError):
        start_own("digits", "gap", 1.0, 0)
    assert controls_of(run) == ""
    assert [r.id for r in list_runs() if not r.shipped] == [run.id]
    assert not (run.path / "name.txt").exists()
    sit(PRESENTER)
    attempt(lambda: run.control("stop"))
    assert json.loads(controls_of(run))["command"] == "stop"


def test_a_role_that_is_lost_takes_effect_at_once(open_page, sit, at_work):
    """The button was drawn for a presenter; its click arrives from a viewer."""
    run = at_work()
    for label in ("Pause", "Start training"):
        app = open_page(PRESENTER, t_run=run.id)
        pressed = next(b for b in app.button if b.label == label)
        sit(VIEWER)
        pressed.click().run()
        assert not app.exception
        assert [e.value for e in app.error] == ["Only the presenter can do this\\."] * (
            label == "Pause"
        )
    assert controls_of(run) == ""
    assert len([r for r in list_runs() if not r.shipped]) == 1


def test_a_viewers_own_run(open_page, sit, monkeypatch):
    app = open_page(VIEWER)
    assert "Start my run" not in labels(app)
    monkeypatch.setenv("CNNVIZ_VIEWER_RUNS", "2")
    app = open_page(VIEWER)
    app.text_input(key="_t_own_rate").set_value("2.0")
    app.selectbox(key="_t_own_net").select("own").run()  # built layer by layer
    next(b for b in app.button if b.label == "Start my run").click().run()
    assert not app.exception
    (run,) = [r for r in list_runs() if not r.shipped]
    assert run.config.owner == role.viewer_id() != ""
    assert run.config.owner not in VIEWER["cnnviz_viewer"]
    assert 0 < run.config.max_seconds <= 60
    assert run.config.recipe.epochs == 8
    assert network_line(run.config.spec) == EXAMPLES["small"].line((1, 8, 8), 10)
    assert app.selectbox(key="_t_run").value == run.id
    assert shown_run() != run.id or not (run.path.parent / "shown.txt").exists()
    assert "Start my run" not in labels(open_page({}))  # nobody without a name


def test_a_viewer_stops_own_runs_and_the_presenter_all(open_page, sit, at_work, monkeypatch):
    monkeypatch.setenv("CNNVIZ_VIEWER_RUNS", "2")
    stopped = []
    monkeypatch.setattr("cnnviz.ui.train.manage.stop", lambda run: stopped.append(run.id))
    monkeypatch.setattr("cnnviz.ui.train.viewer_runs.stop", lambda run: stopped.append(run.id))
    sit(VIEWER)
    mine, presenters = at_work(owner=role.viewer_id()), at_work()

    app = open_page(OTHER, t_run=mine.id)
    assert "Stop" not in labels(app)
    app = open_page(VIEWER, t_run=mine.id)
    assert {b for b in labels(app) if b != "Start my run"} == {"Stop"}
    next(b for b in app.button if b.label == "Stop").click().run()
    assert stopped == [mine.id]

    app = open_page(PRESENTER)
    app.session_state["_t_viewers_0"] = True
    app.run()
    next(b for b in app.button if b.label.startswith("Stop all")).click().run()
    assert stopped == [mine.id, mine.id]
    assert presenters.id not in stopped


def test_a_name_made_of_markup_stays_text(open_page, at_work):
    run = at_work()
    run.rename("![x](http://192.0.2.1/x.png)")
    app = open_page(PRESENTER, t_run=run.id)
    app.session_state["_t_ask_0"] = True
    app.run()
    assert not app.exception
    assert Run(run.path).name.startswith("![x]")
    assert not [m for m in app.markdown if "![x]" in m.value]
