"""The deconvolutional network, against its three steps done by hand and against autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.inspection import InspectionError
from cnnviz.inspection.deconvnet import project


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(5 * 2 * 3, 3),
    )  # fmt: skip


@pytest.fixture
def x():
    return torch.randn(2, 8, 10, generator=torch.Generator().manual_seed(1))


def gradient(net, layer, channel, x, cell):
    leaf = x[None].clone().requires_grad_()
    (found,) = torch.autograd.grad(net[: layer + 1](leaf)[0, channel][cell], leaf)
    return found[0]


def test_it_is_unpooling_by_switches_rectifying_and_transposed_filters(net, x):
    with torch.no_grad():
        up = net[1](net[0](x[None]))
        pooled, switches = F.max_pool2d(up, 2, return_indices=True)
        maps = net[4](net[3](pooled))
        channel = int(maps[0].amax((1, 2)).argmax())
        row, column = divmod(int(maps[0, channel].argmax()), maps.shape[-1])
        down = torch.zeros_like(maps)
        down[0, channel, row, column] = maps[0, channel, row, column]
        filtered = F.conv_transpose2d(down.relu(), net[3].weight)
        unpooled = F.max_unpool2d(filtered, switches, 2, output_size=up.shape[-2:])
        rectified = unpooled.relu()
        expected = F.conv_transpose2d(rectified, net[0].weight, padding=1)
    found = project(net, "4", channel, x)
    assert found.cell == (row, column)
    assert found.value == pytest.approx(float(maps.max()))
    assert found.value > 0
    np.testing.assert_allclose(found.pixels, expected[0], atol=1e-6)
    # What each layer passed down, from the deepest to the first.
    assert list(found.way) == ["4", "3", "2", "1", "0"]
    np.testing.assert_allclose(found.way["3"], filtered[0], atol=1e-6)
    np.testing.assert_allclose(found.way["2"], unpooled[0], atol=1e-6)
    np.testing.assert_allclose(found.way["1"], rectified[0], atol=1e-6)


def test_without_relu_it_is_the_gradient_times_the_value(x):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 2, 3, stride=2)).eval()
    for rule in ("deconvnet", "gradient", "guided"):
        found = project(net, "2", 1, x, cell=(1, 2), rule=rule)
        expected = gradient(net, 2, 1, x, (1, 2)) * found.value
        np.testing.assert_allclose(found.pixels, expected, atol=1e-6)


def test_the_three_rules_of_a_relu_by_hand():
    # Two cells, (+1, −1) going up; (−2, 3) times −1 comes down from the filter of weights 2, −3.
    net = nn.Sequential(nn.Identity(), nn.ReLU(), nn.Conv2d(1, 1, (1, 2), bias=False))
    net[2].weight.data = torch.tensor([[[[-2.0, 3.0]]]])
    x = torch.tensor([[[1.0, -1.0]]])
    value = -2.0  # 1·(−2) + 0·3
    down = {"gradient": [4.0, 0.0], "deconvnet": [4.0, 0.0], "guided": [4.0, 0.0]}
    for rule, expected in down.items():
        found = project(net, "2", 0, x, rule=rule)
        assert found.value == value
        assert found.pixels.ravel().tolist() == expected
    x = torch.tensor([[[-1.0, 1.0]]])  # value 3, so −6 and 9 come down; only the second was on
    down = {"gradient": [0.0, 9.0], "deconvnet": [0.0, 9.0], "guided": [0.0, 9.0]}
    for rule, expected in down.items():
        assert project(net, "2", 0, x, rule=rule).pixels.ravel().tolist() == expected
    x = torch.tensor([[[1.0, 1.0]]])  # value 1: −2 and 3 come down, and both were on
    down = {"gradient": [-2.0, 3.0], "deconvnet": [0.0, 3.0], "guided": [0.0, 3.0]}
    for rule, expected in down.items():
        assert project(net, "2", 0, x, rule=rule).pixels.ravel().tolist() == expected
    net[2].weight.data = torch.tensor([[[[2.0, 3.0]]]])
    x = torch.tensor([[[1.0, -1.0]]])  # value 2: 4 and 6 come down, and the second was off
    down = {"gradient": [4.0, 0.0], "deconvnet": [4.0, 6.0], "guided": [4.0, 0.0]}
    for rule, expected in down.items():
        assert project(net, "2", 0, x, rule=rule).pixels.ravel().tolist() == expected


def test_it_leaves_no_trace_also_where_a_relu_works_in_place(flat_net, small_picture):
    hooks = [len(module._forward_hooks) for module in flat_net.modules()]
    found = project(flat_net, "8", 2, small_picture)
    assert found.cell == (0, 0)
    other = nn.Sequential(*flat_net)
    for at in (2, 4):
        other[at] = nn.ReLU()
    np.testing.assert_allclose(
        found.pixels, project(other, "8", 2, small_picture).pixels, atol=1e-6
    )
    assert hooks == [len(module._forward_hooks) for module in flat_net.modules()]
    assert flat_net.training
    assert all(parameter.grad is None for parameter in flat_net.parameters())


def test_a_wrong_cell_is_refused_with_a_sentence(net, x):
    with pytest.raises(InspectionError, match="no cell 2, 0: its map has 2 rows and 3 columns"):
        project(net, "4", 0, x, cell=(2, 0))
    with pytest.raises(InspectionError, match="no filter 9"):
        project(net, "4", 9, x)
