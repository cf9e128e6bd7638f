"""Volumes as columns and the costs of layers, against PyTorch and the decks."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.convolution.volumes import as_columns, layer_cost


@settings(deadline=None)
@given(st.tuples(*[st.integers(1, 3)] * 5), st.integers(0, 9))
def test_columns_times_weights_is_conv2d(sizes, seed):
    depth, high, wide, filters, stride = sizes
    rng = np.random.default_rng(seed)
    image, bank = rng.normal(size=(depth, 6, 5)), rng.normal(size=(filters, depth, high, wide))
    biases = rng.normal(size=filters)
    laid = as_columns(image, bank, biases, stride=stride)
    exact = F.conv2d(*map(torch.from_numpy, (image[None], bank, biases)), stride=stride)[0]
    assert laid.shape == tuple(exact.shape)
    assert np.allclose(laid.output.reshape(laid.shape), exact)


def test_a_filter_of_another_depth_is_refused():
    with pytest.raises(ConvolutionError, match="full depth"):
        as_columns(np.zeros((3, 4, 4)), np.zeros((1, 2, 2, 2)), [0])


@pytest.mark.parametrize(
    "case",
    [
        (32, 3, 5, 6, 1, 0, 1, 1),
        (9, 4, 3, 8, 2, 1, 4, 3),
        (7, 6, 2, 6, 3, 0, 6, 2),
        (5, 2, 1, 3, 1, 0, 1, 1),
    ],
)
def test_costs_are_torchs(case):
    from torch.utils.flop_counter import FlopCounterMode

    n, depth, f, out, s, p, g, d = case
    layer = torch.nn.Conv2d(depth, out, f, s, p, dilation=d, groups=g)
    cost = layer_cost((depth, n, n), f, out, stride=s, padding=p, dilation=d, groups=g)
    with FlopCounterMode(display=False) as counter:
        shape = layer(torch.zeros(1, depth, n, n)).shape[1:]
    assert cost.shape == tuple(shape)
    assert cost.parameters.weights == layer.weight.numel()
    assert cost.parameters.biases == layer.bias.numel()
    assert cost.dot == layer.weight[0].numel()
    assert 2 * cost.multiply_adds == counter.get_total_flops()


def test_the_decks_volumes():
    six, one = lecture_case("s0-28x28x6"), lecture_case("s0-1x1")["expected"]
    cost = layer_cost((3, 32, 32), 5, 6)
    assert [*cost.shape[1:], cost.shape[0]] == six["expected"]["output"]
    assert cost.dot == lecture_case("s0-75-params")["expected"]["weights"]
    mix = layer_cost((64, 56, 56), 1, 32)
    assert [*mix.shape[1:], mix.shape[0]] == one["output"]
    assert mix.parameters == (one["weights"], 32)
    assert mix.dot == one["dot_product_length"]
