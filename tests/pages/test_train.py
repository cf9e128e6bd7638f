"""The page Train without a browser: choices, sentences, and what is asked of a run."""

import base64
import contextlib
import dataclasses
import functools
import io
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from cnnviz.components.live import LiveResult
from cnnviz.datasets import load_dataset
from cnnviz.networks import build, network_from_line, network_spec
from cnnviz.runs import Run, create_run, list_runs, shown_run
from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import pose, read_questions
from cnnviz.training.config import make_config, recipe_for
from cnnviz.training.repeat import changed, settings
from cnnviz.ui.train import estimate
from tests.pages.sent import sent

pytestmark = pytest.mark.usefixtures("runs")


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    """What the live view was asked to draw, one by one; JavaScript is for the browser tests."""
    asked = []

    def live(run_id, **given):
        asked.append((run_id, given))
        return LiveResult(run_id, "")

    monkeypatch.setattr("cnnviz.ui.train.run.live", live)
    return asked


@pytest.fixture
def started(monkeypatch):
    """What the page asks to be trained; no process is started."""
    asked = []

    def start(config, *, tensors=None):
        asked.append((config, tensors))
        return create_run(config, tensors=tensors)

    monkeypatch.setattr("cnnviz.training.start", start)
    monkeypatch.setattr("cnnviz.training.launch.start", start)
    monkeypatch.setattr("cnnviz.ui.train.repeat.start", start)
    return asked


@pytest.fixture
def open_page(visit):
    return functools.partial(visit, "train")


def button(app, label):
    return next(b for b in app.button if b.label == label)


def texts(app):
    parts = (app.caption, app.error, app.warning, app.info, app.success, app.markdown)
    return "\n".join(element.value for part in parts for element in part)


def test_first_visit_shows_a_shipped_run_and_start(open_page, drawn):
    app = open_page()
    assert not button(app, "Start training").disabled
    assert "bundled example" in app.selectbox(key="_t_run").options[0]
    run_id, given = drawn[-1]
    assert run_id == app.selectbox(key="_t_run").value
    assert given["presenter"]
    assert not given.get("follow")
    for label in ("Delete for good", "Rename", "Stop", "Show to all", "Join"):
        assert not [b for b in app.button if b.label == label]


def test_start_asks_for_what_the_controls_say(open_page, started):
    app = open_page(t_net="lenet5", t_rate="0.5", t_shift="2", t_optimiser="adamw", t_epochs="3")
    app.text_input(key="t_epochs").set_value("2.5")
    app.text_input(key="t_seed").set_value("9")
    app.toggle(key="t_flip").set_value(True)
    app.segmented_control(key="_t_held").select("Slowed down").run()
    app.text_input(key="t_pace").set_value("4.0")
    button(app, "Start training").click().run()
    assert not app.exception
    ((config, tensors),) = started
    assert tensors is None
    assert (config.dataset, config.network) == ("digits", "lenet5")
    recipe = config.recipe
    assert (recipe.epochs, recipe.learning_rate, recipe.seed) == (2.5, 0.5, 9)
    assert (recipe.shift, recipe.flip, recipe.optimiser) == (2, True, "adamw")
    assert config.pace == 4.0
    assert (config.owner, config.based_on) == ("", "")
    (run, *_) = list_runs()
    assert app.session_state["_t_run"] == run.id
    assert app.query_params["t_run"] in (run.id, [run.id])
    assert shown_run() == run.id


def test_a_press_whose_run_of_the_page_was_cut_short_is_answered_by_the_next(open_page, started):
    app = open_page()
    app.session_state["_t_start_pressed"] = True  # as its callback leaves it
    app.run()
    assert len(started) == 1
    app.run()
    assert len(started) == 1


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [("t_rate", "1e9", "0,01"), ("t_rate", "0", "1e-2"), ("t_rate", "-1", "3"),
     ("t_epochs", "many", "2"), ("t_epochs", "1001", "1000"), ("t_batch", "1.5", "16"),
     ("t_seed", "", "5"), ("t_decay", "2", "0"), ("t_shift", "17", "1"),
     ("t_smooth", "1", "0,1"), ("t_pace", "0", "5")],
)  # fmt: skip
def test_a_number_that_cannot_be_used_starts_nothing(open_page, started, key, wrong, right):
    app = open_page(t_epochs="3")
    app.segmented_control(key="_t_held").select("Slowed down").run()
    app.text_input(key=key).set_value(wrong)
    button(app, "Start training").click().run()  # pressed with the number still in the field
    assert not app.exception
    assert button(app, "Start training").disabled
    assert "write a" in texts(app)
    app.text_input(key=key).set_value(right).run()
    assert not button(app, "Start training").disabled
    assert not started  # by itself
    button(app, "Start training").click().run()
    assert len(started) == 1


def test_a_session_that_begins_with_a_start_shows_its_run(root, runs):
    """The server was started anew since the page was drawn; the address is of another run."""
    before = finished_run(root, runs)
    shutil.copytree(before, runs / "20260101-000000-b")
    app = AppTest.from_string(
        "from cnnviz.ui.shared.run_list import choose_run, started_runs\n"
        "started_runs().append('20260101-000000-b')\n"
        "choose_run()\n"
    )
    app.query_params["t_run"] = before.name
    app.run()
    assert app.selectbox(key="_t_run").value == "20260101-000000-b"


def test_another_data_set_brings_its_own_sizes(open_page):
    app = open_page()
    assert app.text_input(key="t_batch").value == "32"
    app.selectbox(key="_t_data").select("fashionmnist").run()
    assert app.text_input(key="t_batch").value == "128"
    assert app.text_input(key="t_rate").value == "2"
    app.segmented_control(key="_t_optimiser").select("adamw").run()
    assert app.text_input(key="t_rate").value == "0.04"
    app.pills(key="_t_net").select("lenet5").run()
    assert app.text_input(key="t_rate").value == "0.01"


def test_a_choice_that_the_browser_has_not_drawn_yet_changes_nothing(open_page, started):
    """It sends nothing for it, which is not somebody's change of mind."""
    app = open_page(t_epochs="900", t_rate="0.25")
    app.segmented_control(key="_t_optimiser").set_value(None)
    button(app, "Start training").click().run()
    assert not app.exception
    recipe = started[0][0].recipe
    assert (recipe.epochs, recipe.learning_rate, recipe.optimiser) == (900, 0.25, "sgd")


def test_a_length_decides_the_epochs_and_says_how_long_it_takes(open_page, started, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.train.estimate.estimate_seconds", lambda *_: 0.5)
    monkeypatch.setattr("cnnviz.ui.train.estimate._seconds", lambda *_: 0.5)
    app = open_page()
    length = app.radio(key="_t_length")
    assert length.value == "lesson"
    assert list(length.captions)[:2] == [
        "about 4.0 s: a quick first result",
        "about 15 s: time to watch filters form",
    ]
    length.set_value("quick").run()
    button(app, "Start training").click().run()
    assert started[0][0].recipe.epochs == recipe_for("quick", "gap", 1435).epochs == 8


def test_the_times_are_those_of_the_pace(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.training.estimate.recorded_rate", lambda _: 1e9)
    estimate._seconds.clear()  # what other tests have found out
    app = open_page(t_held="held", t_pace="4")
    steps = recipe_for("quick", "gap", 1435).epochs * 1435 / 32
    assert app.radio(key="_t_length").captions[0].startswith(f"about {steps / 4:.0f} s: ")
    app.segmented_control(key="_t_held").select("Full speed").run()
    assert app.radio(key="_t_length").captions[0].startswith("a few seconds, 352 steps: ")
    app = open_page(t_batch="100")
    assert app.radio(key="_t_length").captions[0].startswith("a few seconds, 112 steps: ")


def builder(app, name="layers"):
    """What the list of layers, or the map of the network, was sent last."""
    (data,) = sent(app, name)
    return data


def test_a_network_of_ones_own_is_trained_as_its_line_says(open_page, started):
    line = "c6k3p1 relu res[c6k3p1 | none] p2 fc10"
    app = open_page(t_net="own", t_line=line)
    data = builder(app)
    assert data["line"] == data["answer"]["line"] == line
    assert data["answer"]["problem"] == ""
    assert data["answer"]["layers"]["residual1.body.conv1"]["output"] == "6×8×8"
    assert "last" not in data["examples"][0]["title"]
    button(app, "Start training").click().run()
    assert not app.exception
    config = started[0][0]
    assert (config.network, config.network_title) == ("own", line)
    assert config.spec == network_from_line(line)
    assert app.query_params["t_line"] in (line, [line])
    data = builder(app.run())
    assert (data["examples"][0]["title"], data["examples"][0]["line"]) == ("Your last one", line)
    assert line in app.selectbox(key="_t_run").options[0]


def test_a_network_is_seen_with_the_weights_that_training_begins_with(open_page):
    app = open_page(t_net="own", t_line="c4k3 relu gap fc10", t_seed="7")
    app.session_state["_t_untrained"] = True
    data = builder(app.run(), "network")
    torch.manual_seed(7)
    first = build(network_from_line("c4k3 relu gap fc10"), (1, 8, 8))
    weights = load(base64.b64decode(data["weights"]))
    assert torch.equal(weights["conv1.weight"], first.conv1.weight)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(data["pytorch"].replace(data["layer"], "conv1"), names)
    picture = torch.frombuffer(
        bytearray(base64.b64decode(data["inputs"]["data"])), dtype=torch.float32
    )
    maps = first.conv1(picture.reshape(1, 1, 8, 8))[0]
    assert torch.allclose(names["maps"], maps, atol=1e-6)
    app.segmented_control(key="_t_untrained_picture").select("Your own picture").run()
    assert builder(app, "network")["picture"] == builder(app, "draw")["name"]


def test_a_line_that_does_not_fit_stays_says_why_and_starts_nothing(open_page, started):
    app = open_page(t_net="own", t_line="c6k3 fc9")
    assert button(app, "Start training").disabled
    assert "gives 9 numbers, but there are 10 classes" in texts(app)
    answer = builder(app)["answer"]
    assert answer["wrong"] == "linear1"
    assert answer["layers"]["conv1"]["costs"].startswith("60 parameters")
    for line, said in {
        "c6k3 zz fc10": "“zz” is not a layer",
        "c6k3 res[c5k3] fc10": "do not match",
        "": "",
        "c6k3 fc10": "",
        f"c4000k1 {'relu ' * 200} gap fc10": "GB of memory",
    }.items():
        app.query_params["t_line"] = line
        app.run()
        assert not app.exception
        assert said in texts(app)
        assert button(app, "Start training").disabled == bool(said), line
        if line:
            assert builder(app)["line"] == line
    app.pills(key="_t_net").select("gap").run()
    app.pills(key="_t_net").select("own").run()
    assert builder(app)["line"] == line  # nothing was lost
    assert not started


def test_a_data_set_that_is_not_there_disables_start_and_says_why(open_page, monkeypatch):
    app = open_page(t_data="cifar10")
    assert button(app, "Start training").disabled
    assert "not on this computer" in texts(app)

    def offline(*args, **kwargs):
        from cnnviz.datasets import DatasetError

        raise DatasetError("There is no connection: try again later.")

    monkeypatch.setattr("cnnviz.datasets.load_dataset", offline)
    monkeypatch.setattr("cnnviz.ui.train.data.load_dataset", offline)
    next(b for b in app.button if b.label.startswith("Download")).click().run()
    assert "There is no connection" in texts(app)
    assert button(app, "Start training").disabled


def test_own_pictures(open_page, started, make_zip):
    app = open_page(t_data="own")
    assert button(app, "Start training").disabled
    assert "memory until you press Start" in texts(app)
    assert "These curves" not in texts(app), "nothing of one's own is there to confuse them with"
    app.get("file_uploader")[0].set_value(("mine.zip", b"no zip", "application/zip")).run()
    assert "zip" in app.error[0].value
    assert button(app, "Start training").disabled
    app.get("file_uploader")[0].set_value(("mine.zip", make_zip(), "application/zip")).run()
    assert not app.exception
    assert "2 classes" in app.success[0].value
    button(app, "Start training").click().run()
    ((config, tensors),) = started
    assert (config.dataset, config.dataset_title) == ("own", "mine")
    assert tensors["train_images"].shape[1:] == (3, 32, 32)
    assert (list_runs()[0].path / "data.safetensors").exists()


def test_a_zip_stays_chosen_until_another_is_read(open_page, started, make_zip, monkeypatch):
    """While a second one is on its way, and where it is refused."""
    app = open_page(t_data="own")

    def give(*file):
        app.get("file_uploader")[0].set_value((*file, "application/zip") if file else None).run()
        assert not app.exception

    give("first.zip", make_zip())
    give()
    assert "Choose a zip" not in texts(app)
    assert "In use: **first.zip**" in texts(app).replace("\\", "")
    assert not button(app, "Start training").disabled
    give("second.zip", b"no zip")
    assert "not a zip file" in app.error[0].value
    assert "In use: **first.zip**" in texts(app).replace("\\", "")
    app.segmented_control(key="t_size").set_value(64).run()
    button(app, "Start training").click().run()
    ((config, _),) = started
    assert (config.dataset_title, config.input_shape) == ("first", (3, 64, 64))
    give("THIRD.ZIP", make_zip(("a", "b", "c")))
    assert "In use" not in texts(app)
    assert "3 classes" in app.success[0].value
    # What is too large for the memory of all is let go of once it is read, and stays in use.
    monkeypatch.setattr("cnnviz.ui.shared.own_zip.USUAL_UPLOAD", 100)
    released = []
    monkeypatch.setattr("cnnviz.ui.shared.own_zip.release", released.append)
    give("photos.zip", make_zip())
    assert [file.name for file in released] == ["photos.zip"]
    assert app.get("file_uploader")[0].proto.max_upload_size_mb == 100
    give()
    assert "In use: **photos.zip**" in texts(app).replace("\\", "")
    button(app, "Remove").click().run()
    assert "Choose a zip of pictures first." in texts(app)
    assert button(app, "Start training").disabled


def test_what_was_made_of_a_zip_is_said_before_start_and_literally(open_page, make_zip):
    app = open_page(t_data="own")
    data = make_zip(("*star* <b>bold", ":red[x] $x^2$", "[link](http:a.b)"), unreadable="~~gone~~")
    app.get("file_uploader")[0].set_value(("mine.zip", data, "application/zip")).run()
    assert "not of your pictures: this run learned **Fashion\\-MNIST**" in texts(app)
    assert [one.label for one in app.expander if one.label.startswith("Left out")] == [
        r"Left out: \~\~gone\~\~/IMG\_1\.HEIC and 2 more"
    ]
    (why,) = [one.value for one in app.caption if "left out" in one.value]
    assert why.startswith("2 of 3 left out: This file is text, not a picture")
    assert not app.exception
    said = app.info[0].value
    assert r"The class \~\~gone\~\~ is left out" in said
    assert "single test picture" not in said
    assert r"\*star\* \<b\>bold \(8\)" in app.success[0].value
    assert r"\:red\[x\] \$x^2\$" in app.success[0].value
    captions = [shown.proto.imgs[0].caption for shown in app.get("image")]
    assert captions[0] == r"\*star\* \<b\>bold"
    assert len(captions) == 3


@pytest.fixture
def make_zip():
    import io
    import zipfile

    import numpy as np

    from cnnviz.imaging import encode_png

    def build(names=("dark", "light"), unreadable=None):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for place, name in enumerate(names):
                for index in range(8):
                    pixels = np.full((40, 40, 3), 20 + 60 * place + index, np.uint8)
                    archive.writestr(f"{name}/{index}.png", encode_png(pixels))
            if unreadable:
                archive.writestr(f"{names[0]}/notes.txt", b"text")
                archive.writestr(f"{unreadable}/IMG_1.HEIC", b"ftypheic")
                archive.writestr(f"{unreadable}/IMG_2.HEIC", b"ftypheic")
        return file.getvalue()

    return build


def test_a_run_that_is_not_there_is_said(open_page):
    app = open_page(t_run="../../etc")
    assert "There is no run called" in app.warning[0].value


def test_runs_of_one_name_keep_their_labels_when_a_new_one_is_listed(open_page):
    """A browser sends back the label on its screen, which must still mean the same run."""
    config = make_config(load_dataset("digits"), "gap")
    config = dataclasses.replace(config, created="2026-01-01T10:00:00+00:00")

    def add(name):
        path = create_run(config).path
        return path.rename(path.with_name(name)).name

    first = add("20260101-100000-a")
    add("20260101-100000-b")
    app = open_page(t_run=first)
    before = app.selectbox(key="_t_run").options
    assert len(set(before)) == len(before)
    add("20260101-100000-c")
    assert app.run().selectbox(key="_t_run").options[1:] == before


def finished_run(root, runs):
    runs.mkdir(exist_ok=True)
    return shutil.copytree(root / "assets" / "runs" / "digits-gap", runs / "20260101-000000-a")


def test_a_mangled_run_is_listed_with_its_reason_and_can_be_deleted(open_page, root, runs):
    path = finished_run(root, runs)
    (path / "events.jsonl").write_text("hello\n")
    app = open_page(t_run=path.name)
    assert "not an event" in app.error[0].value
    button(app, "Delete for good").click().run()
    assert not app.exception
    assert not path.exists()
    assert not app.warning  # that it is gone is no news to who deleted it
    assert "t_run" in app.query_params


def test_a_folder_without_run_json_is_listed(open_page, runs):
    (runs / "empty").mkdir(parents=True)
    app = open_page(t_run="empty")
    assert r"run\.json cannot be read" in app.error[0].value


def rewrite(path, change):
    lines = [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]
    (path / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in change(lines)))


def test_an_interrupted_run_offers_to_resume(open_page, root, runs):
    path = finished_run(root, runs)
    rewrite(path, lambda lines: lines[: len(lines) // 2])
    app = open_page(t_run=path.name)
    assert button(app, "Resume")
    assert button(app, "Delete for good")
    assert not [b for b in app.button if b.label in ("Pause", "Stop")]


def test_a_run_that_diverged_offers_no_resume(open_page, root, runs):
    path = finished_run(root, runs)
    end = {"event": "status", "status": "failed", "message": "Too high.", "resumable": False}
    rewrite(path, lambda lines: [*lines[: len(lines) // 2], end])
    app = open_page(t_run=path.name)
    assert not [b for b in app.button if b.label == "Resume"]


@pytest.fixture
def at_work():
    """Makes a run that a process (this one) is at work on, with a status."""
    with contextlib.ExitStack() as stack:

        def make(status):
            run = create_run(make_config(load_dataset("digits"), "gap"))
            writer = stack.enter_context(run.writing())
            writer.write("status", status=status, step=0, total_steps=10, train_images=1435)
            return run

        yield make


def commands(run):
    lines = (run.path / "control.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "time"} for line in lines]


def test_a_new_rate_that_cannot_be_used_is_not_sent(open_page, at_work):
    run = at_work("running")
    app = open_page(t_run=run.id)
    app.text_input(key=f"_t_rate_{run.id}").set_value("1e9")
    button(app, "Set the peak learning rate").click().run()
    assert button(app, "Set the peak learning rate").disabled
    assert not (run.path / "control.jsonl").exists()


def test_a_run_in_line_says_who_holds_the_places(open_page, at_work, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SLOTS", "4")
    paused, _busy, waiting = at_work("paused"), at_work("running"), at_work("waiting")
    app = open_page(t_run=waiting.id)
    assert not app.exception
    assert "paused" in texts(app)
    resume, stops = [b for b in app.button if b.label == "Resume"], [
        b for b in app.button if b.label == "Stop"]  # fmt: skip
    assert len(resume) == 1
    assert len(stops) >= 3
    resume[0].click().run()
    assert commands(paused) == [{"command": "resume"}]


def test_pause_and_live_changes(open_page, at_work):
    run = at_work("running")
    app = open_page(t_run=run.id)
    assert not [b for b in app.button if b.label in ("Resume", "One step", "Delete for good")]
    button(app, "Pause").click().run()
    # Typed and pressed in one go: the number sent is the one on screen.
    app.text_input(key=f"_t_rate_{run.id}").set_value("0.25")
    button(app, "Set the peak learning rate").click().run()
    app.text_input(key=f"_t_pace_{run.id}").set_value("3.0")
    button(app, "Set the pace").click().run()
    assert not app.exception
    assert commands(run) == [
        {"command": "pause"},
        {"command": "learning_rate", "value": 0.25},
        {"command": "pace", "value": 3.0},
    ]
    assert [other.id for other in list_runs() if not other.shipped] == [run.id]  # none started


def test_one_step_follows_the_chosen_filter(open_page, at_work):
    run = at_work("paused")
    app = open_page(t_run=run.id)
    field = app.selectbox(key="t_filter")
    assert field.options == [f"Follow filter {n}" for n in range(16)]
    field.set_value(5)
    button(app, "One step").click().run()
    button(app, "Resume").click().run()
    assert commands(run) == [{"command": "step", "filter": 5}, {"command": "resume"}]


def test_a_run_gets_a_name_of_its_own(open_page, root, runs):
    path = finished_run(root, runs)
    app = open_page(t_run=path.name)
    app.text_input(key=f"_t_name_{path.name}").set_value("*Mine* [1]")
    button(app, "Rename").click().run()
    assert not app.exception
    assert Run(path).name == "*Mine* [1]"
    assert app.selectbox(key="_t_run").value == path.name
    assert any(o.endswith(" · *Mine* [1]") for o in app.selectbox(key="_t_run").options)
    app.text_input(key=f"_t_name_{path.name}").set_value("two\tlines")
    button(app, "Rename").click().run()
    assert "single line" in app.error[0].value


def test_again_with_one_thing_changed(open_page, started, drawn, root, runs):
    path = finished_run(root, runs)
    old = Run(path).config
    app = open_page(t_run=path.name)
    app.session_state["_t_again_0"] = True
    app.run()
    app.selectbox(key="_t_again_what").select("optimiser").run()
    assert "instead of" not in texts(app)
    app.segmented_control(key="_t_again_optimiser").select("adamw").run()
    usual = changed(Run(path), "optimiser", "adamw").recipe
    assert (
        f"The peak learning rate becomes {usual.learning_rate:g} instead of"
        f" {old.recipe.learning_rate:g}" in texts(app)
    )
    app.selectbox(key="_t_again_what").select("learning_rate").run()
    button(app, "Start the repeat").click().run()
    (opened,) = [one for one in app.get("popover") if one.error]  # behind it, nobody would see it
    assert "choose another one" in opened.error[0].value
    assert len(app.error) == 1
    assert not app.run().error
    assert not started
    app.text_input(key="_t_again_learning_rate").set_value("0.125")
    button(app, "Start the repeat").click().run()
    assert not app.exception
    ((config, _),) = started
    new = dataclasses.replace(old.recipe, learning_rate=0.125)
    assert config.recipe == new
    assert (config.based_on, config.spec) == (path.name, old.spec)
    run_id, given = drawn[-1]
    assert Run(runs / run_id).config.based_on == path.name
    assert list(given["overlay"]) == [path.name]
    assert "learning rate 0.125" in Run(runs / run_id).name


def test_a_finished_run_is_compared_with_another(open_page, charts, root, runs):
    path = finished_run(root, runs)
    curves, matrix = charts(open_page(t_run=path.name, t_along="epoch", t_log="true"))
    state = Run(path).state()
    test = next(trace for trace in curves["figure"]["data"] if trace["name"] == "test")
    assert test["x"] == [tested.epoch for tested in state.evaluations]
    assert test["y"] == [tested.loss for tested in state.evaluations]
    assert curves["figure"]["layout"]["yaxis"]["type"] == "log"
    counts = [list(row) for row in state.evaluations[-1].confusion]
    assert matrix["figure"]["data"][0]["customdata"] == counts

    def compared(other):
        curves, matrix = charts(open_page(t_run=path.name, t_with=other, t_matrix="difference"))
        assert len({trace["name"] for trace in curves["figure"]["data"]}) == 3
        return matrix["figure"]["data"][0]["customdata"]

    assert not np.any(compared("digits-gap"))  # of which it is a copy
    assert (
        compared("fashionmnist-gap") == counts
    )  # of other classes, whose matrix says nothing here


def test_a_run_that_trains_is_left_to_the_live_view(open_page, charts, at_work):
    assert not charts(open_page(t_run=at_work("running").id))


def test_a_popover_closes_when_its_action_was_done(open_page, started, at_work, root, runs):
    path = finished_run(root, runs)
    app = open_page(t_run=path.name)
    for popover in ("_t_again_0", "_t_more_0"):
        app.session_state[popover] = True
    app.run()
    button(app, "Start the repeat").click().run()
    assert app.session_state["_t_again_0"]  # refused: what was typed is still there to be changed
    app.text_input(key=f"_t_name_{path.name}").set_value("Mine")
    button(app, "Rename").click().run()
    assert not app.session_state["_t_more_1"]  # another one, which nobody opened
    app.text_input(key="_t_again_learning_rate").set_value("0.125")
    button(app, "Start the repeat").click().run()
    assert started
    assert not app.session_state["_t_again_1"]

    app = open_page(t_run=at_work("running").id)
    for at, label in enumerate(("Set the peak learning rate", "Set the pace")):
        app.session_state[f"_t_change_{at}"] = True
        app.run()
        button(app, label).click().run()
        assert not app.session_state[f"_t_change_{at + 1}"]


def test_an_open_question_has_one_button_that_reveals_it(open_page, at_work):
    run = at_work("running")
    pose(run, Question("class", "Which class?", (Option("3"), Option("8"))))
    app = open_page(t_run=run.id)
    assert not [b for b in app.button if b.label == "Ask"]
    button(app, "Reveal").click().run()
    assert not app.exception
    assert read_questions(run)[-1].revealed or app.error


def test_what_asks_closes_and_reveals_keeps_its_place(open_page, at_work):
    """A second click never presses another button than the first."""
    run = at_work("running")

    def row():
        found = app.button
        return [b.label for b in found if b.key and b.key.startswith("_t_do_")], {
            b.label for b in found if b.disabled
        }

    app = open_page(t_run=run.id)
    before, _ = row()
    assert not {"Reveal", "Close voting"} & set(before)
    id = pose(run, Question("filter", "Which filter?", (Option("3"), Option("8")),
                            secret={"answer": 1}))  # fmt: skip
    app.run()
    places, off = row()
    assert [label for label in places if label not in before] == ["Reveal", "Close voting"]
    assert not off & {"Reveal", "Close voting"}
    button(app, "Close voting").click().run()
    assert row() == (places, off | {"Close voting"})
    assert read_questions(run)[-1].closed
    button(app, "Reveal").click().run()
    assert row() == (places, off | {"Close voting", "Reveal"})
    assert read_questions(run)[-1].revealed
    pose(run, Question("class", "Which class?", (Option("3"), Option("8"))))
    app.run()
    assert row() == (places, off)
    assert read_questions(run)[-1].id != id


def test_the_winner_waits_for_the_end_and_something_else_can_be_asked(open_page, at_work):
    run = at_work("running")
    asked = Question("run", "Which run?", (Option("SGD"), Option("AdamW")),
                     secret={"runs": [run.id, run.id]})  # fmt: skip
    pose(run, asked)
    app = open_page(t_run=run.id)
    button(app, "Reveal").click().run()
    assert "has not ended yet" in app.error[0].value
    assert not read_questions(run)[-1].revealed
    app.session_state["_t_ask_0"] = True
    app.run()
    assert any("The pictures appear" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("name", "value", "differs"),
    [
        ("depth", 4, {"spec", "variant"}),
        ("batch_norm", False, {"spec", "variant"}),
        ("skips", True, {"spec", "variant"}),
        ("seed", 3, {"recipe"}),
        ("optimiser", "adamw", {"recipe"}),
        ("nothing", None, {"threads"}),
    ],
)
def test_a_copy_differs_in_one_thing(root, runs, name, value, differs):
    run = Run(finished_run(root, runs))
    assert name in settings(run.config)
    copy = changed(run, name, value)
    before, after = run.config.to_json(), copy.to_json()
    assert {k for k in before if before[k] != after[k]} - {"threads"} == (
        differs - {"threads"} | {"based_on"}
    )
    if name == "nothing":
        assert copy.threads == run.state().threads
    build(copy.spec, copy.input_shape)


def test_two_runs_of_one_second_have_two_names(open_page, runs):
    config = make_config(load_dataset("digits"), "gap")
    for _ in range(3):
        create_run(config)
    app = open_page()
    options = app.selectbox(key="_t_run").options
    assert len(set(options)) == len(options)
    # What a browser shows already keeps its meaning when one more is listed.
    create_run(config)
    app.run()
    assert [label for label in app.selectbox(key="_t_run").options if label in options] == options


def test_network_table_and_code(open_page):
    app = open_page(t_net="lenet5")
    table = next(d.value for d in app.dataframe if "Multiply-adds" in d.value)
    spec = network_spec("lenet5", (1, 8, 8), 10)
    total = sum(p.numel() for p in build(spec, (1, 8, 8)).parameters())
    assert table["Parameters"].sum() == total
    assert f"{total:,} parameters" in texts(app)
    assert "nn.Conv2d" in app.code[0].value
