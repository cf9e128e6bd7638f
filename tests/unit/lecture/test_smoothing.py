"""Smoothing, noise and the kernel catalogue."""

import numpy as np
import pytest

from cnnviz.convolution import correlate2d, median2d, pool2d
from cnnviz.imaging import KERNELS, add_noise, apply_kernel, gaussian_kernel, mean, median, to_grey
from tests.unit.lecture.slides import CASES, checks, differ, kernel_of, same


@checks("s0-mean-kernel")
def test_mean_kernel(inputs, expected):
    same(KERNELS["box-3"].weights, kernel_of(inputs))
    same(KERNELS["box-3"].weights, expected["weight"])
    assert KERNELS["box-3"].sum == expected["sum"]


@checks("s0-mean-window-sizes")
def test_mean_kernels_of_three_sizes(inputs, expected):
    for size in inputs["sizes"]:
        kernel = KERNELS[f"box-{size}"]
        same(kernel.weights, np.full((size, size), expected[str(size)]["weight"]))
        assert kernel.sum == expected[str(size)]["sum"]


@checks("s0-mean-grid-11x11-garbled")
def test_mean_of_a_garbled_grid(inputs, expected):
    kernel = kernel_of(inputs)
    printed = correlate2d(inputs["image"], kernel)
    same(printed, expected["output_of_printed_image"])
    right = correlate2d(expected["correct_image"], kernel)
    same(right, expected["output_of_correct_image"])
    assert right.shape == (8, 8) != printed.shape
    filtered = mean(np.array(expected["correct_image"], dtype=np.uint8), 3)
    np.testing.assert_allclose(filtered[1:-1, 1:-1], right, atol=1e-4)


@checks("s0-gauss-density")
def test_gaussian_density(inputs, expected):
    sigma, step = inputs["sigma"], 0.05
    distance = np.arange(-8, 8, step) ** 2
    squared = distance[:, None] + distance
    for divisor, integral in (
        (2 * sigma**2, expected["correct_integral"]),
        (sigma**2, expected["slide_value"]["integral"]),
    ):
        density = np.exp(-squared / divisor) / (2 * np.pi * sigma**2)
        same(density.sum() * step**2, integral)
    weights = gaussian_kernel(sigma, 3)
    fall = weights[1, 2] / weights[1, 1]
    same(fall, np.exp(-1 / (2 * sigma**2)))
    differ(fall, np.exp(-1 / sigma**2))


@checks("s0-median-nonlinear")
def test_the_median_is_not_linear(inputs, expected):
    first, second = np.array([inputs["a"]]), np.array([inputs["b"]])
    medians = [median2d(window, (1, 3))[0, 0] for window in (first, second, first + second)]
    assert medians == [expected["median_a"], expected["median_b"], expected["median_of_sum"]]
    assert medians[0] + medians[1] == expected["sum_of_medians"] != medians[2]


@checks("s0-median-grid10")
def test_median_of_a_grid(inputs, expected):
    output = median2d(inputs["image"], inputs["k"])
    same(output, expected["output"])
    filtered = median(np.array(inputs["image"], dtype=np.uint8), inputs["k"])
    same(filtered[1:-1, 1:-1], output)
    for name in ("hole", "isolated"):
        assert filtered[tuple(expected[f"{name}_row_col_in_image"])] == expected[f"{name}_value"]


@checks("s0-salt-mean-vs-median")
def test_one_white_pixel(inputs, expected):
    window = np.reshape(inputs["window"], (3, 3)).astype(np.uint8)
    same(pool2d(window, 3, reduction="mean"), [[expected["mean"]]])
    same(median2d(window), [[expected["median"]]])
    assert median(window, 3)[1, 1] == expected["median"]
    assert mean(window, 3)[1, 1] == pytest.approx(expected["mean"], rel=1e-5)


@checks("s0-noise-types")
def test_kinds_of_noise(inputs, expected):
    grey = np.full((200, 200), 128, dtype=np.uint8)
    for kind, name in (("salt-and-pepper", "salt_and_pepper"), ("impulse", "impulse")):
        noisy = add_noise(grey, kind, 0.2)
        assert set(np.unique(noisy[noisy != 128]).tolist()) == set(expected[name])
    deviation = add_noise(grey, "gaussian", 10).astype(float) - 128
    assert abs(deviation.mean()) < 0.5
    assert deviation.std() == pytest.approx(10, rel=0.05)


@checks("s1-grayscale")
def test_black_and_white(inputs, expected):
    picture = np.array([[[0, 0, 0], [255, 255, 255]]], dtype=np.uint8)
    same(to_grey(picture), [[expected["black"], expected["white"]]])


@checks("s4-unsharp-identity")
def test_unsharp_mask(inputs, expected):
    identity = np.zeros((5, 5))
    identity[2, 2] = 1
    row = np.array([1, 4, 6, 4, 1])
    same(KERNELS["gaussian-5"].weights, np.outer(row, row) / 256)
    same(KERNELS["unsharp-5"].weights, 2 * identity - KERNELS["gaussian-5"].weights)
    assert KERNELS["unsharp-5"].weights[2, 2] == expected["centre"] == -476 / -256


@checks("s4-laplacian-sign")
def test_two_signs_of_the_laplacian(inputs, expected):
    same(KERNELS["laplacian-4"].weights, inputs["deck1"])
    same(KERNELS["laplacian-4-neg"].weights, inputs["deck4"])
    same(KERNELS["laplacian-4-neg"].weights, -KERNELS["laplacian-4"].weights)
    assert expected["relation"] == "deck4 = -deck1"


@checks("s4-sharpen-identity")
def test_sharpening_is_identity_plus_edges(inputs, expected):
    edges = KERNELS["identity"].weights + KERNELS["laplacian-4-neg"].weights
    assert np.array_equal(KERNELS["sharpen"].weights, edges) is expected["holds"]


CATALOGUE = {
    "s0-vertical-edge-kernel": "prewitt-x",
    "s1-kernel-edge2-laplacian-neg-centre": "laplacian-4",
    "s1-kernel-sharpen": "sharpen",
    "s2-sobel-grid": "sobel-x",
    "s4-kernel-box-blur": "box-3",
    "s4-kernel-gauss-3x3": "gaussian-3",
    "s4-kernel-gauss-5x5": "gaussian-5",
    "s4-kernel-identity": "identity",
}


@pytest.mark.parametrize(("id", "name"), CATALOGUE.items())
def test_the_catalogue_has_the_slides_kernels(id, name):
    inputs, expected = CASES[id]["inputs"], CASES[id]["expected"]
    weights = KERNELS[name].weights
    same(weights, kernel_of(inputs))
    margin = len(weights) // 2
    filtered = apply_kernel(np.array(inputs["image"], dtype=np.float32), weights)
    same(filtered[margin:-margin, margin:-margin], expected["output"])
