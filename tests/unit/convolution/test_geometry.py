"""Sizes, receptive fields and counts against brute force and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.convolution import (
    ConvolutionError,
    OutputSize,
    Padding,
    WindowLayer,
    conv_connections,
    conv_parameters,
    conv_shape,
    correlate2d,
    linear_parameters,
    output_size,
    receptive_fields,
    trace,
    trace_transposed,
    transposed_size,
)

layers = st.builds(
    WindowLayer, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)
)


@settings(deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 6),
    st.integers(1, 5),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.integers(1, 3),
)
def test_output_size_counts_the_windows_that_fit(size, kernel, stride, padding, dilation):
    cells = range(size + sum(padding))
    offsets = [tap * dilation for tap in range(kernel)]
    windows = [
        [start + offset for offset in offsets]
        for start in cells[::stride]
        if start + offsets[-1] in cells
    ]
    if not windows:
        with pytest.raises(ConvolutionError):
            output_size(size, kernel, stride, padding, dilation)
        return
    left_over = len(cells) - 1 - windows[-1][-1]
    assert output_size(size, kernel, stride, padding, dilation) == (len(windows), left_over)


def test_a_stride_that_does_not_divide_leaves_a_remainder():
    assert output_size(7, 3, stride=3) == OutputSize(size=2, remainder=1)
    assert trace(np.ones((7, 7)), np.ones((3, 3)), stride=3).unread_cols == (6,)


@pytest.mark.parametrize(
    ("amount", "pads"),
    [
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        (((1, 2), (0, 3)), ((1, 2), (0, 3))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 2), (2, 2))),
        ("full", ((3, 3), (4, 4))),
    ],
)
def test_padding_resolves_for_a_kernel_of_4_by_3_with_dilation_2_across(amount, pads):
    assert Padding(amount).resolve((4, 3), (1, 1), (1, 2)) == pads


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"padding": 1, "stride": 2}, "⌊(7 + 2·1 − 3)/2⌋ + 1 = 4"),
        ({"padding": ((0, 1), (0, 0))}, "⌊(7 + 0 + 1 − 3)/1⌋ + 1 = 6"),
        ({"dilation": 2}, "⌊(7 + 2·0 − 2·(3 − 1) − 1)/1⌋ + 1 = 3"),
    ],
)
def test_the_size_formula_is_filled_in(options, text):
    traced = trace(np.ones((7, 9)), np.ones((3, 3)), **options)
    assert "".join(part.text for part in traced.size_formula(0)) == text


def test_each_symbol_of_the_formula_has_its_role():
    traced = trace(np.ones((9, 9)), np.ones((3, 3)), stride=2, padding=1, dilation=3)
    roles = {part.role: part.text for part in traced.size_formula(1) if part.role != "sign"}
    assert roles == {
        "input": "9",
        "padding": "1",
        "kernel": "3",
        "dilation": "3",
        "stride": "2",
        "output": "3",
    }


@settings(deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3)
)
def test_the_formula_evaluates_to_the_size_it_states(size, kernel, stride, padding, dilation):
    image, weights = np.ones((1, size)), np.ones((1, kernel))
    options = {"stride": stride, "padding": (0, padding), "dilation": dilation}
    for operator in (trace, trace_transposed):
        try:
            traced = operator(image, weights, **options)
        except ConvolutionError:
            continue
        text = "".join(part.text for part in traced.size_formula(1))
        python = text.replace("−", "-").replace("·", "*").replace(")/", ")//")
        formula, stated = python.replace("⌊", "(").replace("⌋", ")").split(" = ")
        assert eval(formula) == int(stated) == traced.output.shape[1]


def test_transposed_size_undoes_output_size():
    for size in range(1, 12):
        for stride in (1, 2, 3):
            out = output_size(size, 3, stride, 1).size if size > 0 else 0
            assert transposed_size(out, 3, stride, 1) == size - output_size(size, 3, stride, 1)[1]


@settings(deadline=None, max_examples=60)
@given(st.lists(layers, min_size=1, max_size=4), st.data())
def test_receptive_field_is_where_the_gradient_is_not_zero(stack, data):
    convs = [
        nn.Conv1d(1, 1, layer.kernel, layer.stride, layer.padding, layer.dilation, bias=False)
        for layer in stack
    ]
    network = nn.Sequential(*convs).double()
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    pixels = torch.zeros(1, 1, 80, dtype=torch.float64, requires_grad=True)
    try:
        output = network(pixels)
    except RuntimeError:
        assume(False)
    unit = data.draw(st.integers(0, output.shape[-1] - 1))
    output[0, 0, unit].backward()
    seen = np.flatnonzero(pixels.grad[0, 0].numpy())
    field = receptive_fields(stack)[-1]
    first, last = field.bounds(unit)
    assert last - first + 1 == field.size
    assert (first + last) / 2 == field.centre + unit * field.jump
    if first >= 0 and last < 80:
        assert (seen[0], seen[-1]) == (first, last)
    else:
        assert all(first <= pixel <= last for pixel in seen)


def test_counts_are_those_of_the_torch_layers():
    def count(module):
        return sum(parameter.numel() for parameter in module.parameters())

    assert conv_parameters((3, 5), 4, 6, groups=2).parameters == count(
        nn.Conv2d(4, 6, (3, 5), groups=2)
    )
    assert conv_parameters(3, 4, 6, bias=False).parameters == count(nn.Conv2d(4, 6, 3, bias=False))
    assert linear_parameters(7, 5).parameters == count(nn.Linear(7, 5))
    assert linear_parameters(7, 5, bias=False) == (35, 0)
    layer = nn.Conv2d(3, 8, (3, 5), stride=(1, 2), padding=(1, 0))
    shape = conv_shape((3, 10, 12), (3, 5), 8, stride=(1, 2), padding=(1, 0))
    assert shape == tuple(layer(torch.zeros(1, 3, 10, 12)).shape[1:])
    assert conv_connections((4, 5), 3, 2, 6) == 4 * 5 * 9 * 2 * 6


def test_groups_that_do_not_divide_are_refused():
    with pytest.raises(ConvolutionError, match="2 groups do not divide 3 input"):
        conv_parameters(3, 3, 4, groups=2)


def test_sizes_and_arrays_agree():
    image = np.zeros((9, 11))
    out = correlate2d(
        image, np.zeros((3, 2)), stride=(2, 3), dilation=(2, 1), padding=((1, 0), (2, 2))
    )
    assert out.shape == (
        output_size(9, 3, 2, (1, 0), 2).size,
        output_size(11, 2, 3, (2, 2), 1).size,
    )
