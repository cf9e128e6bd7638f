import contextlib
import io
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnnviz.datasets import load_dataset
from cnnviz.datasets.colour_classes import CENTRES
from cnnviz.runs import Recipe, create_run
from cnnviz.training import worker
from cnnviz.training.config import make_config
from cnnviz.training.script import training_script
from cnnviz.training.tasks import TASKS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("network", "recipe"),
    [
        ("gap", {"epochs": 2, "batch_size": 32, "optimiser": "sgd", "learning_rate": 0.5}),
        ("lenet5", {"epochs": 2.5, "optimiser": "adamw", "learning_rate": 0.01, "shift": 1,
                    "flip": True, "seed": 3, "label_smoothing": 0.1}),
    ],
)  # fmt: skip
def test_the_script_trains_as_the_run_did(new_run, network, recipe, tmp_path):
    run = run_by_python if network == "gap" else run_here
    state, said = follow(new_run(network, **recipe), tmp_path, run)
    assert said.startswith(f"{state.final.accuracy:.5f} of {state.test_images} ")


@pytest.mark.parametrize(
    ("dataset", "network", "loss"),
    [
        ("scenes", "unet", "weighted"),
        ("scenes", "encoderdecoder", "dice"),
        ("noisy", "unet", "l1"),
        ("squeezed", "autoencoder", "squared"),
        ("greydigits", "unet", "squared"),
        ("sampled", "vae", "kl0.1"),
        ("invented", "dcgan", "sharp"),
    ],
)
def test_scripts_of_tasks_beyond_a_class(dataset, network, loss, tmp_path):
    data = load_dataset(dataset)
    steps = Recipe(
        epochs=4.2 * 8 / len(data.train_images),
        batch_size=8,
        learning_rate=0.01,
        shift=2,
        flip=True,
    )
    run = create_run(make_config(data, network, steps, loss=loss))
    state, said = follow(run, tmp_path)
    main = TASKS[data.task].measures[0]
    title, value = said.split(" on ")[0].split(": ")
    assert title == main.title
    assert float(value) == pytest.approx(state.final.measures[main.name], rel=1e-4)


def test_the_code_of_losses_is_what_is_made_small():
    classes = torch.randint(3, (3, 5, 6))
    for task in TASKS.values():
        colours = task.id == "colour"
        outputs = torch.rand(3, len(CENTRES) if colours else 4, 5, 6)
        wanted = classes if task.output == "labels" else torch.rand(3, 3 if colours else 4, 5, 6)
        for loss in task.losses.values() if task.output != "class" else ():
            body = loss.code.replace("\n", "\n    ")
            space = {"math": math, "torch": torch, "F": torch.nn.functional}
            exec(f"def loss_of({task.arguments_code}):\n    {body}", space)
            nothing = [0.0] * (task.arguments_code.count(",") - 1)  # of what is added
            found = space["loss_of"](outputs, wanted, *nothing)
            assert torch.equal(found, loss.mean(outputs, wanted))


def run_by_python(script):
    """As a person does."""
    done = subprocess.run(
        [sys.executable, script.name], cwd=script.parent, capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_here(script):
    """The same without the seconds that importing torch takes."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng([]):
        exec(compile(script.read_text(), script, "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def follow(run, tmp_path, run_it=run_here):
    """Train a run, and by its script: the same weights; its state, and what the script prints."""
    assert worker.train(run, 1) == 0
    state = run.state()
    code = training_script(run.config, state.threads)
    end = tmp_path / "end.pt"
    code += f"\ntorch.save(dict(model.state_dict()), {str(end)!r})\n"
    script = tmp_path / "train.py"
    script.write_text(code)
    printed = run_it(script)
    # Not only as good: the same weights, to the last bit.
    weights = torch.load(end, weights_only=True)
    kept = run.load_snapshot(state.total_steps)
    assert weights.keys() == kept.keys()
    assert all(torch.equal(weights[name], kept[name]) for name in kept)
    return state, printed


@pytest.mark.parametrize("dataset", ["fashionmnist", "mnist", "cifar10", "own"])
def test_scripts_for_other_pictures_are_python(new_run, dataset):
    import dataclasses

    config = dataclasses.replace(new_run().config, dataset=dataset)
    compile(training_script(config), "train.py", "exec")
