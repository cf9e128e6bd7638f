"""Least squares for a kernel, against SciPy and against what made the target."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import correlate2d

from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.convolution.fitting import fit_kernel
from cnnviz.inspection.gradient_descent import descend, descent_code

CASE = lecture_case("s4-learned-theta")
IMAGE = np.array(CASE["inputs"]["image"], float)


def test_the_corrected_target_gives_the_blur_kernel():
    fit = fit_kernel(IMAGE, CASE["inputs"]["target"])
    assert np.allclose(fit.kernel, CASE["expected"]["correct_theta"])
    assert fit.residual < 1e-20
    assert fit.unique


def test_the_printed_target_cannot_be_reached():
    fit = fit_kernel(IMAGE, CASE["expected"]["slide_value"])
    assert fit.residual == pytest.approx(CASE["expected"]["residual_for_printed_target"], abs=1e-6)
    path = descend(
        IMAGE, np.array(CASE["expected"]["slide_value"]), np.zeros((3, 3)), rate=0.02, steps=400
    )
    assert path.losses[-1] == pytest.approx(fit.residual)
    assert np.allclose(path.kernels[-1], fit.kernel, atol=1e-4)


@settings(deadline=None)
@given(
    hnp.arrays(float, (7, 6), elements=st.integers(-4, 4)),
    hnp.arrays(float, (2, 3), elements=st.integers(-4, 4)),
)
def test_a_reachable_target_is_reached(image, kernel):
    target = correlate2d(image, kernel, "valid")
    fit = fit_kernel(image, target, (2, 3))
    assert np.allclose(correlate2d(image, fit.kernel, "valid"), target, atol=1e-8)
    if fit.unique:
        assert np.allclose(fit.kernel, kernel, atol=1e-8)


@pytest.mark.parametrize(("share", "ends_lower"), [(0.95, True), (1.1, False)])
def test_the_largest_rate_is_where_descent_turns(share, ends_lower):
    target = np.array(CASE["inputs"]["target"])
    rate = share * fit_kernel(IMAGE, target).largest_rate
    path = descend(IMAGE, target, np.zeros((3, 3)), rate=rate, steps=300)
    assert (path.losses[-1] < path.losses[0]) == ends_lower
    assert path.diverged != ends_lower
    assert len(path.kernels) == len(path.outputs) == len(path.losses)


def test_the_first_step_by_hand():
    path = descend(
        np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]]), np.zeros((1, 1)), rate=0.1, steps=1
    )
    # gradient = 2 Σ (0 − y) x = −2 (3 + 10) = −26
    assert path.kernels.ravel().tolist() == pytest.approx([0, 2.6])
    assert path.losses.tolist() == pytest.approx([34, 0.4**2 + 0.2**2])


def test_the_code_gives_the_same_kernel(capsys):
    target = np.array(CASE["inputs"]["target"])
    code = descent_code(IMAGE, target, np.zeros((3, 3)), rate=0.02, steps=60)
    try:
        scope = {}
        exec(code, scope)
    finally:
        import torch

        torch.set_default_dtype(torch.float32)
    path = descend(IMAGE, target, np.zeros((3, 3)), rate=0.02, steps=60)
    assert np.allclose(scope["theta"].detach()[0, 0], path.kernels[-1])


def test_a_target_of_another_size_is_refused():
    with pytest.raises(ConvolutionError, match="gives 5×5 numbers"):
        fit_kernel(IMAGE, np.zeros((4, 5)))
