"""Convolution through the frequencies, against SciPy, torch and the slide."""

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.convolution.spectrum import log_magnitude, separable_kernel, through_frequencies

NUMBERS = st.integers(-9, 9).map(float)
IMAGES = arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 8)), elements=NUMBERS)
KERNELS = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=NUMBERS)


def fits(image, kernel):
    return all(k <= n for k, n in zip(kernel.shape, image.shape, strict=True))


def test_the_slide():
    case = lecture_case("s3-fft")
    route = through_frequencies(case["inputs"]["image"], case["inputs"]["kernel"], 2)
    assert list(route.result.shape) == case["inputs"]["fft_size"]
    np.testing.assert_allclose(route.result, case["expected"]["output"], atol=1e-9)
    assert not route.wrapped.any()


@settings(deadline=None)
@given(IMAGES, KERNELS)
def test_the_convolution_theorem(image, kernel):
    assume(fits(image, kernel))
    route = through_frequencies(image, kernel, 9)
    np.testing.assert_allclose(route.result, scipy.signal.convolve2d(image, kernel), atol=1e-9)
    np.testing.assert_allclose(route.full, route.result, atol=1e-9)
    np.testing.assert_allclose(
        np.fft.fft2(route.full), route.image_spectrum * route.kernel_spectrum, atol=1e-7
    )


@settings(deadline=None)
@given(IMAGES, KERNELS, st.integers(0, 4))
def test_only_the_cells_said_to_wrap_differ(image, kernel, padding):
    assume(fits(image, kernel))
    route = through_frequencies(image, kernel, padding)
    np.testing.assert_allclose(route.difference[~route.wrapped], 0, atol=1e-9)


@settings(deadline=None)
@given(IMAGES, KERNELS, st.integers(0, 4))
def test_wrapping_is_circular_padding(image, kernel, padding):
    assume(fits(image, kernel))
    route = through_frequencies(image, kernel, padding)
    high, wide = kernel.shape
    x = F.pad(torch.from_numpy(route.image)[None, None], (wide - 1, 0, high - 1, 0), "circular")
    exact = F.conv2d(x, torch.from_numpy(kernel[::-1, ::-1].copy())[None, None])[0, 0]
    np.testing.assert_allclose(route.result, exact, atol=1e-9)


def test_without_padding_the_ends_wrap():
    route = through_frequencies(np.ones((4, 5)), np.ones((3, 2)), 0)
    assert route.wrapped.sum() == 2 * 5 + 1 * 2
    np.testing.assert_allclose(route.result, 6, atol=1e-9)  # a floor of ones has no ends
    assert (np.abs(route.difference[route.wrapped]) > 1).all()


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ConvolutionError, match="The kernel is 1×3 and the image 2×2"):
        through_frequencies(np.ones((2, 2)), np.ones((1, 3)), 0)


def test_frequency_0_is_the_sum_and_in_the_middle():
    image = np.arange(20.0).reshape(4, 5)
    shown = log_magnitude(np.fft.fft2(image))
    assert shown[2, 2] == pytest.approx(np.log10(1 + image.sum()))
    assert shown.max() == shown[2, 2]


@pytest.mark.parametrize("name", ["gaussian", "box", "motion", "edges"])
@pytest.mark.parametrize("size", [3, 7, 31])
def test_kernels_keep_or_cancel_brightness(name, size):
    column, row = separable_kernel(name, size)
    assert len(column) == len(row) == size
    kernel = np.outer(column, row)
    if name == "edges":
        assert kernel.sum() == pytest.approx(0)
        assert np.abs(kernel).sum() == pytest.approx(1)
    else:
        assert kernel.sum() == pytest.approx(1)
        assert kernel.min() >= 0


@settings(deadline=None)
@given(st.integers(4, 12), st.integers(2, 4), st.floats(1, 1e6), st.integers(0, 99))
def test_rounding_is_no_difference(side, size, level, seed):
    """Without padding all that came around is a difference; with it, none is."""
    numbers = np.random.default_rng(seed)
    image, kernel = level * numbers.random((side, side)), numbers.normal(size=(size, size))
    route = through_frequencies(image, kernel, size - 1)
    assert not route.clean(route.difference).any()
    wrapped = through_frequencies(image, kernel, 0)
    assert not wrapped.clean(wrapped.difference)[~wrapped.wrapped].any()
    assert wrapped.clean(wrapped.difference)[wrapped.wrapped].any()
