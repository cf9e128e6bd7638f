"""The page Train with tasks beyond a class: what the choice of pictures leads to."""

import functools
from types import SimpleNamespace

import pytest
import torch

from cnnviz.networks import summary
from cnnviz.runs import create_run
from cnnviz.training.loop import Trainer
from tests.unit.training.test_tasks import new_run


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(
        "cnnviz.ui.train.run.live",
        lambda run_id, **_: SimpleNamespace(run=run_id, status="", cell=None),
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


def test_an_own_line_says_what_does_not_fit_what_is_asked(open_page, started):
    app = open_page(t_data="scenes", t_net="own", t_line="c8k3p1 relu p2 c8k3p1 relu up2 c5k1")
    start(app)
    assert (started[0].task, started[0].network) == ("segment", "own")
    for line, words in [("c8k3p1 relu p2 c5k1", "double with up2"), ("c8k3p1", "c5k1")]:
        app = open_page(t_data="scenes", t_net="own", t_line=line)
        assert any(words in one.value for one in app.caption)
        assert next(b for b in app.button if b.label == "Start training").disabled


@pytest.mark.parametrize("task", ["segment", "denoise"])
def test_a_run_that_has_ended_is_shown_and_look_inside_says_what_it_cannot(task, open_page, visit):
    run = new_run(task)
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    app = open_page(t_run=run.id)
    assert not app.exception
    assert not app.error
    assert [one.value for one in app.header] == ["Zoom in and compare"]
    inside = visit("inside", i_run=run.id)
    assert not inside.exception
    assert "gives a picture" in inside.info[0].value
