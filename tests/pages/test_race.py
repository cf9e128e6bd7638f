"""The page Race without a browser: the form, what is started, which race is looked at."""

import dataclasses
import hashlib
import json
import os
from functools import partial

import numpy as np
import pytest
import streamlit as st

from cnnviz.components.live import LiveResult
from cnnviz.datasets import load_dataset
from cnnviz.imaging import encode_png
from cnnviz.runs import create_run, list_runs, show_run_to_all, shown_run
from cnnviz.training import TrainingError
from cnnviz.training.config import make_config
from cnnviz.training.race.presets import race_id
from tests.pages.sent import sent
from tests.unit.datasets.zips import make_zip

pytestmark = pytest.mark.usefixtures("runs")


def in_line(run):
    """As the engine would leave it when there is no room."""
    (run.path / "events.jsonl").write_text('{"event":"status","time":1,"status":"waiting"}\n')
    return run


@pytest.fixture
def started(monkeypatch):
    """What the page asks to be trained; no process is started."""
    asked = []

    def start(config, *, tensors=None):
        asked.append(config)
        return in_line(create_run(config, tensors=tensors))

    monkeypatch.setattr("cnnviz.training.start", start)
    return asked


@pytest.fixture
def stopped(monkeypatch):
    """The runs that the page stops."""
    asked = []
    monkeypatch.setattr("cnnviz.training.stop", asked.append)
    return asked


@pytest.fixture
def shown(monkeypatch):
    """The runs that the chart of each run of the page is given."""
    drawn = []

    def draw(ids, *, key, status, uneven):
        drawn.append(ids)
        drawn_times.append(uneven)

    drawn_times: list = []
    monkeypatch.setattr("cnnviz.components.live.race", draw)
    monkeypatch.setattr(f"{__name__}.told_of_times", drawn_times)
    return drawn


told_of_times: list = []  # what the chart is told of whether times can be compared


@pytest.fixture
def open_page(visit, shown):
    return partial(visit, "race")


def button(app, label):
    return next((b for b in app.button if b.label == label), None)


def texts(app):
    parts = (app.caption, app.error, app.warning, app.info)
    return "\n".join(element.value for part in parts for element in part)


def test_layers_beside_a_network_of_the_list_are_not_used_and_that_is_said(visit, monkeypatch):
    draw = st.data_editor

    def typed(rows, **settings):
        draw(rows, **settings)
        return [rows[0] | {"Layers": "c8k3p1 relu gap fc10"}, *rows[1:]]

    monkeypatch.setattr(st, "data_editor", typed)
    app = visit("race")
    assert not app.exception
    (warning,) = app.warning
    assert warning.value.startswith("SGD trains the GAP net and not the layers")


def test_pictures_of_ones_own_race(open_page, started):
    app = open_page(r_data="own", r_preset="pooling")
    assert button(app, "Start the race").disabled
    assert "Choose a zip of pictures first." in texts(app)
    pictures = {
        f"{name}/{at}.png": encode_png(np.full((40, 50, 3), 60 * kind + at, np.uint8))
        for kind, name in enumerate(("dark", "grey", "light"))
        for at in range(8)
    }
    app.file_uploader(key="_t_zip").set_value(("mine.zip", make_zip(pictures), "zip")).run()
    assert not app.exception
    assert "3 classes" in app.success[0].value
    button(app, "Start the race").click().run()
    assert not app.exception
    assert len(started) == 3
    runs = [run for run in list_runs() if run.config.group == started[0].group]
    for run, config in zip(runs, started, strict=True):
        assert (config.dataset, config.dataset_title) == ("own", "mine")
        assert config.classes == ("dark", "grey", "light")
        assert (run.path / "data.safetensors").exists()
    assert len({config.group for config in started}) == 1
    # They stay in use for the next one, until they are removed.
    app = open_page(r_data="own", r_preset="depth")
    assert not button(app, "Start the race").disabled
    app.button(key="_t_zip_remove").click().run()
    assert button(app, "Start the race").disabled


def race_of(*names, preset="optimiser"):
    """A race that somebody ran before; its runs wait for ever."""
    group, config = race_id(preset), make_config(load_dataset("digits"), "gap")
    runs = [in_line(create_run(dataclasses.replace(config, group=group))) for _ in names]
    for run, name in zip(runs, names, strict=True):
        run.rename(name)
    return group, [run.id for run in runs]


def test_with_no_race_yet_it_shows_a_run_that_came_with_cnnviz(open_page, shown):
    app = open_page()
    assert shown[-1] == ["fashionmnist-gap"]
    assert not button(app, "Start the race").disabled
    assert button(app, "Stop the race") is None
    assert "r_race" not in app.query_params


def test_runs_of_different_pictures_are_not_ranked(open_page):
    app = open_page(r_race="any", r_runs="fashionmnist-gap,digits-gap")
    words = [m.value for m in app.markdown]
    assert any("learn from different pictures" in text for text in words)
    assert not any("Result." in text for text in words)


def test_starting_a_preset_asks_for_every_lane_alike(open_page, started, shown):
    app = open_page(r_preset="rates", r_length="lesson", r_seed="4")
    button(app, "Start the race").click().run()
    assert not app.exception
    assert len(started) == 3
    assert [round(c.recipe.learning_rate, 4) for c in started] == [0.005, 0.5, 5.0]
    assert {c.recipe.seed for c in started} == {4}
    assert {c.recipe.epochs for c in started} == {30.0}
    assert len({c.group for c in started}) == 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert {c.threads for c in started} == {max(1, cores // 3)}
    group = started[0].group
    assert app.query_params["r_race"] in (group, [group])
    names = {run.id: run.name for run in list_runs()}
    assert [names[id] for id in shown[-1]] == ["A hundredth", "Usual rate", "Ten times"]
    assert button(app, "Stop the race") is not None


def test_a_question_about_a_task_brings_its_pictures_its_lanes_and_its_losses(open_page, started):
    app = open_page(r_preset="pixelloss", r_length="quick")
    assert app.selectbox(key="_r_data").options == [
        "Scenes: a class for every pixel",
        "Scenes of clothes: a class for every pixel",
    ]
    button(app, "Start the race").click().run()
    assert not app.exception
    assert [(c.task, c.network, c.loss) for c in started] == [
        ("segment", "unet", loss)
        for loss in ("both", "crossentropy", "weighted", "dice", "squared")
    ]
    assert {c.recipe.optimiser for c in started} == {"adamw"}
    app.selectbox(key="_r_preset").select("2, 8, 32 or 128 numbers?").run()
    button(app, "Start the race").click().run()
    assert [c.variant["depth"] for c in started[5:]] == [2, 8, 32, 128]
    assert {c.dataset for c in started[5:]} == {"squeezed"}


def test_one_after_another_gives_each_all_threads(open_page, started):
    app = open_page(r_preset="skips", r_mode="turns")
    assert "Each run trains alone" in texts(app)
    button(app, "Start the race").click().run()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert {c.threads for c in started} == {cores}
    assert [c.variant["skips"] for c in started] == [False, True]


def test_lanes_come_back_from_the_address(open_page, started):
    lanes = '[{"name":"Mine","optimiser":"adamw","rate":0.5},{"name":"LeNet","network":"lenet5"}]'
    app = open_page(r_lanes=lanes)
    assert app.query_params["r_lanes"] in (lanes, [lanes])
    button(app, "Start the race").click().run()
    assert [c.network for c in started] == ["gap", "lenet5"]
    assert started[0].recipe.optimiser == "adamw"
    assert {run.name for run in list_runs() if not run.shipped} == {"Mine", "LeNet"}


def test_networks_typed_as_lines_race(open_page, started):
    app = open_page(r_preset="sharing")
    button(app, "Start the race").click().run()
    assert [c.network for c in started] == ["own", "own"]
    assert [c.spec[0]["layer"] for c in started] == ["conv", "local"]
    app = open_page(r_lanes='[{"name":"A","network":"own","line":"c4k3 fc9"},{"line":"zz"}]')
    assert button(app, "Start the race").disabled
    assert "A: The last layer, linear1, gives 9 numbers" in texts(app)
    (data,) = sent(app, "layers")
    assert (data["line"], data["answer"]["wrong"]) == ("c4k3 fc9", "linear1")


@pytest.mark.parametrize("lanes", ["hello", "[1, 2]", '[{"rate": "fast"}, {}]'])
def test_lanes_that_cannot_be_read_are_said(open_page, lanes):
    app = open_page(r_lanes=lanes)
    assert "default lanes are shown" in app.warning[0].value
    assert not button(app, "Start the race").disabled
    # The chart makes the page run again at once, and the address is mended by then.
    app.run()
    assert "default lanes are shown" in app.warning[0].value
    app.selectbox(key="_r_preset").select("Augmentation").run()
    assert not app.warning


def test_one_lane_is_no_race(open_page):
    app = open_page(r_lanes='[{"name":"Alone"}]')
    assert button(app, "Start the race").disabled
    assert "2 to 6 lanes" in texts(app)


def test_a_network_that_cannot_be_had_starts_nothing(open_page, started):
    app = open_page(r_lanes='[{"name":"A"},{"name":"B","network":"vgg","depth":9}]')
    button(app, "Start the race").click().run()
    assert started == []
    assert "B\\: VGG\\-style stack can have 1 to 3 pairs" in texts(app)


def test_a_race_that_half_starts_is_stopped(open_page, monkeypatch, stopped):
    done = []

    def start(config, *, tensors=None):
        if done:
            raise TrainingError("There is no room.")
        done.append(in_line(create_run(config)))
        return done[0]

    monkeypatch.setattr("cnnviz.training.start", start)
    app = open_page()
    button(app, "Start the race").click().run()
    assert "There is no room" in texts(app)
    assert [run.id for run in stopped] == [done[0].id]


def test_pictures_that_are_not_there_cannot_race(open_page):
    app = open_page(r_data="cifar10")
    assert button(app, "Start the race").disabled
    assert "not on this computer" in texts(app)


def test_it_opens_on_the_newest_race_and_another_can_be_chosen(open_page, shown):
    old, old_runs = race_of("a", "b", preset="depth")
    _, new_runs = race_of("c", "d", "e", preset="rates")
    app = open_page()
    if app.query_params["r_race"] in (old, [old]):  # made in the same second
        old_runs, new_runs = new_runs, old_runs
    assert shown[-1] == new_runs
    app.selectbox(key="_r_race").select(app.selectbox(key="_r_race").options[1]).run()
    assert shown[-1] == old_runs


def test_two_races_started_in_the_same_second_can_be_told_apart(open_page, shown, monkeypatch):
    ids = iter(["20260102-030405-rates-0001", "20260102-030405-rates-0002"])
    monkeypatch.setattr(f"{__name__}.race_id", lambda _: next(ids))
    races = dict(race_of("a", "b") for _ in range(2))
    app = open_page()
    for group, label in zip(sorted(races, reverse=True), app.selectbox(key="_r_race").options[:2],
                            strict=True):  # fmt: skip
        app.selectbox(key="_r_race").select(label).run()
        assert shown[-1] == races[group]


def test_each_run_leads_on_to_train_and_at_its_end_to_look_inside(open_page):
    _, ids = race_of("a", "b")
    app = open_page()

    def links():
        found = [element.proto for element in app.get("page_link")]
        return [(link.label, link.page, link.query_string) for link in found]

    assert links() == [
        ("Watch: a", "train", f"t_run={ids[0]}"),
        ("Watch: b", "train", f"t_run={ids[1]}"),
    ]
    for run in list_runs():
        if run.id in ids:
            with (run.path / "events.jsonl").open("a") as events:
                events.write('{"event":"status","time":2,"status":"finished","step":3}\n')
    app.run()
    assert [label for label, *_ in links()] == ["Look inside: a", "Look inside: b"]
    assert links()[1][1:] == ("inside", f"i_run={ids[1]}")


def write_events(id, *statuses):
    run = next(run for run in list_runs() if run.id == id)
    events = [{"event": "status", "status": s, "time": t, "threads": 1} for s, t in statuses]
    (run.path / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    return run.path


def test_times_are_compared_when_the_race_is_over_and_nothing_else_was_at_work(open_page):
    _, (a, b) = race_of("a", "b")
    other = in_line(create_run(make_config(load_dataset("digits"), "gap"))).id
    app = open_page()
    assert told_of_times[-1] is None
    write_events(a, ("running", 100.0), ("finished", 120.0))
    write_events(b, ("running", 120.0), ("finished", 140.0))
    begun = write_events(other, ("running", 90.0), ("stopped", 121.0)) / "run.json"
    app.run()
    assert told_of_times[-1] == ""  # the other is younger than the race
    os.utime(begun, (80, 80))
    app.run()
    assert "share the machine with 0.1 to 1.0 other runs" in told_of_times[-1]


def test_runs_at_work_are_said_before_the_start(open_page):
    with create_run(make_config(load_dataset("digits"), "gap")).writing():
        assert "Another run is training" in texts(open_page(r_race="any"))


def test_the_columns_in_which_the_lanes_differ_come_first(open_page):
    app = open_page(r_preset="rates", r_race="any")
    assert list(app.dataframe[0].proto.column_order)[:3] == ["Name", "Rate", "Network"]
    app.selectbox(key="_r_preset").select("Augmentation").run()
    order = list(app.dataframe[0].proto.column_order)
    assert order[:2] == ["Name", "Shift"]
    assert len(order) == 10


def test_a_link_names_a_race(open_page, shown):
    group, ids = race_of("a", "b")
    race_of("c", "d", preset="rates")
    open_page(r_race=group)
    assert shown[-1] == ids


def test_a_race_that_is_not_there_is_said(open_page):
    assert "There is no race" in open_page(r_race="../etc").warning[0].value


def test_any_runs_can_be_compared_by_link(open_page, shown):
    _, ids = race_of("a", "b")
    app = open_page(r_race="any", r_runs=f"{ids[1]},digits-gap,../etc")
    assert shown[-1] == [ids[1], "digits-gap"]
    assert "no run called" in app.warning[0].value
    app.multiselect(key="_r_runs").set_value([]).run()
    assert "Choose up to six runs" in texts(app)
    assert not app.warning


def test_stop_all_stops_all(open_page, stopped):
    _, ids = race_of("a", "b")
    app = open_page()
    button(app, "Stop the race").click().run()
    assert sorted(run.id for run in stopped) == sorted(ids)


def test_the_presenter_shows_a_race_to_all_and_a_lane_leads_to_it(open_page, visit, monkeypatch):
    group, ids = race_of("a", "b")
    assert "Show to all" not in {b.label for b in open_page().button}  # there is no class
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "secret")
    cookies = {"cnnviz_presenter": hashlib.sha256(b"secret").hexdigest()}
    monkeypatch.setattr("cnnviz.ui.shared.role._cookies", lambda: cookies)
    show_run_to_all("digits-gap")
    app = open_page()
    button(app, "Show to all").click().run()
    assert shown_run() == ids[0]
    assert "Show to all" not in {b.label for b in app.button}
    show_run_to_all(ids[1])  # any lane will do
    assert "Show to all" not in {b.label for b in app.run().button}

    cookies.clear()  # a viewer, who follows
    monkeypatch.setattr("cnnviz.ui.train.run.live", lambda *_, **__: LiveResult(shown_run(), ""))
    for followed in ({}, {"t_run": ids[0]}):
        links = [link.proto for link in visit("train", **followed).get("page_link")]
        (race,) = [link for link in links if link.label == "Watch the whole race"]
        assert (race.page, race.query_string) == ("race", f"r_race={group}")
    show_run_to_all("digits-gap")
    links = [link.proto.label for link in visit("train").get("page_link")]
    assert "Look inside this run" in links
    assert "Watch the whole race" not in links


def test_a_viewer_looks_on_and_cannot_start_or_stop(open_page, monkeypatch, started, stopped):
    """The buttons are not drawn; and the actions behind them refuse."""
    from cnnviz.training.race.runs import stop_all
    from cnnviz.ui.race.start import begin
    from cnnviz.ui.shared import actions

    _, ids = race_of("a", "b")
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "secret")
    monkeypatch.setattr("cnnviz.ui.shared.role._cookies", dict)
    app = open_page()
    assert {b.label for b in app.button} <= {"Join", "Project"}
    runs = [run for run in list_runs() if run.id in ids]
    actions.attempt(lambda: stop_all(runs))
    actions.attempt(lambda: begin("rates", "digits", (), "quick", 0, together=True))
    assert started == stopped == []
