import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.runs import Recipe, RunError
from cnnviz.training import checkpoint
from cnnviz.training.optimisers import make_optimiser


def network(features=3):
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten(), nn.LazyLinear(features)
    )
    model(torch.zeros(2, 2, 5, 5))
    return model.to(memory_format=torch.channels_last)


def steps(model, optimiser, count):
    for _ in range(count):
        x, y = torch.randn(6, 2, 5, 5), torch.randint(3, (6,))
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimiser.step()


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_going_on_from_a_checkpoint_is_never_having_stopped(new_run, name):
    run, recipe = new_run(), Recipe(optimiser=name)
    model = network()
    optimiser = make_optimiser(model.parameters(), recipe)
    torch.manual_seed(9)
    steps(model, optimiser, 3)
    position = checkpoint.Position(3, 1.25, 0.5, 20.0)
    checkpoint.save(run, model, optimiser, position)
    steps(model, optimiser, 3)

    other = network()
    resumed = make_optimiser(other.parameters(), recipe)
    torch.manual_seed(0)
    assert checkpoint.load(run, other, resumed) == position
    steps(other, resumed, 3)
    for (key, ours), theirs in zip(
        other.state_dict().items(), model.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs), key
    assert {f"model.{name}" for name in model.state_dict()} <= run.load(
        "checkpoint.safetensors"
    ).keys()


def test_without_a_checkpoint_there_is_nothing_to_load(new_run):
    model = network()
    assert checkpoint.load(new_run(), model, make_optimiser(model.parameters(), Recipe())) is None


def test_a_checkpoint_of_another_network_is_refused(new_run):
    run, model = new_run(), network()
    optimiser = make_optimiser(model.parameters(), Recipe())
    checkpoint.save(run, model, optimiser, checkpoint.Position(0, 0.0, 0.1))
    other = network(features=4)
    with pytest.raises(RunError, match="cannot be resumed"):
        checkpoint.load(run, other, make_optimiser(other.parameters(), Recipe()))
    (run.path / "checkpoint.safetensors").write_bytes(b"\x00" * 20)
    with pytest.raises(RunError, match="cannot be read"):
        checkpoint.load(run, model, optimiser)


def test_a_checkpoint_of_an_earlier_version_has_the_peak_of_its_recipe(new_run):
    run, model = new_run(learning_rate=0.125), network()
    optimiser = make_optimiser(model.parameters(), Recipe())
    checkpoint.save(run, model, optimiser, checkpoint.Position(7, 2.5, 9.0, 9.0))
    tensors = run.load("checkpoint.safetensors")
    del tensors["position.peak"], tensors["position.pace"]
    run.write_tensors("checkpoint.safetensors", tensors)
    assert checkpoint.load(run, model, optimiser) == checkpoint.Position(7, 2.5, 0.125, 0.0)
