"""Box, Gaussian, median: evenness, sorted windows, superposition, identities."""

import numpy as np
import pytest
from scipy import ndimage

from cnnviz.convolution.roundness import shape, unevenness
from cnnviz.imaging import KERNELS


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def test_a_box_is_less_even_than_a_gaussian(open_lab, linked_grids):
    app = open_lab("smoothing", sm_shape="bar", sm_turn="45")
    drawn, box, gaussian = linked_grids(app)[0].panels.values()
    np.testing.assert_allclose(box, ndimage.uniform_filter(drawn, 7, mode="constant"), atol=1e-7)
    smooth = ndimage.gaussian_filter(drawn, 2, mode="constant", radius=6)
    np.testing.assert_allclose(gaussian, smooth, atol=1e-6)
    _, box, gaussian = linked_grids(open_lab("smoothing"))[0].panels.values()  # of a dot
    assert unevenness(box, 4) > 0.3
    assert unevenness(gaussian, 4) < 0.03


def test_evenness_is_measured_in_all_directions():
    at = np.arange(15) - 7
    assert unevenness(at[:, None] ** 2 + at**2, 5) < 0.02  # round but for the interpolation
    ramp = np.tile(20.0 + at, (15, 1))  # exact between pixels, too
    assert unevenness(ramp, 5) == pytest.approx(5 / np.sqrt(2) / 20)
    assert unevenness(np.zeros((15, 15)), 5) == 0


def test_a_bar_that_is_turned_is_the_bar_turned():
    turned = ndimage.rotate(shape("bar", 25, 0), 90, reshape=False, order=0)
    np.testing.assert_allclose(shape("bar", 25, 90), turned, atol=1e-9)
    assert shape("bar", 25, 30).sum() == pytest.approx(shape("bar", 25, 0).sum(), rel=0.05)


def test_windows_are_sorted_and_the_fifth_is_the_output(open_lab, linked_grids):
    app = open_lab("smoothing")
    grid, ordered, output = linked_grids(app)[1].panels.values()
    windows = np.lib.stride_tricks.sliding_window_view(grid, (3, 3)).reshape(-1, 9)
    np.testing.assert_array_equal(ordered, np.sort(windows, axis=1))
    np.testing.assert_array_equal(output.ravel(), np.median(windows, axis=1))
    refused = open_lab("smoothing", sm_x="1 2")
    assert not refused.exception
    assert refused.error


@pytest.mark.parametrize(("rule", "verdict"), [("median", "**Not equal**"), ("mean", "**Equal**")])
def test_the_median_is_not_linear_and_the_mean_is(open_lab, linked_grids, rule, verdict):
    app = open_lab("smoothing", sm_rule=rule)
    a, b, parts, whole, _ = linked_grids(app)[2].panels.values()

    def filtered(row):
        windows = np.lib.stride_tricks.sliding_window_view(row[0], 3)
        return getattr(np, rule)(windows, axis=1)

    np.testing.assert_allclose(parts[0], filtered(a) + filtered(b))
    np.testing.assert_allclose(whole[0], filtered(a + b))
    assert verdict in words(app)


def test_rows_of_different_lengths_are_refused(open_lab):
    app = open_lab("smoothing", sm_a="1 2 3 4")
    assert "a has 4 numbers and b has" in app.error[0].value
    assert "Kernels made of kernels" in [head.value for head in app.header]


@pytest.mark.parametrize(
    ("made", "kernel"),
    [
        ("unsharp", "unsharp-5"),
        ("sharpen", "sharpen"),
        ("laplacian", "laplacian-4-neg"),
        ("gaussian", "gaussian-5"),
        ("sobel", "sobel-x"),
    ],
)
def test_a_kernel_is_what_it_is_made_of(open_lab, linked_grids, made, kernel):
    app = open_lab("smoothing", sm_made=made)
    *_, result = linked_grids(app)[3].panels.values()
    np.testing.assert_allclose(result, KERNELS[kernel].weights, atol=1e-6)
    assert words(app).count(":green-badge") == 2
