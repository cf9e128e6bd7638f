"""A cell taken apart adds up to what the layer gives, whatever the layer."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.cell_sum import cell_sum
from cnnviz.inspection.layers import layer_rows
from cnnviz.inspection.outputs import layer_output, layer_outputs
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.lite0 import SameConv2d


def test_every_sum_of_an_odd_network_adds_up():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)),
        nn.BatchNorm2d(4), nn.ReLU(inplace=True),
        nn.Conv2d(4, 6, 3, padding="same", groups=2),
        SameConv2d(6, 3, 3, 2, bias=False),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6, 3),
    )  # fmt: skip
    net(torch.randn(8, 2, 9, 10))
    net.eval()
    x = torch.randn(2, 9, 10)
    maps = inspection.feature_maps(net, x)
    rng = np.random.default_rng(0)
    for name in ("0", "1", "3", "4", "7"):
        shape = maps[name].shape[1:]
        for _ in range(12):
            cell = tuple(int(rng.integers(size)) for size in shape)
            found = cell_sum(net, x, name, cell)
            assert found.total == pytest.approx(float(maps[name][(0, *cell)]), abs=1e-5)
            assert found.value == pytest.approx(found.total, abs=1e-5)
            sizes = [abs(part.product) for part in found.parts]
            assert sizes == sorted(sizes, reverse=True)
            for part in found.parts:
                assert (part.values * part.weights).sum() == pytest.approx(part.product)
    # The second group of the convolution reads maps 2 and 3.
    assert {part.source for part in cell_sum(net, x, "3", (4, 0, 0)).parts} == {2, 3}
    assert "ReLU of" in cell_sum(net, x, "2", (0, 0, 0)).words
    assert "the largest of a window" in cell_sum(net, x, "5", (0, 0, 0)).words


def test_what_is_not_there_is_refused(gap_net, picture):
    for layer, cell in (("0", (3, 0, 0)), ("0", (0, -1, 0)), ("0", (0,)), ("nowhere", (0, 0, 0))):
        with pytest.raises(inspection.InspectionError):
            cell_sum(gap_net, picture, layer, cell)


def test_layers_are_listed_with_what_they_cost(gap_net, picture):
    rows = {row.name: row for row in layer_rows(gap_net, picture)}
    maps = inspection.feature_maps(gap_net, picture)
    assert list(rows) == list(maps)
    for name, row in rows.items():
        assert row.shape == tuple(maps[name].shape[1:])
    assert [name for name, row in rows.items() if row.gives_maps] == inspection.map_layers(
        gap_net, picture
    )
    assert rows["0"].macs == 3 * 7 * 6 * 2 * 3 * 2
    assert rows["7"].macs == 3 * 4
    assert sum(row.parameters for row in rows.values()) == sum(
        p.numel() for p in gap_net.parameters()
    )


def test_a_block_of_convnext_gives_maps_only_where_channels_come_first():
    model = build_without_memory("convnext_tiny")
    x = torch.zeros(3, 224, 224, device="meta")
    rows = {row.name: row for row in layer_rows(model, x)}
    assert rows["features.1.0.block.0"].gives_maps
    assert not any(rows[f"features.1.0.block.{at}"].gives_maps for at in range(1, 5))
    assert rows["features.1.0"].gives_maps
    assert rows["features.1.0"].block == "features.1"
    assert sum(row.macs for row in rows.values()) == pytest.approx(4.456e9, rel=0.001)


def test_outputs_of_chosen_layers_are_those_of_all(reuse_net, picture):
    every = inspection.feature_maps(reuse_net, picture)
    some = layer_outputs(reuse_net, ["relu#2", "first", "out"], picture)
    assert set(some) == {"relu#2", "first", "out"}
    for name, output in some.items():
        assert torch.equal(output, every[name][0])
        assert torch.equal(layer_output(reuse_net, name, picture), output)
    with pytest.raises(inspection.InspectionError, match="does not run"):
        layer_output(reuse_net, "relu#3", picture)
