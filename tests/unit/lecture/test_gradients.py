"""Gradients of a convolution and of pooling."""

import itertools

import numpy as np

from cnnviz.convolution import backward, correlate2d, trace, trace_pool
from tests.unit.lecture.slides import checks, differ, kernel_of, same


@checks("s2-conv-gradient")
def test_gradient_of_the_weights(inputs, expected):
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
def test_backward_is_convolution(inputs, expected):
    image, kernel, upstream = inputs["image"], kernel_of(inputs), inputs["upstream"]
    gradients = backward(trace(image, kernel), upstream)
    same(gradients.image[0], expected["grad_input"])
    same(gradients.kernel[0], expected["grad_kernel"])
    same(correlate2d(upstream, kernel, padding="full", flip=True), expected["grad_input"])
    same(correlate2d(image, upstream), expected["grad_kernel"])


@checks("s2-maxpool-gradient", "s2-avgpool-gradient")
def test_gradient_of_pooling(inputs, expected):
    reduction = {"max": "max", "avg": "mean"}[inputs["mode"]]
    traced = trace_pool(inputs["image"], inputs["k"], reduction=reduction, stride=inputs["s"])
    gradient = backward(traced, inputs["upstream"]).image[0]
    same(gradient, expected["grad"])
    if "argmax" in expected:
        taken = sorted(map(list, np.argwhere(gradient)))
        assert taken == sorted(itertools.chain.from_iterable(expected["argmax"]))
