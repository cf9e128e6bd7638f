"""Every worked example of the lecture slides that our functions can compute.

The examples are data (assets/lecture_examples.json); what stands here is which of our functions
answers each. Where the slide is wrong or damaged, the right value must come out, and not the
slide's. The last test sees to it that no example is forgotten.
"""

import itertools
import json

import numpy as np
import pytest
import torch

from cnnviz.convolution import (
    Padding,
    WindowLayer,
    as_matrix,
    backward,
    conv_connections,
    conv_parameters,
    conv_shape,
    correlate2d,
    linear_parameters,
    median2d,
    output_size,
    pool2d,
    receptive_fields,
    trace,
    trace_pool,
    transposed2d,
    transposed_size,
    upsample_nearest,
)
from cnnviz.convolution.examples import EXAMPLES_FILE
from cnnviz.imaging import KERNELS, add_noise, apply_kernel, gaussian_kernel, mean, median, to_grey
from cnnviz.networks import build, summary

CASES = {case["id"]: case for case in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))}
CHECKS = {}

NOT_COMPUTED = {
    "s0-imagenet-14M": "size of a data set",
    "s0-lenet98-title": "title of a paper",
    "s1-lenet-1988": "history",
    "s1-resnet-year": "history",
    "s1-resnet34-beats-googlenet": "published error rates",
    "s1-resnet-deeper-better": "published error rates",
    "s2-convnet-recipe": "rule of thumb",
    "s3-conv-after-fc": "statement about architectures",
    "s3-minibatch-dims": "convention of another library",
    "s3-pretraining-era": "history",
    "s3-sensor-notation": "slip of notation; the sum itself is s3-sensor-1d",
    "s4-alexnet-15.3": "published error rate",
    "s4-ilsvrc-size": "size of a data set",
    "s4-imagenet-pages": "figures of a web page",
    "s4-imagenet-size": "size of a data set",
    "s4-imagenet-tree": "figure of a web page",
    "s4-synset-chordate": "counts of a word tree",
    "s4-synset-small": "counts of a word tree",
    "s4-timeline": "history",
}


def checks(*ids):
    """Register a function (inputs, expected) as the check of these examples."""

    def register(function):
        for id in ids:
            assert id not in CHECKS, f"{id} is checked twice"
            CHECKS[id] = function
        return function

    return register


def same(actual, expected):
    """Equal up to the six decimals that the file keeps."""
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=6e-7)


def differ(actual, slide_value):
    assert not np.allclose(actual, slide_value, atol=1e-3), "the slide would be right"


def kernel_of(inputs):
    return np.array(inputs["kernel"]) / inputs.get("kernel_divisor", 1)


def fractional_size(size, kernel, stride, padding=0):
    """The output size before the floor."""
    out = output_size(size, kernel, stride, padding)
    return out.size + out.remainder / stride


def patches(image, kernel_size=3, padding=0):
    """One row per window, one column per kernel position (im2col)."""
    traced = trace(image, np.ones((kernel_size, kernel_size)), padding=padding)
    return traced.padded.flat[traced.reads]


def least_squares(image, target, padding=0):
    """The 3x3 kernel that comes closest to ``target``, and the squared error it leaves."""
    windows, wanted = patches(image, padding=padding), np.ravel(target)
    kernel = np.linalg.lstsq(windows, wanted)[0]
    return kernel.reshape(3, 3), np.sum((windows @ kernel - wanted) ** 2)


# Correlation and convolution


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
def correlation(inputs, expected):
    kernel, bias = kernel_of(inputs), inputs.get("bias", 0)
    options = {"stride": inputs["stride"], "padding": inputs["pad"]}
    same(correlate2d(inputs["image"], kernel, bias=bias, **options), expected["output"])
    if "kernel_sum" in expected:
        assert kernel.sum() == pytest.approx(expected["kernel_sum"])
    if "parameters" in expected:
        counted = conv_parameters(kernel.shape, 1, 1)
        assert counted.parameters == expected["parameters"]


@checks("s4-7x7-true-convolution")
def convolution(inputs, expected):
    same(correlate2d(inputs["image"], kernel_of(inputs), flip=True), expected["output"])


@checks("s2-T-filter-result", "s2-T-filter-zero-padded")
def printed_result_of_another_filter(inputs, expected):
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
def blur_with_four_wrong_cells(inputs, expected):
    output = correlate2d(inputs["image"], kernel_of(inputs))
    same(output, expected["correct"])
    assert kernel_of(inputs).sum() == pytest.approx(expected["kernel_sum"])
    wrong = [
        [int(row), int(column), expected["slide_value"][row][column], round(output[row, column], 6)]
        for row, column in np.argwhere(~np.isclose(output, expected["slide_value"]))
    ]
    assert wrong == expected["wrong_cells_row_col_printed_correct"]


@checks("s4-learned-theta")
def kernel_learned_from_its_output(inputs, expected):
    kernel, error = least_squares(inputs["image"], inputs["target"])
    same(kernel, expected["correct_theta"])
    assert error == pytest.approx(0, abs=1e-12)
    unreachable = least_squares(inputs["image"], expected["slide_value"])[1]
    same(unreachable, expected["residual_for_printed_target"])


@checks("s4-7x7-frame-garbled")
def garbled_animation_frame(inputs, expected):
    kernel = kernel_of(inputs)
    same(correlate2d(inputs["image"], kernel), expected["output_of_printed_input"])
    output = correlate2d(CASES["s4-7x7-example"]["inputs"]["image"], kernel)
    same(output, expected["correct_full"])
    frame = np.ravel(expected["correct_frame"]).astype(float)
    same(output.flat[:6], frame[:6])
    differ(output, expected["slide_value"])


@checks("s4-7x7-steps")
def outputs_in_the_order_of_the_animation(inputs, expected):
    output = trace(inputs["image"], kernel_of(inputs)).output
    same(output.ravel(), expected["sequence"])
    same(output.flat[: len(expected["shown"])], expected["shown"])


@checks("s1-X-three-steps")
def products_and_sum_of_one_window(inputs, expected):
    traced = trace(inputs["window"], kernel_of(inputs))
    products = traced.padded.flat[traced.reads[0]] * traced.kernel.flat[traced.taps]
    same(products.reshape(3, 3), expected["products"])
    same(traced.output, [[expected["sum"]]])


@checks("s0-conv-two-forms")
def convolution_is_correlation_with_the_turned_kernel(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    same(correlate2d(image, kernel, flip=True), expected["output"])
    same(correlate2d(image, np.rot90(kernel, 2)), expected["output"])


@checks("s3-correlation-vs-convolution")
def correlation_against_convolution(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    same(correlate2d(image, kernel), expected["correlation"])
    same(correlate2d(image, kernel, flip=True), expected["convolution"])
    turned = correlate2d(image, kernel[::-1, ::-1])
    same(turned, expected["correlation_with_flipped_kernel"])


@checks("s0-conv-as-sparse-matrix")
def convolution_as_a_matrix(inputs, expected):
    image, kernel = np.array(inputs["image"]), kernel_of(inputs)
    matrix = as_matrix(trace(image, kernel))
    slots = trace(image, kernel).reads.size
    assert matrix.shape == tuple(expected["W_shape"])
    assert slots == expected["W_nonzero_slots"]
    assert np.count_nonzero(matrix) == expected["W_nonzero_values"]
    assert slots / matrix.size == expected["density_of_slots"]
    same(matrix @ image.ravel(), expected["Wf"])


@checks("s2-conv-integral-commutes", "s3-sensor-1d")
def convolution_in_one_dimension(inputs, expected):
    first, second = [inputs["a"]], [inputs["b"]]
    same(correlate2d(first, second, padding="full", flip=True)[0], expected["output"])
    same(correlate2d(second, first, padding="full", flip=True)[0], expected["output"])


@checks("s3-fft")
def convolution_by_fourier_transform(inputs, expected):
    image, kernel = inputs["image"], kernel_of(inputs)
    full = correlate2d(image, kernel, padding="full", flip=True)
    same(full, expected["output"])
    size = inputs["fft_size"]
    by_fft = np.fft.irfft2(np.fft.rfft2(image, size) * np.fft.rfft2(kernel, size), size)
    np.testing.assert_allclose(full, by_fft, atol=1e-12)


@checks("s3-equivariance")
def a_shifted_input_shifts_the_output(inputs, expected):
    image, kernel = np.array(inputs["image"]), kernel_of(inputs)
    same(correlate2d(image, kernel, padding="same"), expected["output"])
    shifted = np.roll(image, inputs["shift"], (0, 1))
    same(correlate2d(shifted, kernel, padding="same"), expected["output_of_shifted"])


@checks("s1-1x1-depthwise")
def a_1x1_convolution_is_pointwise(inputs, expected):
    volume, weights = np.arange(24.0).reshape(3, 2, 4), np.array([1.0, -2.0, 0.5])
    mixed = correlate2d(volume, weights[:, None, None])
    same(mixed, volume[0] - 2 * volume[1] + 0.5 * volume[2])
    pointwise, depthwise = conv_parameters(1, 3, 3), conv_parameters(1, 3, 3, groups=3)
    assert (pointwise.weights, depthwise.weights) == (9, 3)
    assert expected["correct"].startswith("pointwise")
    assert expected["slide_value"].startswith("depthwise")


@checks("s0-cam")
def a_class_activation_map_is_a_1x1_convolution(inputs, expected):
    maps, weights = np.array(inputs["maps"]), np.array(inputs["class_weights"])
    cam = correlate2d(maps, weights[:, None, None])
    same(cam, expected["cam"])
    gap = pool2d(maps, maps.shape[1:], reduction="mean")
    same(gap.ravel(), expected["gap"])
    same([cam.mean(), weights @ gap.ravel()], expected["class_score"])


@checks("s2-first-5x5-b")
def neighbouring_pixels_are_alike(inputs, expected):
    image = inputs["image"]
    same(pool2d(image, 5, reduction="mean"), [[expected["mean"]]])
    same(pool2d(image, 5), [[expected["max"]]])
    same(-pool2d(np.negative(image), 5), [[expected["min"]]])
    steps = [correlate2d(image, kernel) for kernel in ([[-1, 1]], [[-1], [1]])]
    average = np.mean([np.abs(step) for step in map(np.ravel, steps)])
    same(average, expected["mean_abs_neighbour_difference"])


@checks("s4-grid-a")
def the_letter_a(inputs, expected):
    image = np.array(inputs["image"])
    assert image.shape == (expected["rows"], expected["columns"])
    same(correlate2d(image, np.ones_like(image)), [[expected["sum"]]])
    same([-pool2d(-image, image.shape)[0, 0], pool2d(image, image.shape)[0, 0]], [0, 1])
    assert (expected["min"], expected["max"]) == (0, 1)


# Smoothing, noise and the kernel catalogue


@checks("s0-mean-kernel")
def mean_kernel(inputs, expected):
    same(KERNELS["box-3"].weights, kernel_of(inputs))
    same(KERNELS["box-3"].weights, expected["weight"])
    assert KERNELS["box-3"].sum == expected["sum"]


@checks("s0-mean-window-sizes")
def mean_kernels_of_three_sizes(inputs, expected):
    for size in inputs["sizes"]:
        kernel = KERNELS[f"box-{size}"]
        same(kernel.weights, np.full((size, size), expected[str(size)]["weight"]))
        assert kernel.sum == expected[str(size)]["sum"]


@checks("s0-mean-grid-11x11-garbled")
def mean_of_a_garbled_grid(inputs, expected):
    kernel = kernel_of(inputs)
    printed = correlate2d(inputs["image"], kernel)
    same(printed, expected["output_of_printed_image"])
    right = correlate2d(expected["correct_image"], kernel)
    same(right, expected["output_of_correct_image"])
    assert right.shape == (8, 8) != printed.shape
    filtered = mean(np.array(expected["correct_image"], dtype=np.uint8), 3)
    np.testing.assert_allclose(filtered[1:-1, 1:-1], right, atol=1e-4)


@checks("s0-gauss-density")
def gaussian_density(inputs, expected):
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
def the_median_is_not_linear(inputs, expected):
    first, second = np.array([inputs["a"]]), np.array([inputs["b"]])
    medians = [median2d(window, (1, 3))[0, 0] for window in (first, second, first + second)]
    assert medians == [expected["median_a"], expected["median_b"], expected["median_of_sum"]]
    assert medians[0] + medians[1] == expected["sum_of_medians"] != medians[2]


@checks("s0-median-grid10")
def median_of_a_grid(inputs, expected):
    output = median2d(inputs["image"], inputs["k"])
    same(output, expected["output"])
    filtered = median(np.array(inputs["image"], dtype=np.uint8), inputs["k"])
    same(filtered[1:-1, 1:-1], output)
    for name in ("hole", "isolated"):
        assert filtered[tuple(expected[f"{name}_row_col_in_image"])] == expected[f"{name}_value"]


@checks("s0-salt-mean-vs-median")
def one_white_pixel(inputs, expected):
    window = np.reshape(inputs["window"], (3, 3)).astype(np.uint8)
    same(pool2d(window, 3, reduction="mean"), [[expected["mean"]]])
    same(median2d(window), [[expected["median"]]])
    assert median(window, 3)[1, 1] == expected["median"]
    assert mean(window, 3)[1, 1] == pytest.approx(expected["mean"], rel=1e-5)


@checks("s0-noise-types")
def kinds_of_noise(inputs, expected):
    grey = np.full((200, 200), 128, dtype=np.uint8)
    for kind, name in (("salt-and-pepper", "salt_and_pepper"), ("impulse", "impulse")):
        noisy = add_noise(grey, kind, 0.2)
        assert set(np.unique(noisy[noisy != 128]).tolist()) == set(expected[name])
    deviation = add_noise(grey, "gaussian", 10).astype(float) - 128
    assert abs(deviation.mean()) < 0.5
    assert deviation.std() == pytest.approx(10, rel=0.05)


@checks("s1-grayscale")
def black_and_white(inputs, expected):
    picture = np.array([[[0, 0, 0], [255, 255, 255]]], dtype=np.uint8)
    same(to_grey(picture), [[expected["black"], expected["white"]]])


@checks("s4-unsharp-identity")
def unsharp_mask(inputs, expected):
    identity = np.zeros((5, 5))
    identity[2, 2] = 1
    row = np.array([1, 4, 6, 4, 1])
    same(KERNELS["gaussian-5"].weights, np.outer(row, row) / 256)
    same(KERNELS["unsharp-5"].weights, 2 * identity - KERNELS["gaussian-5"].weights)
    assert KERNELS["unsharp-5"].weights[2, 2] == expected["centre"] == -476 / -256


@checks("s4-laplacian-sign")
def two_signs_of_the_laplacian(inputs, expected):
    same(KERNELS["laplacian-4"].weights, inputs["deck1"])
    same(KERNELS["laplacian-4-neg"].weights, inputs["deck4"])
    same(KERNELS["laplacian-4-neg"].weights, -KERNELS["laplacian-4"].weights)
    assert expected["relation"] == "deck4 = -deck1"


@checks("s4-sharpen-identity")
def sharpening_is_identity_plus_edges(inputs, expected):
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


# Pooling, upsampling and transposed convolution


@checks("s0-maxpool-2x2s2", "s4-downsample-max")
def max_pooling(inputs, expected):
    same(pool2d(inputs["image"], inputs["k"], stride=inputs["s"]), expected["output"])


@checks("s2-avgpool-text")
def average_pooling_is_no_maximum(inputs, expected):
    window, stride = inputs["k"], inputs["s"]
    average = pool2d(inputs["image"], window, reduction="mean", stride=stride)
    same(average, expected["output"])
    assert expected["slide_value"] == "keep the maximum value"
    differ(average, pool2d(inputs["image"], window, stride=stride))


@checks("s0-holder-mean")
def holder_mean_pooling(inputs, expected):
    for power, output in expected["output_by_p"].items():
        pooled = pool2d(inputs["image"], inputs["k"], reduction="holder", power=float(power))
        same(pooled, output)
    same(pool2d(inputs["image"], inputs["k"]), expected["p_inf"])


@checks("s1-l2pool")
def l2_pooling(inputs, expected):
    same(pool2d(inputs["image"], inputs["k"], reduction="lp", power=2), expected["output"])


@checks("s3-pool-invariance")
def pooling_forgives_small_shifts(inputs, expected):
    for image, output in zip(inputs["images"], expected["outputs"], strict=True):
        same(pool2d(image, inputs["k"], stride=inputs["s"]), output)


@checks("s1-pool-scale-invariance")
def pooling_does_not_forgive_scale(inputs, expected):
    spot = np.zeros((8, 8))
    spot[2, 2] = 9
    shifted = np.roll(spot, 1, axis=1)
    scaled = upsample_nearest(spot, 2)[:8, :8]
    same(pool2d(shifted, 2), pool2d(spot, 2))
    differ(pool2d(scaled, 2), pool2d(spot, 2))
    assert "no scale invariance" in expected["correct"]
    assert expected["slide_value"] == "scale invariance"


@checks("s3-pool-75")
def pooling_discards_three_quarters(inputs, expected):
    image = np.ones((8, 8))
    kept = pool2d(image, inputs["k"], stride=inputs["s"]).size / image.size
    assert 1 - kept == expected["fraction"]


@checks("s3-pool-depth")
def pooling_keeps_the_depth(inputs, expected):
    height, width, depth = inputs["input"]
    pooled = pool2d(np.zeros((depth, height, width)), inputs["k"], stride=inputs["s"])
    assert [*pooled.shape[1:], pooled.shape[0]] == expected["output"]
    assert expected["parameters"] == 0
    assert trace_pool(np.zeros((4, 4)), inputs["k"]).kernel is None


@checks("s1-upsample-nn")
def nearest_neighbour_upsampling(inputs, expected):
    same(upsample_nearest(inputs["image"], inputs["factor"]), expected["output"])


@checks("s1-transposed-spreadsheet", "s3-transposed-2to5")
def transposed_convolution(inputs, expected):
    image, kernel, stride = inputs["image"], kernel_of(inputs), inputs["stride"]
    output = transposed2d(image, kernel, stride=stride, padding=inputs["pad"])
    same(output, expected["output"])
    assert transposed_size(len(image), len(kernel), stride) == len(output)
    assert expected.get("output_side", len(output)) == len(output)
    spread = np.zeros([stride * (side - 1) + 1 for side in np.shape(image)])
    spread[::stride, ::stride] = image
    same(correlate2d(spread, kernel, padding="full", flip=True), output)


@checks("s1-transposed-output-view")
def inputs_that_reach_each_output(inputs, expected):
    size, kernel = inputs["n"], inputs["k"]
    ones = transposed2d(np.ones((size, size)), np.ones((kernel, kernel)), stride=inputs["s"])
    same(ones, expected["counts"])


@checks("s1-checkerboard")
def uneven_overlap(inputs, expected):
    for kernel, stride in inputs["cases"]:
        counts = transposed2d(np.ones((1, inputs["n"])), np.ones((1, kernel)), stride=(1, stride))
        same(counts[0], expected[f"k{kernel}s{stride}"])
    square = transposed2d(np.ones((4, 4)), np.ones((3, 3)), stride=2)
    assert square.max() == expected["k3s2_2d_max"]


@checks("s0-relu")
def rectifier(inputs, expected):
    layer = build([{"layer": "relu"}], (1, 2, 2))
    output = layer(torch.tensor([[inputs["x"]]], dtype=torch.float64))
    same(output[0, 0].numpy(), expected["output"])


# Gradients


@checks("s2-conv-gradient")
def gradient_of_the_weights(inputs, expected):
    traced = trace(inputs["image"], kernel_of(inputs))
    gradient = backward(traced, np.ones((3, 3))).kernel[0]
    same(gradient, expected["grad_correlation_convention"])
    flipped = trace(inputs["image"], kernel_of(inputs), flip=True)
    as_typed = backward(flipped, np.ones((3, 3))).kernel[0, ::-1, ::-1]
    same(as_typed, expected["grad_convolution_convention"])
    one_output = np.zeros((3, 3))
    one_output[1, 1] = 1
    single = backward(traced, one_output).kernel[0]
    same(single, np.array(inputs["image"])[1:4, 1:4])
    differ(single, gradient)  # the slide's formula gives the sum over all outputs


@checks("s3-backward-is-conv")
def backward_is_convolution(inputs, expected):
    image, kernel, upstream = inputs["image"], kernel_of(inputs), inputs["upstream"]
    gradients = backward(trace(image, kernel), upstream)
    same(gradients.image[0], expected["grad_input"])
    same(gradients.kernel[0], expected["grad_kernel"])
    same(correlate2d(upstream, kernel, padding="full", flip=True), expected["grad_input"])
    same(correlate2d(image, upstream), expected["grad_kernel"])


@checks("s2-maxpool-gradient", "s2-avgpool-gradient")
def gradient_of_pooling(inputs, expected):
    reduction = {"max": "max", "avg": "mean"}[inputs["mode"]]
    traced = trace_pool(inputs["image"], inputs["k"], reduction=reduction, stride=inputs["s"])
    gradient = backward(traced, inputs["upstream"]).image[0]
    same(gradient, expected["grad"])
    if "argmax" in expected:
        taken = sorted(map(list, np.argwhere(gradient)))
        assert taken == sorted(itertools.chain.from_iterable(expected["argmax"]))


# Sizes and padding


@checks("s0-size-change")
def valid_and_same_sizes(inputs, expected):
    none, half = inputs["p"]
    assert output_size(inputs["m"], inputs["k"], 1, none).size == expected["valid"]
    assert output_size(inputs["m"], inputs["k"], 1, half).size == expected["same"]


@checks(
    "s0-stride2-halves",
    "s1-stride1",
    "s1-stride2",
    "s2-24-positions",
    "s2-good-practice",
    "s2-output-dims",
    "s3-7-3-s1",
    "s3-7-pad1",
)
def size_after_a_window(inputs, expected):
    sizes = [
        output_size(int(size), inputs["k"], inputs["s"], inputs["p"]).size
        for size in np.atleast_1d(inputs["m"])
    ]
    assert sizes == np.atleast_1d(expected["out"]).tolist()


@checks("s3-size-formula")
def size_formula_on_eight_layers(inputs, expected):
    assert [output_size(*example).size for example in inputs["examples"]] == expected["out"]


@checks("s0-positions")
def positions_of_one_filter(inputs, expected):
    side = output_size(inputs["m"], inputs["k"]).size
    assert (side, side**2) == (expected["side"], expected["units"])
    assert -(-(10**5) // side**2) == expected["maps_for_1e5_units"]


@checks("s1-shared-weights-formula")
def units_of_a_shared_kernel(inputs, expected):
    shape = conv_shape((1, inputs["m"], inputs["m"]), inputs["k"], 1)
    assert list(shape[1:]) == expected["hidden"]
    assert conv_parameters(inputs["k"], 1, 1).parameters == expected["parameters_per_map"]
    assert trace(np.ones((6, 6)), np.ones((5, 5)), bias=1.0).operator == "correlation"


@checks("s4-stride2-9-patches")
def nine_patches(inputs, expected):
    traced = trace(np.ones((inputs["m"],) * 2), np.ones((inputs["k"],) * 2), stride=inputs["s"])
    assert traced.output.shape == (expected["side"], expected["side"])
    assert len(traced.reads) == expected["patches"]


@checks("s0-stride-overlap")
def overlap_of_neighbouring_windows(inputs, expected):
    shared = []
    for stride in inputs["strides"]:
        row = trace(np.ones((1, 9)), np.ones((1, inputs["k"])), stride=stride)
        shared.append(len(set(row.reads[0]) & set(row.reads[1])))
    assert shared == expected["shared_columns"]


@checks("s2-6x6-2.5")
def a_size_that_needs_stride_2(inputs, expected):
    right = fractional_size(inputs["m"], inputs["k"], inputs["s"])
    assert right == expected["correct"] != expected["slide_value"]
    assert fractional_size(inputs["m"], inputs["k"], 2) == expected["with_stride_2"]


@checks("s3-7-3-s3-not-fit")
def a_stride_that_does_not_fit(inputs, expected):
    out = output_size(inputs["m"], inputs["k"], inputs["s"])
    assert out.size == expected["floor"]
    assert (out.remainder == 0) is expected["fits"]
    same(fractional_size(inputs["m"], inputs["k"], inputs["s"]), expected["real"])
    assert round(expected["real"], 1) == expected["slide_rounded"]


@checks("s2-padded-matrix-garbled")
def a_padded_image(inputs, expected):
    padded = trace(inputs["image"], np.ones((3, 3)), padding=inputs["p"]).padded[0]
    same(padded, expected["correct"])
    assert list(padded.shape) not in expected["printed_shapes"]


@checks("s3-pad-figure-garbled")
def a_padded_shape(inputs, expected):
    image = np.ones((inputs["m"], inputs["m"]))
    padded = trace(image, np.ones((3, 3)), padding=inputs["p"]).padded[0]
    assert list(padded.shape) == expected["correct_shape"] != expected["printed_shape"]


@checks("s3-preserve-pad")
def padding_that_keeps_the_size(inputs, expected):
    for kernel, pad in zip(inputs["k"], expected["pad"], strict=True):
        assert Padding("same").resolve((kernel, kernel)) == ((pad, pad), (pad, pad))


@checks("s3-pad-schemes")
def padding_schemes_for_any_kernel(inputs, expected):
    for size, kernel in itertools.product(range(8, 12), range(1, 8)):
        outs, pads = {}, {}
        for scheme in ("full", "same", "valid"):
            pads[scheme] = Padding(scheme).resolve((kernel, kernel))[1]
            outs[scheme] = output_size(size, kernel, 1, pads[scheme]).size
        assert outs == {"full": size + kernel - 1, "same": size, "valid": size - kernel + 1}
        assert pads["full"] == (kernel - 1, kernel - 1)
        assert pads["same"] == ((kernel - 1) // 2, kernel // 2)
        assert pads["valid"] == (0, 0)


@checks("s3-m5k3", "s3-m5k4")
def padding_schemes_in_numbers(inputs, expected):
    kernel = inputs["k"]
    for scheme in ("full", "same", "valid"):
        pads = Padding(scheme).resolve((kernel, kernel))[1]
        assert output_size(inputs["m"], kernel, 1, pads).size == expected[scheme]
        allowed = np.reshape(expected["zeros"][scheme], (-1, 2)).tolist()
        assert list(pads) in allowed


@checks("s0-28x28x1", "s0-28x28x6", "s0-1x1", "s3-32-filters", "s4-rgb-3-floats")
def shape_of_a_convolution(inputs, expected):
    height, width, depth = inputs["input"]
    options = {"stride": inputs["s"], "padding": inputs["p"]}
    shape = conv_shape((depth, height, width), inputs["k"], inputs["filters"], **options)
    channels, rows, columns = shape
    assert [rows, columns, channels] == expected.get("output", expected.get("example_output"))
    assert channels == expected.get("output_depth", channels)
    assert depth == expected.get("channels", depth)
    counted = conv_parameters(inputs["k"], depth, inputs["filters"])
    assert counted.weights == expected.get("weights", counted.weights)
    assert counted.parameters == expected.get("with_bias", counted.parameters)
    per_output = conv_parameters(inputs["k"], depth, 1).weights
    assert per_output == expected.get("dot_product_length", per_output)


@checks("s0-3-6-10-stack")
def two_layers(inputs, expected):
    height, width, depth = inputs["input"]
    shapes, counts = [(depth, height, width)], []
    for kernel, filters in inputs["layers"]:
        counts.append(conv_parameters(kernel, shapes[-1][0], filters))
        shapes.append(conv_shape(shapes[-1], kernel, filters))
    assert [[rows, columns, depth] for depth, rows, columns in shapes] == expected["shapes"]
    assert [count.weights for count in counts] == expected["weights"]
    assert [count.parameters for count in counts] == expected["with_bias"]


@checks("s0-receptive-field")
def receptive_fields_of_three_stacks(inputs, expected):
    def sizes(name):
        return [
            field.size
            for field in receptive_fields(
                WindowLayer(*kernel_stride) for kernel_stride in inputs[name]
            )
        ]

    assert sizes("layers_k_s") == expected["after_each"]
    assert sizes("two_3x3")[-1] == expected["two_3x3"]
    assert sizes("three_3x3")[-1] == expected["three_3x3"]


# Counts


@checks("s0-fc-200x200", "s2-hd-inputs", "s2-alexnet-input", "s3-3e6")
def one_neuron_that_sees_the_whole_image(inputs, expected):
    height, width, *depth = inputs["factors"]
    (count,) = expected.values()
    assert conv_parameters((height, width), *(depth or [1]), 1, bias=False).parameters == count
    assert linear_parameters(np.prod(inputs["factors"]), 1, bias=False).weights == count


@checks("s0-input-32x32x3", "s0-75-params", "s2-147", "s3-1x1x64")
def weights_of_one_filter(inputs, expected):
    height, width, depth = inputs["factors"]
    weights = conv_parameters((height, width), depth, 1).weights
    assert weights == next(iter(expected.values()))
    assert depth == expected.get("depth", depth)


@checks("s0-local-10x10")
def local_connections(inputs, expected):
    side, _, units = inputs["factors"]
    assert conv_connections((1, 1), side, 1, 1) == expected["per_unit"]
    assert conv_connections((1, units), side, 1, 1) == expected["total"]


@checks("s0-weight-sharing-100")
def shared_weights(inputs, expected):
    weights = conv_parameters(inputs["factors"], 1, 1).weights
    assert weights == expected["parameters_shared"]
    assert conv_connections((1, 10**5), 10, 1, 1) == expected["parameters_unshared"]


@checks("s0-W-nonzeros")
def the_matrix_of_a_layer_is_sparse(inputs, expected):
    rows, slots = inputs["factors"]
    channels, height, width = conv_shape((3, 32, 32), 5, 6)
    assert (channels * height * width, conv_parameters(5, 3, 1).weights) == (rows, slots)
    assert conv_connections((height, width), 5, 3, 6) == expected["nonzero_slots"]
    one_filter = as_matrix(trace(np.ones((3, 32, 32)), np.ones((3, 5, 5))))
    assert 6 * np.count_nonzero(one_filter) == expected["nonzero_slots"]
    same(np.count_nonzero(one_filter) / one_filter.size, expected["density"])
    shared = conv_parameters(5, 3, 6).weights
    assert shared == expected["distinct_weights"]
    assert 6 * one_filter.size / shared == pytest.approx(expected["ratio_dense_to_conv"])


@checks("s2-735")
def neurons_at_one_place(inputs, expected):
    depth, height, width, channels = inputs["factors"]
    assert depth == expected["depth"]
    assert conv_connections((1, 1), (height, width), channels, depth) == expected["weights"]


@checks("s2-423K", "s2-46M")
def unshared_weights(inputs, expected):
    rows, columns, depth, per_filter = inputs["factors"]
    image = {24: 30, 250: 256}[rows]
    assert conv_shape((3, image, image), 7, depth) == (depth, rows, columns)
    assert conv_parameters(7, 3, 1).weights == per_filter
    count = conv_connections((rows, columns), 7, 3, depth)
    assert count == expected["exact"]
    assert count == pytest.approx(expected["slide_rounded"], rel=0.002)


@checks("s2-85K")
def unshared_weights_of_the_wrong_depth(inputs, expected):
    rows, columns, depth, _ = inputs["factors"]
    count = conv_connections((rows, columns), 7, 3, depth)
    assert count == expected["correct"]
    differ(count, expected["slide_value"])
    shallow = conv_connections((rows, columns), 7, 3, 1)
    assert shallow == expected["depth_1_value"]
    assert round(shallow, -3) == expected["slide_value"]


@checks("s3-1x1x10")
def ten_classes(inputs, expected):
    height, width, _ = inputs["factors"]
    shape = conv_shape((64, 8, 8), 8, expected["classes"])
    assert shape == (expected["classes"], height, width)


@checks("s0-100-filters", "s1-520", "s2-shared-735", "s3-layer-params")
def parameters_of_a_convolution(inputs, expected):
    channels = (inputs["c_in"], inputs["c_out"])
    counted = conv_parameters(inputs["k"], *channels, bias=inputs["bias"])
    assert counted.parameters == expected["parameters"]
    assert counted.weights == expected.get("weights", counted.weights)
    assert counted.biases == expected.get("biases", counted.biases)
    if "reduction_from_unshared" in expected:
        unshared = conv_connections((24, 24), inputs["k"], *channels)
        assert unshared / counted.weights == expected["reduction_from_unshared"]


@checks("s1-23550", "s2-200M")
def parameters_of_a_dense_layer(inputs, expected):
    count = linear_parameters(inputs["n_in"], inputs["n_out"], bias=inputs["bias"]).parameters
    assert count == expected.get("parameters", expected.get("exact"))
    assert round(count, -7) == expected.get("slide_rounded", round(count, -7))


@checks("s3-edge-ops")
def operations_of_an_edge_filter(inputs, expected):
    rows, columns = inputs["h"], output_size(inputs["in_w"], 2).size
    assert columns == inputs["out_w"]
    outputs = trace(np.ones((rows, inputs["in_w"])), [[-1, 1]]).output.size
    assert outputs * inputs["ops_per_output"] == expected["conv_ops"]
    entries = linear_parameters(rows * inputs["in_w"], outputs, bias=False).weights
    assert entries == expected["matrix_entries"]
    assert 2 * entries == expected["matrix_ops"]
    assert 2 * entries / expected["conv_ops"] == pytest.approx(expected["speedup"])


@checks("s3-layer-table")
def layers_with_parameters(inputs, expected):
    kinds = {"CONV": "conv", "RELU": "relu", "POOL": "maxpool", "FC": "linear"}
    spec = [
        {"layer": "conv", "out": 4, "kernel": 3},
        {"layer": "relu"},
        {"layer": "maxpool", "kernel": 2},
        {"layer": "flatten"},
        {"layer": "linear", "out": 10},
    ]
    rows = {row.kind: row.parameters > 0 for row in summary(spec, (1, 8, 8))}
    assert {name: rows[kind] for name, kind in kinds.items()} == expected["parameters"]


# Whole networks


@checks("s1-alexnet-60M")
def alexnet(inputs, expected):
    dense = [linear_parameters(9216, 4096), linear_parameters(4096, 4096)]
    dense.append(linear_parameters(4096, 1000))
    for groups, total in ((2, expected["parameters"]), (1, expected["ungrouped"])):
        layers = [
            conv_parameters(11, 3, 96),
            conv_parameters(5, 96, 256, groups=groups),
            conv_parameters(3, 256, 384),
            conv_parameters(3, 384, 384, groups=groups),
            conv_parameters(3, 384, 256, groups=groups),
            *dense,
        ]
        assert sum(layer.parameters for layer in layers) == total
        if groups == 2:
            per_filter = [[layer.biases, layer.weights // layer.biases] for layer in layers]
            assert per_filter == inputs["layers"]
    assert f"{expected['parameters'] / 1e6:.0f}" == "61"
    assert expected["rounded"] == "60M"


@checks("s2-alexnet-neurons-1")
def neurons_of_alexnets_first_layer(inputs, expected):
    small, large = (fractional_size(size, inputs["k"], inputs["s"]) for size in inputs["m"])
    assert (small, large) == (expected["size_from_224"], expected["size_from_227"])
    neurons = np.prod(conv_shape((3, 227, 227), inputs["k"], 96, stride=inputs["s"]))
    assert neurons == expected["correct"] != expected["slide_value"]
    others = sum(CASES["s2-alexnet-neurons-2-8"]["expected"]["neurons"])
    assert neurons + others == expected["total_with_correct"]
    assert expected["slide_value"] + others == expected["total_with_slide_value"]


@checks("s2-alexnet-neurons-2-8")
def neurons_of_alexnets_other_layers(inputs, expected):
    def halve(size):
        return output_size(size, 3, 2).size

    first = output_size(227, 11, 4).size
    second = conv_shape((96, halve(first), halve(first)), 5, 256, padding=2)
    shape = (256, halve(second[1]), halve(second[2]))
    shapes = [second]
    for filters in (384, 384, 256):
        shape = conv_shape(shape, 3, filters, padding=1)
        shapes.append(shape)
    neurons = [*(int(np.prod(shape)) for shape in shapes), 4096, 4096, 1000]
    assert neurons == expected["neurons"]
    assert [int(np.prod(shape)) for shape in inputs["shapes"]] == neurons


def vgg(convs_per_block, *, third_is_1x1=False):
    """Parameters of a VGG network on 224x224 colour pictures (Simonyan & Zisserman, table 1)."""
    shape, total = (3, 224, 224), 0
    for convs, filters in zip(convs_per_block, (64, 128, 256, 512, 512), strict=True):
        for index in range(convs):
            kernel = 1 if third_is_1x1 and index == 2 else 3
            total += conv_parameters(kernel, shape[0], filters).parameters
            shape = conv_shape(shape, kernel, filters, padding=kernel // 2)
        shape = (filters, output_size(shape[1], 2, 2).size, output_size(shape[2], 2, 2).size)
    sizes = (int(np.prod(shape)), 4096, 4096, 1000)
    return total + sum(linear_parameters(*pair).parameters for pair in itertools.pairwise(sizes))


@checks("s2-vgg-params")
def vgg_parameters(inputs, expected):
    for name, convs in inputs["convs_per_block"].items():
        count = vgg(convs, third_is_1x1=name == "C")
        assert count == expected["exact"][name]
        assert round(count / 1e6) == expected["millions"][name]


@checks("s2-vgg-E-column")
def vgg_e_lost_three_layers(inputs, expected):
    assert inputs["convs_per_block"]["E"] == expected["slide_value"]["convs_per_block"]
    assert vgg(expected["slide_value"]["convs_per_block"]) == expected["params_of_printed_column"]
    assert vgg(expected["correct"]) != expected["params_of_printed_column"]
    weight_layers = sum(expected["correct"]) + inputs["fc_layers"]
    assert weight_layers == expected["correct_weight_layers"]
    assert weight_layers != expected["slide_value"]["weight_layers"]


@checks("s2-vgg-layer-counts")
def vgg_layer_counts(inputs, expected):
    blocks = inputs["convs_per_block"]
    counts = {name: sum(convs) + inputs["fc_layers"] for name, convs in blocks.items()}
    assert counts == expected["weight_layers"]


@checks("s0-vgg16-layers")
def vgg16(inputs, expected):
    blocks = expected["conv_per_block"]
    assert (len(blocks), sum(blocks) + expected["dense"]) == (
        expected["pools"],
        expected["weight_layers"],
    )
    assert vgg(blocks) == CASES["s2-vgg-params"]["expected"]["exact"]["D"]


def inception(module):
    """The six convolutions of an inception module (Szegedy et al., 2015)."""
    inputs, ones, reduce3, threes, reduce5, fives, pool = module
    return [
        conv_parameters(1, inputs, ones),
        conv_parameters(1, inputs, reduce3),
        conv_parameters(3, reduce3, threes),
        conv_parameters(1, inputs, reduce5),
        conv_parameters(5, reduce5, fives),
        conv_parameters(1, inputs, pool),
    ]


@checks("s1-1x1-reduction")
def inception_3a(inputs, expected):
    names = ("c_in", "b1", "r3", "b3", "r5", "b5", "pool_proj")
    depth, ones, _, threes, _, fives, pool = sizes = [inputs[name] for name in names]
    reduced = sum(layer.weights for layer in inception(sizes))
    assert reduced == expected["reduced_weights"]
    naive = [
        conv_parameters(kernel, depth, filters).weights
        for kernel, filters in ((1, ones), (3, threes), (5, fives))
    ]
    assert sum(naive) == expected["naive_weights"]
    assert ones + threes + fives + pool == expected["reduced_output_depth"]
    assert ones + threes + fives + depth == expected["naive_output_depth"]


@checks("s1-googlenet-4M")
def googlenet(inputs, expected):
    stem = [conv_parameters(7, 3, 64), conv_parameters(1, 64, 64), conv_parameters(3, 64, 192)]
    modules = inputs["modules_in_1x1_r3_3x3_r5_5x5_pool"]
    layers = [*stem, *itertools.chain.from_iterable(inception(module) for module in modules)]
    without_classifier = sum(layer.parameters for layer in layers)
    assert without_classifier == expected["without_final_fc"]
    total = without_classifier + linear_parameters(1024, 1000).parameters
    assert total == expected["correct"]
    differ(total / 1e6, expected["slide_value"] / 1e6)
    alexnet_total = CASES["s1-alexnet-60M"]["expected"]["parameters"]
    assert alexnet_total / total == pytest.approx(expected["ratio"], abs=1e-5)


@checks("s1-9-inception")
def inception_modules(inputs, expected):
    modules = CASES["s1-googlenet-4M"]["inputs"]["modules_in_1x1_r3_3x3_r5_5x5_pool"]
    assert len(modules) == expected["modules"]
    for (_, ones, _, threes, _, fives, pool), (depth, *_) in itertools.pairwise(modules):
        assert ones + threes + fives + pool == depth


@pytest.mark.parametrize("id", CHECKS)
def test_example(id):
    CHECKS[id](CASES[id]["inputs"], CASES[id]["expected"])


def test_every_example_is_checked_or_has_a_reason_not_to_be():
    assert not CHECKS.keys() & NOT_COMPUTED.keys()
    assert CHECKS.keys() | NOT_COMPUTED.keys() == CASES.keys()
    assert all(NOT_COMPUTED.values())
