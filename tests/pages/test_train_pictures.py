"""The page Train with tasks beyond a class: what the choice of pictures leads to."""

import base64
import functools
import json

import numpy as np
import pytest
import torch

from cnnviz.components.live import LiveResult
from cnnviz.datasets import normalise
from cnnviz.imaging import encode_png
from cnnviz.inspection import load_model, load_samples
from cnnviz.inspection.frames import read_frame
from cnnviz.networks import summary
from cnnviz.runs import create_run, list_runs
from cnnviz.training.loop import Trainer
from cnnviz.training.tasks import TASKS
from tests.pages.sent import sent
from tests.unit.datasets.zips import make_zip
from tests.unit.training.test_tasks import new_run


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(
        "cnnviz.ui.train.run.live",
        lambda run_id, **_: LiveResult(run_id, ""),
    )


@pytest.fixture
def started(monkeypatch):
    asked = []

    def start(config, *, tensors=None):
        asked.append(config)
        return create_run(config, tensors=tensors)

    monkeypatch.setattr("cnnviz.training.start", start)
    monkeypatch.setattr("cnnviz.training.launch.start", start)
    return asked


@pytest.fixture
def open_page(visit):
    return functools.partial(visit, "train")


def start(app):
    next(b for b in app.button if b.label == "Start training").click().run()
    assert not app.exception


def test_the_pictures_lead_to_the_task(open_page, started, monkeypatch):
    monkeypatch.setattr("cnnviz.training.estimate._time_steps", lambda _: 1000.0)
    app = open_page()
    app.selectbox(key="_t_data").select("Scenes: a class for every pixel").run()
    assert not app.exception
    assert not [one for one in app.text_input if one.label == "Label smoothing"]
    app.selectbox(key="_t_loss").select("Dice").run()
    start(app)
    (config,) = started
    assert (config.dataset, config.task, config.network, config.loss) == (
        "scenes", "segment", "unet", "dice",
    )  # fmt: skip
    recipe = config.recipe
    assert (recipe.optimiser, recipe.learning_rate, recipe.batch_size) == ("adamw", 0.01, 16)
    app.selectbox(key="_t_data").select("Handwritten digits, 8×8").run()
    start(app)
    assert (started[-1].task, started[-1].network, started[-1].recipe.optimiser) == (
        "classify", "gap", "sgd",
    )  # fmt: skip


def test_a_generator_and_its_discriminator_are_one_choice(open_page, started):
    app = open_page(t_data="invented")
    app.selectbox(key="_t_loss").select("Adversarial, the discriminator takes 2 steps a turn").run()
    assert not app.exception
    start(app)
    (config,) = started
    assert (config.dataset, config.task, config.network, config.loss) == (
        "invented", "generate", "dcgan", "sharp",
    )  # fmt: skip
    shapes = [row.output_shape for row in summary(config.spec, config.input_shape)]
    assert (1, 28, 28) in shapes  # the picture that is made
    assert shapes[-1] == (1, 1, 1)  # the score
    app = open_page(t_data="invented", t_net="own", t_line="c1k3p1 c1k8")
    assert any("first sigmoid" in one.value for one in app.caption)
    assert next(b for b in app.button if b.label == "Start training").disabled


def test_how_many_numbers_pass_the_middle_is_asked_and_kept_in_the_link(open_page, started):
    app = open_page(t_data="squeezed", t_numbers="2")
    assert app.text_input(key="t_numbers").value == "2"
    start(app)
    (config,) = started
    assert (config.variant, config.network) == ({"depth": 2}, "autoencoder")
    assert min(row.output_shape[0] for row in summary(config.spec, config.input_shape)) == 1
    assert [row.output_shape for row in summary(config.spec, config.input_shape)].count((2, 1, 1))
    app.text_input(key="t_numbers").set_value("300").run()
    button = next(b for b in app.button if b.label == "Start training")
    assert button.disabled


def test_pictures_of_ones_own_are_given_their_colours(open_page, started):
    app = open_page(t_data="own_colours", t_net="unet")
    assert next(b for b in app.button if b.label == "Start training").disabled
    mine = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    few = make_zip({"a.png": encode_png(mine[0])})
    app.file_uploader(key="_t_zip_colours").set_value(("few.zip", few, "application/zip")).run()
    assert "at least 5 are needed" in app.error[0].value
    pictures = {f"any/{at}.png": encode_png(one) for at, one in enumerate(mine)}
    grey = {f"masks/{at}.png": encode_png(one[..., 0]) for at, one in enumerate(mine[:2])}
    good = make_zip(pictures | grey | {"x.txt": b"no"})
    app.file_uploader(key="_t_zip_colours").set_value(("mine.zip", good, "application/zip")).run()
    assert app.success[0].value == "8 pictures to train on, 2 to test."
    assert app.info[0].value == r"2 pictures without colour left out\."
    assert r"masks/1\.png: It has no colour." in [one.value for one in app.markdown]
    start(app)
    (config,) = started
    assert (config.dataset, config.task, config.loss, config.input_shape) == (
        "own", "colour", "classes", (1, 32, 32),
    )  # fmt: skip
    (run,) = (one for one in list_runs() if one.config.dataset == "own")
    targets = run.load("data.safetensors")["test_targets"]
    assert np.array_equal(targets, mine[[0, 5]].transpose(0, 3, 1, 2))


def test_masks_that_are_taken_for_a_class_lead_to_the_page_that_learns_them(open_page):
    app = open_page(t_data="own")
    mine = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    files = {
        f"{folder}/{at}.png": encode_png(one)
        for folder in ("images", "masks")
        for at, one in enumerate(mine)
    }
    two = make_zip({name.replace("masks", "Zebras"): data for name, data in files.items()})
    app.file_uploader(key="_t_zip").set_value(("two.zip", two, "application/zip")).run()
    assert r"2 classes: images \(5\) and Zebras \(5\)" in app.success[0].value
    captions = [one.captions for one in app.get("image")]
    assert captions == [["images"], ["Zebras"]]
    assert not any("masks" in one.value for one in app.warning)
    app.file_uploader(key="_t_zip").set_value(("m.zip", make_zip(files), "application/zip")).run()
    assert not app.success, "nobody is told that all is well"
    assert "pictures in one folder and their masks in another" in app.warning[-1].value
    assert any(one.proto.label == "A class for every pixel" for one in app.get("page_link"))


def test_an_own_line_says_what_does_not_fit_what_is_asked(open_page, started):
    app = open_page(t_data="scenes", t_net="own", t_line="c8k3p1 relu p2 c8k3p1 relu up2 c5k1")
    start(app)
    assert (started[0].task, started[0].network) == ("segment", "own")
    for line, words in [("c8k3p1 relu p2 c5k1", "double with up2"), ("c8k3p1", "c5k1")]:
        app = open_page(t_data="scenes", t_net="own", t_line=line)
        assert any(words in one.value for one in app.caption)
        assert next(b for b in app.button if b.label == "Start training").disabled


@pytest.mark.parametrize("task", ["segment", "colour", "variational", "generate"])
def test_a_run_that_has_ended_is_shown_and_looked_into(task, open_page, visit):
    run = new_run(task)
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    app = open_page(t_run=run.id)
    assert not app.exception
    assert not app.error
    assert [one.value for one in app.header] == ["Zoom in and compare"]
    inside = visit("inside", i_run=run.id, i_tab="Class activation map")
    assert not inside.exception
    assert not inside.error
    words = [one.value for one in inside.caption]
    assert any("for networks that decide for a class" in one for one in words)
    assert [tab.label for tab in inside.tabs] == [
        "The whole network", "Feature maps", "Learned filters", "Over time",
    ]  # fmt: skip
    # How near the picture is, as the frame of the run has it for the same one.
    samples = load_samples(run)
    main = next(one for one in TASKS[task].measures if one.alone)
    model = load_model(run, run.snapshot_steps()[-1])
    frame = read_frame(
        TASKS[task].frame(
            model, normalise(samples.images[:1], run.config.mean, run.config.std),
            torch.from_numpy(samples.targets[:1]), step=0, epoch=0.0, seconds=0.0,
        )
    )  # fmt: skip
    expected = f"{main.title} {main.words(frame.scores[main.name][0])}"
    assert any(one.startswith(expected) for one in words)
    network = sent(inside, "network")[0]["network"]
    assert len(network["classes"]) == (3 if task == "segment" else 0)
    for tab in ("Feature maps", "Learned filters", "Over time"):
        inside = visit("inside", i_run=run.id, i_tab=tab)
        assert not inside.exception
        assert not inside.error
    machine = json.loads(inside.get("bidi_component")[-1].proto.json)
    assert machine["task"]["id"] == task
    assert base64.b64decode(machine["targets"]) == samples.targets[0].tobytes()
