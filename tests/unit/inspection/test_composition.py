"""What a filter is made of, against products of each input map by `F.conv2d` with groups."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.inspection import InspectionError
from cnnviz.inspection.composition import composed


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=1), nn.ReLU(),
        nn.Conv2d(6, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2),
    )  # fmt: skip
    return net.eval()


@pytest.fixture
def x():
    return torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(1))


def test_the_parts_are_the_largest_products_and_lie_where_they_are_largest(net, x):
    with torch.no_grad():
        before = net[:6](x[None])
        maps = net[:8](x[None])[0]
        channel = int(maps.amax((1, 2)).argmax())
        row, column = divmod(int(maps[channel].argmax()), maps.shape[-1])
        products = F.conv2d(before, net[6].weight[channel][:, None], groups=6)[0, :, row, column]
        window = before[0, :, row : row + 2, column : column + 2] * net[6].weight[channel]
    found = composed(net, x, "7", channel, (row, column), most=2)
    assert found.value == pytest.approx(float(maps.max()))
    assert (found.convolution, found.at) == ("6", (row, column))
    order = products.argsort(descending=True)[:2].tolist()
    assert [part.channel for part in found.parts] == order
    assert all(part.layer == "5" for part in found.parts)
    positive = float(products.clamp(min=0).sum())
    for part in found.parts:
        assert part.product == pytest.approx(float(products[part.channel]), rel=1e-5)
        assert part.share == pytest.approx(part.product / positive, rel=1e-5)
        down, right = divmod(int(window[part.channel].argmax()), 2)
        assert part.cell == (row + down, column + right)
        assert part.value == pytest.approx(float(before[0, part.channel][part.cell]))


def test_it_goes_down_through_pooling_to_the_filters_that_read_the_picture(net, x):
    with torch.no_grad():
        first = net[0](x[None])[0]
        relu = net[:4](x[None])[0]
    found = composed(net, x, "5", 2, (1, 1))
    assert found.parts
    for part in found.parts:
        assert (part.layer, part.parts, part.convolution) == ("3", (), "0")
        # The cell of the first convolution is the maximum of the window that was pooled.
        row, column = part.cell
        window = first[part.channel, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert float(first[part.channel][part.at]) == float(window.max())
        assert part.value == pytest.approx(float(relu[part.channel][part.cell]))
        assert part.product > 0
    assert np.isclose(sum(part.share for part in found.parts), 1) or len(found.parts) == 3


def test_other_networks_are_refused_with_a_sentence(net, x):
    with pytest.raises(InspectionError, match="gives numbers and no maps"):
        composed(net, x, "9", 0, (0, 0))
    with pytest.raises(InspectionError, match="no cell 9, 0"):
        composed(net, x, "7", 0, (9, 0))
    with pytest.raises(InspectionError, match="inside a block"):
        composed(net, x, "other", 0, (0, 0))
    gap = nn.Sequential(net[0], nn.AdaptiveAvgPool2d(1))
    with pytest.raises(InspectionError, match="AdaptiveAvgPool2d comes before 1"):
        composed(gap, x, "1", 0, (0, 0))
