"""Correlation and convolution: sums, matrices, kernels learned and damaged figures."""

import numpy as np
import pytest

from cnnviz.convolution import as_matrix, conv_parameters, correlate2d, pool2d, trace
from tests.unit.lecture.slides import CASES, checks, differ, kernel_of, same


def patches(image, kernel_size=3, padding=0):
    """One row per window, one column per kernel position (im2col)."""
    traced = trace(image, np.ones((kernel_size, kernel_size)), padding=padding)
    return traced.padded.flat[traced.reads]


def least_squares(image, target, padding=0):
    """The 3x3 kernel that comes closest to ``target``, and the squared error it leaves."""
    windows, wanted = patches(image, padding=padding), np.ravel(target)
    kernel = np.linalg.lstsq(windows, wanted)[0]
    return kernel.reshape(3, 3), np.sum((windows @ kernel - wanted) ** 2)


@checks(
    "s0-vertical-edge-kernel",
    "s1-kernel-edge1",
    "s1-kernel-edge2-laplacian-neg-centre",
    "s1-kernel-sharpen",
    "s2-T-filter-swapped-filter",
    "s2-sobel-grid",
    "s4-7x7-example",
    "s4-blur-correct",
    "s4-downsample-average",
    "s4-kernel-box-blur",
    "s4-kernel-gauss-3x3",
    "s4-kernel-gauss-5x5",
    "s4-kernel-identity",
    "s4-y11-equations",
)
def test_correlation(inputs, expected):
    kernel, bias = kernel_of(inputs), inputs.get("bias", 0)
    options = {"stride": inputs["stride"], "padding": inputs["pad"]}
    same(correlate2d(inputs["image"], kernel, bias=bias, **options), expected["output"])
    if "kernel_sum" in expected:
        assert kernel.sum() == pytest.approx(expected["kernel_sum"])
    if "parameters" in expected:
        counted = conv_parameters(kernel.shape, 1, 1)
        assert counted.parameters == expected["parameters"]


@checks("s4-7x7-true-convolution")
def test_convolution(inputs, expected):
    same(correlate2d(inputs["image"], kernel_of(inputs), flip=True), expected["output"])


@checks("s2-T-filter-result", "s2-T-filter-zero-padded")
def test_printed_result_of_another_filter(inputs, expected):
    image, kernel, padding = inputs["image"], kernel_of(inputs), inputs["pad"]
    for flip, name in ((False, "correct_inner_product"), (True, "correct_true_convolution")):
        output = correlate2d(image, kernel, padding=padding, flip=flip)
        same(output, expected[name])
        differ(output, expected["slide_value"])
    closest, error = least_squares(image, expected["slide_value"], padding)
    if padding:
        assert error == pytest.approx(9.30, abs=0.005)
    else:
        same(closest, [[1, 0, 1], [0, 1, 0], [1, 0, 1]])


@checks("s4-blur")
def test_blur_with_four_wrong_cells(inputs, expected):
    output = correlate2d(inputs["image"], kernel_of(inputs))
    same(output, expected["correct"])
    assert kernel_of(inputs).sum() == pytest.approx(expected["kernel_sum"])
    wrong = [
        [int(row), int(column), expected["slide_value"][row][column], round(output[row, column], 6)]
        for row, column in np.argwhere(~np.isclose(output, expected["slide_value"]))
    ]
    assert wrong == expected["wrong_cells_row_col_printed_correct"]


@checks("s4-learned-theta")
def test_kernel_learned_from_its_output(inputs, expected):
    kernel, error = least_squares(inputs["image"], inputs["target"])
    same(kernel, expected["correct_theta"])
    assert error == pytest.approx(0, abs=1e-12)
    unreachable = least_squares(inputs["image"], expected["slide_value"])[1]
    same(unreachable, expected["residual_for_printed_target"])


@checks("s4-7x7-frame-garbled")
def test_garbled_animation_frame(inputs, expected):
    kernel = kernel_of(inputs)
    same(correlate2d(inputs["image"], kernel), expected["output_of_printed_input"])
    output = correlate2d(CASES["s4-7x7-example"]["inputs"]["image"], kernel)
    same(output, expected["correct_full"])
    frame = np.ravel(expected["correct_frame"]).astype(float)
    same(output.flat[:6], frame[:6])
    differ(output, expected["slide_value"])


@checks("s4-7x7-steps")
def test_outputs_in_the_order_of_the_animation(inputs, expected):
    output = trace(inputs["image"], kernel_of(inputs)).output
    same(output.ravel(), expected["sequence"])
    same(output.flat[: len(expected["shown"])], expected["shown"])


@checks("s1-X-three-steps")
def test_products_and_sum_of_one_window(inputs, expected):
    traced = trace(inputs["window"], kernel_of(inputs))
    products = traced.padded.flat[traced.reads[0]] * traced.kernel.flat[traced.taps]
    same(products.reshape(3, 3), expected["products"])
    same(traced.output, [[expected["sum"]]])


@checks("s0-conv-two-forms")
def test_convolution_is_correlation_with_the_turned_kernel(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    same(correlate2d(image, kernel, flip=True), expected["output"])
    same(correlate2d(image, np.rot90(kernel, 2)), expected["output"])


@checks("s3-correlation-vs-convolution")
def test_correlation_against_convolution(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    same(correlate2d(image, kernel), expected["correlation"])
    same(correlate2d(image, kernel, flip=True), expected["convolution"])
    turned = correlate2d(image, kernel[::-1, ::-1])
    same(turned, expected["correlation_with_flipped_kernel"])


@checks("s0-conv-as-sparse-matrix")
def test_convolution_as_a_matrix(inputs, expected):
    image, kernel = np.array(inputs["image"]), kernel_of(inputs)
    matrix = as_matrix(trace(image, kernel))
    slots = trace(image, kernel).reads.size
    assert matrix.shape == tuple(expected["W_shape"])
    assert slots == expected["W_nonzero_slots"]
    assert np.count_nonzero(matrix) == expected["W_nonzero_values"]
    assert slots / matrix.size == expected["density_of_slots"]
    same(matrix @ image.ravel(), expected["Wf"])


@checks("s2-conv-integral-commutes", "s3-sensor-1d")
def test_convolution_in_one_dimension(inputs, expected):
    first, second = [inputs["a"]], [inputs["b"]]
    same(correlate2d(first, second, padding="full", flip=True)[0], expected["output"])
    same(correlate2d(second, first, padding="full", flip=True)[0], expected["output"])


@checks("s3-fft")
def test_convolution_by_fourier_transform(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    full = correlate2d(image, kernel, padding="full", flip=True)
    same(full, expected["output"])
    size = inputs["fft_size"]
    by_fft = np.fft.irfft2(np.fft.rfft2(image, size) * np.fft.rfft2(kernel, size), size)
    np.testing.assert_allclose(full, by_fft, atol=1e-12)


@checks("s3-equivariance")
def test_a_shifted_input_shifts_the_output(inputs, expected):
    image, kernel = np.array(inputs["image"]), kernel_of(inputs)
    same(correlate2d(image, kernel, padding="same"), expected["output"])
    shifted = np.roll(image, inputs["shift"], (0, 1))
    same(correlate2d(shifted, kernel, padding="same"), expected["output_of_shifted"])


@checks("s1-1x1-depthwise")
def test_a_1x1_convolution_is_pointwise(inputs, expected):
    volume, weights = np.arange(24.0).reshape(3, 2, 4), np.array([1.0, -2.0, 0.5])
    mixed = correlate2d(volume, weights[:, None, None])
    same(mixed, volume[0] - 2 * volume[1] + 0.5 * volume[2])
    pointwise, depthwise = conv_parameters(1, 3, 3), conv_parameters(1, 3, 3, groups=3)
    assert (pointwise.weights, depthwise.weights) == (9, 3)
    assert expected["correct"].startswith("pointwise")
    assert expected["slide_value"].startswith("depthwise")


@checks("s0-cam")
def test_a_class_activation_map_is_a_1x1_convolution(inputs, expected):
    maps, weights = np.array(inputs["maps"]), np.array(inputs["class_weights"])
    cam = correlate2d(maps, weights[:, None, None])
    same(cam, expected["cam"])
    gap = pool2d(maps, maps.shape[1:], reduction="mean")
    same(gap.ravel(), expected["gap"])
    same([cam.mean(), weights @ gap.ravel()], expected["class_score"])


@checks("s2-first-5x5-a", "s2-first-5x5-b")
def test_neighbouring_pixels_are_alike(inputs, expected):
    image = inputs["image"]
    same(pool2d(image, 5, reduction="mean"), [[expected["mean"]]])
    same(pool2d(image, 5), [[expected["max"]]])
    same(-pool2d(np.negative(image), 5), [[expected["min"]]])
    steps = [correlate2d(image, kernel) for kernel in ([[-1, 1]], [[-1], [1]])]
    average = np.mean([np.abs(step) for step in map(np.ravel, steps)])
    same(average, expected["mean_abs_neighbour_difference"])


def test_the_two_printed_patches_differ_more_than_neighbours():
    first, second = (CASES[f"s2-first-5x5-{which}"] for which in "ab")
    apart = np.subtract(first["inputs"]["image"], second["inputs"]["image"])
    same(np.abs(apart).mean(), second["expected"]["mean_abs_difference_to_first"])


@checks("s4-grid-a")
def test_the_letter_a(inputs, expected):
    image = np.array(inputs["image"])
    assert image.shape == (expected["rows"], expected["columns"])
    same(correlate2d(image, np.ones_like(image)), [[expected["sum"]]])
    same([-pool2d(-image, image.shape)[0, 0], pool2d(image, image.shape)[0, 0]], [0, 1])
    assert (expected["min"], expected["max"]) == (0, 1)
