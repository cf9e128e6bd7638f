"""Pooling, upsampling and transposed convolution."""

import numpy as np
import torch

from cnnviz.convolution import (
    correlate2d,
    pool2d,
    trace_pool,
    transposed2d,
    transposed_size,
)
from cnnviz.inspection.torch_reference import upsampled
from cnnviz.networks import build
from tests.unit.lecture.slides import checks, differ, kernel_of, same


@checks("s0-maxpool-2x2s2", "s4-downsample-max")
def test_max_pooling(inputs, expected):
    same(pool2d(inputs["image"], inputs["k"], stride=inputs["s"]), expected["output"])


@checks("s2-avgpool-text")
def test_average_pooling_is_no_maximum(inputs, expected):
    window, stride = inputs["k"], inputs["s"]
    average = pool2d(inputs["image"], window, reduction="mean", stride=stride)
    same(average, expected["output"])
    assert expected["slide_value"] == "keep the maximum value"
    differ(average, pool2d(inputs["image"], window, stride=stride))


@checks("s0-holder-mean")
def test_holder_mean_pooling(inputs, expected):
    for power, output in expected["output_by_p"].items():
        pooled = pool2d(inputs["image"], inputs["k"], reduction="holder", power=float(power))
        same(pooled, output)
    same(pool2d(inputs["image"], inputs["k"]), expected["p_inf"])


@checks("s1-l2pool")
def test_l2_pooling(inputs, expected):
    same(pool2d(inputs["image"], inputs["k"], reduction="lp", power=2), expected["output"])


@checks("s3-pool-invariance")
def test_pooling_forgives_small_shifts(inputs, expected):
    for image, output in zip(inputs["images"], expected["outputs"], strict=True):
        same(pool2d(image, inputs["k"], stride=inputs["s"]), output)


@checks("s1-pool-scale-invariance")
def test_pooling_does_not_forgive_scale(inputs, expected):
    spot = np.zeros((8, 8))
    spot[2, 2] = 9
    shifted = np.roll(spot, 1, axis=1)
    scaled = upsampled(spot)["Nearest"][:8, :8]
    same(pool2d(shifted, 2), pool2d(spot, 2))
    differ(pool2d(scaled, 2), pool2d(spot, 2))
    assert "no scale invariance" in expected["correct"]
    assert expected["slide_value"] == "scale invariance"


@checks("s3-pool-75")
def test_pooling_discards_three_quarters(inputs, expected):
    image = np.ones((8, 8))
    kept = pool2d(image, inputs["k"], stride=inputs["s"]).size / image.size
    assert 1 - kept == expected["fraction"]


@checks("s3-pool-depth")
def test_pooling_keeps_the_depth(inputs, expected):
    height, width, depth = inputs["input"]
    pooled = pool2d(np.zeros((depth, height, width)), inputs["k"], stride=inputs["s"])
    assert [*pooled.shape[1:], pooled.shape[0]] == expected["output"]
    assert expected["parameters"] == 0
    assert trace_pool(np.zeros((4, 4)), inputs["k"]).kernel is None


@checks("s1-upsample-nn")
def test_nearest_neighbour_upsampling(inputs, expected):
    assert inputs["factor"] == 2
    same(upsampled(inputs["image"])["Nearest"], expected["output"])


@checks("s1-transposed-spreadsheet", "s3-transposed-2to5")
def test_transposed_convolution(inputs, expected):
    image, kernel, stride = inputs["image"], kernel_of(inputs), inputs["stride"]
    output = transposed2d(image, kernel, stride=stride, padding=inputs["pad"])
    same(output, expected["output"])
    assert transposed_size(len(image), len(kernel), stride) == len(output)
    assert expected.get("output_side", len(output)) == len(output)
    spread = np.zeros([stride * (side - 1) + 1 for side in np.shape(image)])
    spread[::stride, ::stride] = image
    same(correlate2d(spread, kernel, padding="full", flip=True), output)


@checks("s1-transposed-output-view")
def test_inputs_that_reach_each_output(inputs, expected):
    size, kernel = inputs["n"], inputs["k"]
    ones = transposed2d(np.ones((size, size)), np.ones((kernel, kernel)), stride=inputs["s"])
    same(ones, expected["counts"])


@checks("s1-checkerboard")
def test_uneven_overlap(inputs, expected):
    for kernel, stride in inputs["cases"]:
        counts = transposed2d(np.ones((1, inputs["n"])), np.ones((1, kernel)), stride=(1, stride))
        same(counts[0], expected[f"k{kernel}s{stride}"])
    square = transposed2d(np.ones((4, 4)), np.ones((3, 3)), stride=2)
    assert square.max() == expected["k3s2_2d_max"]


@checks("s0-relu")
def test_rectifier(inputs, expected):
    layer = build([{"layer": "relu"}], (1, 2, 2))
    output = layer(torch.tensor([[inputs["x"]]], dtype=torch.float64))
    same(output[0, 0].numpy(), expected["output"])
