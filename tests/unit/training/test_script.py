import subprocess
import sys

import pytest

from cnnviz.training import worker
from cnnviz.training.script import training_script


@pytest.mark.parametrize(
    ("network", "recipe"),
    [
        ("gap", {"epochs": 2, "batch_size": 32, "optimiser": "sgd", "learning_rate": 0.5}),
        ("lenet5", {"epochs": 2.5, "optimiser": "adamw", "learning_rate": 0.01, "shift": 1,
                    "flip": True, "seed": 3, "label_smoothing": 0.1}),
    ],
)  # fmt: skip
def test_the_script_trains_as_the_run_did(new_run, network, recipe, tmp_path):
    run = new_run(network, **recipe)
    assert worker.train(run, 1) == 0
    state = run.state()
    code = training_script(run.config, state.threads)
    code += "\ntorch.save({k: v for k, v in model.state_dict().items()}, 'end.pt')\n"
    (tmp_path / "train.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{state.final.accuracy:.5f} of {state.test_images} ")
    # Not only as good: the same weights, to the last bit.
    import torch

    weights = torch.load(tmp_path / "end.pt", weights_only=True)
    kept = run.load_snapshot(state.total_steps)
    assert weights.keys() == kept.keys()
    assert all(torch.equal(weights[name], kept[name]) for name in kept)


@pytest.mark.parametrize("dataset", ["fashionmnist", "mnist", "cifar10", "own"])
def test_scripts_for_other_pictures_are_python(new_run, dataset):
    import dataclasses

    config = dataclasses.replace(new_run().config, dataset=dataset)
    compile(training_script(config), "train.py", "exec")
