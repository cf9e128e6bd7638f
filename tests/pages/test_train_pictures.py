"""The page Train with tasks beyond a class: what the choice of pictures leads to."""

import functools
from types import SimpleNamespace

import pytest
import torch

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
