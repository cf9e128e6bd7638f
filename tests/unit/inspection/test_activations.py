"""Filters, feature maps and predictions."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import inspection
from cnnviz.inspection.activations import colour_shares


def test_filters_are_a_copy_of_the_weights(flat_net):
    assert inspection.conv_layers(flat_net) == ["0", "3"]
    got = inspection.filters(flat_net, "3")
    assert torch.equal(got, flat_net[3].weight)
    assert not got.requires_grad
    got.zero_()
    assert flat_net[3].weight.abs().sum() > 0


def test_what_is_no_convolution_has_no_filters(flat_net):
    with pytest.raises(inspection.InspectionError, match="8 is not a convolution"):
        inspection.filters(flat_net, "8")


def test_feature_maps_are_what_each_layer_computes(gap_net, picture):
    gap_net.eval()
    got = inspection.feature_maps(gap_net, picture)
    assert list(got) == ["0", "1", "2", "3", "4.0", "4.1", "5", "6", "7"]
    x = picture[None]
    for name, maps in got.items():
        module = gap_net[4][int(name[2])] if "." in name else gap_net[int(name)]
        x = module(x)
        torch.testing.assert_close(maps, x.detach(), rtol=0, atol=0)
        assert not maps.requires_grad


def test_in_place_and_not_in_place_twins_give_equal_maps(flat_net, small_picture):
    twin = nn.Sequential(*[nn.ReLU() if isinstance(m, nn.ReLU) else m for m in flat_net])
    assert [m.inplace for m in flat_net if isinstance(m, nn.ReLU)] == [True, True]
    in_place = inspection.feature_maps(flat_net, small_picture)
    plain = inspection.feature_maps(twin, small_picture)
    assert list(in_place) == list(plain)
    for name, maps in plain.items():
        assert torch.equal(in_place[name], maps), name
    assert in_place["3"].min() < 0, "the ReLU after layer 3 wrote into its map"
    unsigned = [name for name in plain if inspection.never_negative(twin, name)]
    assert unsigned == [n for n, m in twin.named_modules() if isinstance(m, nn.ReLU)]
    assert all(plain[name].min() >= 0 for name in unsigned)
    for layer in ["0", "1", "2", "3", "4", "5"]:
        np.testing.assert_array_equal(
            inspection.class_activation_map(flat_net, small_picture, 1, layer=layer).raw,
            inspection.class_activation_map(twin, small_picture, 1, layer=layer).raw,
        )


def test_a_module_that_runs_twice_gives_two_maps(reuse_net, picture):
    got = inspection.feature_maps(reuse_net, picture)
    assert [name for name in got if name.startswith("relu")] == ["relu", "relu#2"]
    torch.testing.assert_close(got["relu#2"], (got["second"] + got["relu"]).relu())


def test_prediction(lecture_net):
    x = torch.tensor([[[1.0, 0], [0, 2]], [[0, 3], [1, 0]]])
    got = inspection.predict(lecture_net, x)
    # Means are 0.75 and 1: 0.5·0.75 − 1·1 + 0.25 = −0.375 and −0.75 − 1 = −1.75.
    np.testing.assert_allclose(got.logits, [-0.375, -1.75], atol=1e-7)
    odds = np.exp([-0.375, -1.75])
    np.testing.assert_allclose(got.probabilities, odds / odds.sum(), rtol=1e-6)
    assert got.top() == [0, 1]
    assert got.top(1) == [0]


def test_several_pictures_at_once_are_refused(lecture_net):
    with pytest.raises(inspection.InspectionError, match="one picture, not 3"):
        inspection.predict(lecture_net, torch.zeros(3, 2, 2, 2))
    with pytest.raises(inspection.InspectionError, match="2 axes"):
        inspection.feature_maps(lecture_net, torch.zeros(2, 2))


def test_the_input_is_not_written_to():
    x = torch.tensor([[[-1.0, 1.0]]])
    inspection.feature_maps(nn.Sequential(nn.ReLU(inplace=True)), x)
    assert x.min() == -1


def test_how_much_of_a_filter_differs_between_colours():
    grey = np.ones((3, 2, 2))
    opposite = np.stack([np.ones((2, 2)), -np.ones((2, 2)), np.zeros((2, 2))])
    red = np.stack([np.ones((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))])
    weights = np.stack([grey, opposite, red, 0 * grey]).astype(np.float32)
    np.testing.assert_allclose(colour_shares(weights), [0, 1, 2 / 3, 0], atol=1e-12)
