"""Correlation and transposed convolution against PyTorch, and what they refuse."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import convolve2d

from cnnviz.convolution import (
    ConvolutionError,
    Padding,
    correlate2d,
    trace,
    trace_transposed,
    transposed2d,
)

TORCH_MODE = {"zero": "constant", "reflect": "reflect", "replicate": "replicate"} | {
    "circular": "circular"
}
RAMP = np.arange(12.0).reshape(3, 4)


def tensor(array):
    return torch.from_numpy(np.array(array, order="C"))  # a copy: no stride is negative


@st.composite
def operands(draw):
    """An image, a kernel and every option of a correlation, all rectangular."""
    small = st.integers(1, 3)
    channels = draw(small)
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    kernel_height, kernel_width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pad = st.tuples(st.integers(0, 4), st.integers(0, 4))
    return {
        "image": random.normal(size=(channels, height, width)) * 100,
        "kernel": random.normal(size=(channels, kernel_height, kernel_width)),
        "stride": (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        "dilation": (draw(small), draw(small)),
        "padding": Padding((draw(pad), draw(pad)), draw(st.sampled_from(sorted(TORCH_MODE)))),
        "flip": draw(st.booleans()),
        "bias": draw(st.sampled_from([0.0, -1.25])),
    }


def torch_correlation(image, kernel, *, stride, dilation, padding, flip, bias):
    (top, bottom), (left, right) = padding.amount
    pads = (left, right, top, bottom)
    padded = F.pad(tensor(image)[None], pads, mode=TORCH_MODE[padding.mode])
    weights = tensor(kernel)[None]
    weights = weights.flip(-2, -1) if flip else weights
    bias = torch.tensor([bias], dtype=torch.float64)
    output = F.conv2d(padded, weights, bias, stride=stride, dilation=dilation)
    return output[0, 0].numpy()


def options(**changed):
    """A 3x4 ramp under a 2x2 kernel of ones, with some options changed."""
    return {
        "image": RAMP[np.newaxis],
        "kernel": np.ones((1, 2, 2)),
        "stride": (1, 1),
        "dilation": (1, 1),
        "padding": Padding(((0, 0), (0, 0))),
        "flip": False,
        "bias": 0.0,
    } | changed


@settings(deadline=None, max_examples=400)
@given(operands())
@example(options(padding=Padding(((3, 3), (4, 4)), "circular")))
@example(options(padding=Padding(((0, 0), (5, 0)), "circular")))
@example(options(padding=Padding(((2, 2), (3, 3)), "reflect")))
@example(options(padding=Padding(((3, 0), (0, 0)), "reflect")))
@example(options(dilation=(3, 3)))
def test_correlation_is_conv2d_and_refuses_what_torch_refuses(chosen):
    try:
        expected = torch_correlation(**chosen)
    except RuntimeError:
        with pytest.raises(ConvolutionError):
            correlate2d(**chosen)
        return
    np.testing.assert_allclose(correlate2d(**chosen), expected, rtol=0, atol=1e-6)


@settings(deadline=None, max_examples=150)
@given(operands())
def test_the_trace_says_what_was_read_and_its_code_gives_the_same_numbers(chosen):
    try:
        traced = trace(**chosen)
    except ConvolutionError:
        return
    terms = traced.padded.flat[traced.reads] * traced.kernel.flat[traced.taps]
    recomputed = terms.sum(1).reshape(traced.output.shape) + traced.bias
    np.testing.assert_allclose(recomputed, torch_correlation(**chosen), rtol=0, atol=1e-6)
    (top, bottom), (left, right) = traced.pads
    rows, columns = traced.padded.shape[1:]
    inside = traced.padded[:, top : rows - bottom, left : columns - right]
    np.testing.assert_array_equal(inside, chosen["image"])
    scope = {}
    exec(traced.pytorch, scope)
    np.testing.assert_allclose(scope["output"].numpy(), traced.output, rtol=0, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(operands())
def test_unread_rows_and_columns_are_those_without_any_gradient(chosen):
    chosen["kernel"] = np.ones_like(chosen["kernel"])
    try:
        traced = trace(**chosen)
    except ConvolutionError:
        return
    padded = tensor(traced.padded)[None].requires_grad_()
    weights = tensor(traced.kernel)[None]
    F.conv2d(padded, weights, stride=traced.stride, dilation=traced.dilation).sum().backward()
    read = padded.grad[0, 0].numpy() != 0
    assert traced.unread_rows == tuple(np.flatnonzero(~read.any(1)))
    assert traced.unread_cols == tuple(np.flatnonzero(~read.any(0)))


@settings(deadline=None, max_examples=100)
@given(operands(), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_transposed_is_conv_transpose2d_and_so_are_its_trace_and_its_code(chosen, crop):
    chosen = {name: chosen[name] for name in ("image", "kernel", "stride", "dilation", "bias")}
    weights = tensor(chosen["kernel"])[:, None]
    bias = torch.tensor([chosen["bias"]], dtype=torch.float64)
    try:
        expected = F.conv_transpose2d(
            tensor(chosen["image"])[None],
            weights,
            bias,
            stride=chosen["stride"],
            padding=crop,
            dilation=chosen["dilation"],
        )[0, 0].numpy()
    except RuntimeError:
        with pytest.raises(ConvolutionError, match="crops away all"):
            transposed2d(**chosen, padding=crop)
        return
    np.testing.assert_allclose(transposed2d(**chosen, padding=crop), expected, rtol=0, atol=1e-6)
    traced = trace_transposed(**chosen, padding=crop)
    weighted = traced.padded.flat[traced.reads] * traced.kernel.flat[traced.taps]
    summed = np.where(traced.reads >= 0, weighted, 0).sum(1) + traced.bias
    np.testing.assert_allclose(summed.reshape(expected.shape), expected, rtol=0, atol=1e-6)
    scope = {}
    exec(traced.pytorch, scope)
    np.testing.assert_allclose(scope["output"].numpy(), expected, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (4, 2), (5, 4)])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_padding_puts_the_extra_pixel_where_torch_does(kernel, dilation):
    random = np.random.default_rng(0)
    image, weights = random.normal(size=(7, 8)), random.normal(size=kernel)
    expected = F.conv2d(
        tensor(image)[None, None], tensor(weights)[None, None], padding="same", dilation=dilation
    )[0, 0].numpy()
    ours = correlate2d(image, weights, padding="same", dilation=dilation)
    assert ours.shape == image.shape
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_full_padding_and_flip_are_scipys_convolve2d():
    random = np.random.default_rng(1)
    image, kernel = random.normal(size=(6, 7)), random.normal(size=(3, 4))
    ours = correlate2d(image, kernel, padding="full", flip=True)
    np.testing.assert_allclose(ours, convolve2d(image, kernel), atol=1e-12)


def test_hand_computed_correlation():
    output = correlate2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [2, -1]], bias=0.5)
    np.testing.assert_array_equal(output, [[4.5, 6.5], [10.5, 12.5]])


def test_arguments_are_left_as_they_were():
    image, kernel = RAMP.copy(), np.ones((2, 2))
    transposed2d(image, kernel, bias=1.0)
    correlate2d(image, kernel, padding=1, flip=True, bias=1.0)
    np.testing.assert_array_equal(image, RAMP)
    np.testing.assert_array_equal(kernel, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"image": []}, "1 dimension"),
        ({"image": 3}, "0 dimensions"),
        ({"image": np.zeros((1, 1, 2, 2))}, "4 dimensions"),
        ({"image": np.zeros((0, 4))}, "image is empty"),
        ({"kernel": np.zeros((2, 0))}, "kernel is empty"),
        ({"image": [[1, 2], [3]]}, "rows are equally long"),
        ({"image": [["a"]]}, "grid of numbers"),
        ({"image": [[1, np.nan]]}, "image holds a value that is not a finite number"),
        ({"kernel": [[np.inf]]}, "kernel holds a value that is not a finite number"),
        ({"kernel": np.ones((3, 2, 2))}, "1 channel.* but the kernel 3"),
        ({"kernel": np.ones((4, 2))}, "covers 4 positions but .* only 3: choose a smaller kernel,"),
        ({"dilation": 3}, r"covers 4 positions \(size 2, dilation 3\).*smaller kernel or dilation"),
        ({"stride": 0}, "stride must be a whole number of at least 1, not 0"),
        ({"stride": 1.5}, "stride must be a whole number"),
        ({"stride": (1, 2, 3)}, "stride must be one number or a"),
        ({"dilation": 0}, "dilation must be a whole number of at least 1"),
        ({"padding": -1}, "padding must be a whole number of at least 0"),
        ({"padding": (1, 2, 3)}, "padding must be a whole number"),
        ({"padding": "some"}, "padding must be a number, valid, same or full, not 'some'"),
        ({"padding": "same", "stride": 2}, "Same padding needs stride 1"),
        ({"bias": float("nan")}, "bias must be a finite number"),
    ],
)
def test_refusals_say_what_to_do(arguments, sentence):
    with pytest.raises(ConvolutionError, match=sentence):
        correlate2d(**({"image": RAMP, "kernel": np.ones((2, 2))} | arguments))


@pytest.mark.parametrize(
    ("padding", "sentence"),
    [
        (
            Padding((3, 0), "reflect"),
            ("Reflect padding can add at most 2 rows to an image with 3 rows"),
        ),
        (Padding((0, 5), "circular"), "Circular padding can add at most 4 columns"),
    ],
)
def test_padding_that_the_image_cannot_supply(padding, sentence):
    with pytest.raises(ConvolutionError, match=sentence):
        correlate2d(RAMP, [[1]], padding=padding)


def test_unknown_padding_mode():
    with pytest.raises(ConvolutionError, match="zero, reflect, replicate or circular"):
        Padding(1, "mirror")


@settings(deadline=None, max_examples=100)
@given(
    arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-9, 9)),
    st.floats(0, 255),
    st.sampled_from([correlate2d, transposed2d]),
)
@example(np.array([[8, 0.5, 0.005]]), 255.0, correlate2d)
@example(np.full((5, 5), 0.3), 2e-313, correlate2d)  # the products underflow
@example(np.full((5, 5), 0.3), 2e-313, transposed2d)
def test_rounding_is_0_and_a_step_of_a_thousandth_is_not(kernel, level, slide):
    kernel[0, 0] = -math.fsum(kernel.flat[1:])  # it sums to 0 within its own last digit
    assume(np.abs(kernel).max() > 0.1)
    flat = np.full((14, 14), level)
    inside = slice(6, 8)  # where every window, or every stamp, is whole
    assert not slide(flat, kernel)[inside, inside].any()
    step = flat.copy()
    step[7:, 7:] += 0.001
    assert slide(step, kernel).any()
