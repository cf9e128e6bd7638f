import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.networks import build, network_spec, summary
from cnnviz.training.health import HealthCheck, fed_relus


@pytest.fixture
def model():
    torch.manual_seed(2)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Flatten(), nn.Linear(4 * 3 * 3, 6), nn.ReLU(), nn.Linear(6, 3),
    )  # fmt: skip


def learn(model, rate):
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    x, y = torch.randn(16, 1, 8, 8), torch.randint(3, (16,))
    F.cross_entropy(model(x), y).backward()
    optimiser.step()


def test_one_step_is_measured(model):
    inputs = torch.randn(10, 1, 8, 8)
    check = HealthCheck(model, inputs)
    old = model[5].weight.detach().clone()
    check.before()
    learn(model, 0.5)
    rows = {row["name"]: row for row in check.after()}
    assert list(rows) == ["0", "5", "7"]
    # Plain gradient descent: the change is the rate times the gradient.
    assert rows["5"]["gradient"] == pytest.approx(model[5].weight.grad.norm().item(), rel=1e-3)
    ratio = 0.5 * model[5].weight.grad.norm() / old.norm()
    assert rows["5"]["ratio"] == pytest.approx(ratio.item(), rel=1e-3)
    assert rows["7"]["dead"] is None


def test_dead_channels_are_counted(model):
    inputs = torch.randn(10, 1, 8, 8)
    with torch.no_grad():
        model[2].bias[:] = torch.tensor([-50.0, 0.0, -50.0, -50.0])
        model[5].bias[:] = torch.tensor([-99.0, 9, 9, 9, 9, 9])
    check = HealthCheck(model, inputs)
    check.before()
    model.zero_grad()
    rows = {row["name"]: row for row in check.after()}
    assert rows["0"]["dead"] == 0.75
    assert rows["5"]["dead"] == pytest.approx(1 / 6, abs=1e-4)
    assert rows["0"]["gradient"] == rows["0"]["ratio"] == 0


def test_measuring_leaves_no_trace(model):
    check = HealthCheck(model, torch.randn(10, 1, 8, 8))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    random = torch.get_rng_state()
    check.before()
    check.after()
    assert model.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)
    assert not any(m._forward_hooks for m in model.modules())


def test_numbers_that_are_none_are_not_written(model):
    check = HealthCheck(model, torch.randn(2, 1, 8, 8))
    check.before()
    model[0].weight.data.fill_(float("nan"))
    assert check.after() is None


def test_names_are_those_of_the_summary():
    spec = network_spec("gap", (1, 28, 28), 10, skips=True)
    model = build(spec, (1, 28, 28))
    names = {layer.name for layer in summary(spec, (1, 28, 28))}
    pairs = fed_relus(model)
    assert pairs["conv1"] == "relu1"
    assert set(pairs) | set(pairs.values()) <= names
    # After a sum, a ReLU has two masters.
    inside = [n for n in names if "residual" in n and ".body.conv2" in n]
    assert inside
    assert not set(inside) & set(pairs)
    assert fed_relus(build(network_spec("lenet5", (1, 28, 28), 10), (1, 28, 28))) == {}
