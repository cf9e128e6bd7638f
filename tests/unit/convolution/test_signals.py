"""Signals, frames and symmetric kernels, against SciPy and by hand."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import ConvolutionError, correlate2d, lecture_case
from cnnviz.convolution.signals import moving_blob, rms, sensor, smooth, symmetric

NUMBERS = st.integers(-9, 9).map(float)
ROWS = arrays(float, st.tuples(st.just(1), st.integers(1, 8)), elements=NUMBERS)
KERNELS = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=NUMBERS)


def test_the_deck_s_sensor():
    case = lecture_case("s3-sensor-1d")
    full = np.array(case["expected"]["output"])
    x, w = case["inputs"]["a"], case["inputs"]["b"]
    np.testing.assert_allclose(smooth(x, w), full[len(w) - 1 : len(x)])


@settings(deadline=None)
@given(arrays(float, st.integers(1, 30), elements=NUMBERS), st.data())
def test_smoothing_is_scipy_s_convolution(x, data):
    w = data.draw(arrays(float, st.integers(1, len(x)), elements=NUMBERS))
    np.testing.assert_allclose(smooth(x, w), scipy.signal.convolve(x, w, "valid"), atol=1e-9)


@pytest.mark.parametrize("weights", [[], [1, 2, 3]])
def test_too_many_weights_or_none(weights):
    with pytest.raises(ConvolutionError, match=f"{len(weights)} weights for 2 measurements"):
        smooth([1, 2], weights)


def test_averaging_takes_noise_away():
    signal = sensor(4000, 1.0)
    assert rms(signal.measured - signal.true) == pytest.approx(1, abs=0.05)
    smoothed = smooth(signal.measured, np.full(9, 1 / 9))
    assert rms(smoothed - signal.true[8:]) == pytest.approx(1 / 3, abs=0.05)


def test_a_sensor_repeats_itself_with_its_seed():
    np.testing.assert_array_equal(sensor(20, 1, 3).measured, sensor(20, 1, 3).measured)
    assert (sensor(20, 1, 3).measured != sensor(20, 1, 4).measured).any()
    np.testing.assert_array_equal(sensor(20, 0).measured, sensor(20, 0).true)


def test_a_blob_moves_one_column_a_frame():
    blob = moving_blob(3, 6)
    np.testing.assert_array_equal(blob[0][:, :-1], blob[1][:, 1:])
    assert blob[2].max(axis=0).argmax() == 3


@settings(deadline=None)
@given(KERNELS, arrays(float, (5, 6), elements=NUMBERS))
def test_turning_a_symmetric_kernel_changes_nothing(kernel, image):
    even = symmetric(kernel)
    np.testing.assert_array_equal(even, np.rot90(even, 2))
    slid, turned = correlate2d(image, even), correlate2d(image, even, flip=True)
    np.testing.assert_allclose(slid, turned, atol=1e-9)


@settings(deadline=None)
@given(
    arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=NUMBERS),
    KERNELS,
)
def test_convolution_commutes(f, g):
    one = correlate2d(f, g, padding="full", flip=True)
    other = correlate2d(g, f, padding="full", flip=True)
    np.testing.assert_allclose(one, other, atol=1e-9)
    np.testing.assert_allclose(one, scipy.signal.convolve2d(f, g), atol=1e-9)


def test_the_deck_s_order():
    case = lecture_case("s2-conv-integral-commutes")
    a, b = [case["inputs"]["a"]], [case["inputs"]["b"]]
    for one, other in ((a, b), (b, a)):
        result = correlate2d(one, other, padding="full", flip=True)
        np.testing.assert_allclose(result[0], case["expected"]["output"])
