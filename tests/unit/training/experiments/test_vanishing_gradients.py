"""Gradients of deep networks, against a module of PyTorch's own, finite differences and facts."""

import contextlib
import io

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.datasets import data_code, load_dataset, normalise
from cnnviz.training.experiments.vanishing_gradients import DeepNet, flow_code, measure


@pytest.fixture(scope="module")
def batch():
    data = load_dataset("digits")
    images = torch.from_numpy(data.train_images[:64])
    return normalise(images, data.mean, data.std), torch.from_numpy(data.train_labels[:64])


# The ratio that was measured for the guide (second layer over last, 24 layers), within a factor 30.
@pytest.mark.parametrize(
    ("net", "ratio"),
    [
        (DeepNet(), 5e-10),
        (DeepNet(start="he"), 1.0),
        (DeepNet(start="he", norm=True), 25),
        (DeepNet(skip=True), 0.38),
        (DeepNet(bend="sigmoid"), 1e-19),
        (DeepNet(bend="sigmoid", skip=True), 0.17),
    ],
)
def test_the_orders_of_magnitude_are_those_that_are_told(batch, net, ratio):
    before = torch.get_rng_state()
    flow = measure(net, *batch, seed=0)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(flow.gradients) == len(flow.spreads) == 24
    assert ratio / 30 < flow.ratio < ratio * 30
    if ratio > 0.1:
        assert ratio / 3 < flow.ratio < ratio * 3


def test_the_norms_are_those_of_autograd_in_a_module(batch):
    images, labels = batch
    torch.manual_seed(7)
    convs = [nn.Conv2d(1, 16, 3, padding=1), *(nn.Conv2d(16, 16, 3, padding=1) for _ in range(3))]
    layers = [layer for conv in convs for layer in (conv, nn.BatchNorm2d(16), nn.Tanh())]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    F.cross_entropy(model(images), labels).backward()
    flow = measure(DeepNet(4, bend="tanh", norm=True), images, labels, seed=7)
    assert flow.gradients == pytest.approx([float(c.weight.grad.norm()) for c in convs], rel=1e-3)
    assert flow.spreads[0] == pytest.approx(float(model[:3](images).std()), rel=1e-4)


def test_half_of_he_fades_and_twice_explodes_by_the_power_of_the_depth(batch):
    # Without activation and biases everything is linear: a factor at each layer.
    he, small, large = (
        measure(DeepNet(10, start, "identity"), *batch, seed=0)
        for start in ("he", "small", "large")
    )
    assert small.spreads[-1] == pytest.approx(he.spreads[-1] / 2**10, rel=1e-3)
    assert large.spreads[-1] == pytest.approx(he.spreads[-1] * 2**10, rel=1e-3)


def test_one_layer_is_refused(batch):
    with pytest.raises(ValueError, match="two layers"):
        measure(DeepNet(1), *batch, seed=0)


def test_the_code_prints_the_norms(batch):
    nets = [
        DeepNet(5, "small", "tanh", norm=True, skip=True),
        DeepNet(4, "xavier", "identity"),
        DeepNet(3, "pytorch", "sigmoid", skip=True),
    ]
    code = "\n".join(flow_code(net, data_code("digits"), 64, seed=3) for net in nets)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng([]):
        exec(code, {})
    values = [float(line.split()[1]) for line in printed.getvalue().splitlines()]
    ours = [norm for net in nets for norm in measure(net, *batch, seed=3).gradients]
    assert values == pytest.approx(ours, rel=1e-3)
