"""Gradients against autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.convolution import (
    ConvolutionError,
    Padding,
    backward,
    finite_differences,
    flow,
    trace,
    trace_pool,
    trace_transposed,
)

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.normal(size=(2, 6, 7))
KERNEL = RANDOM.normal(size=(2, 3, 2))


def autograd(function, *arrays, upstream):
    tensors = [torch.from_numpy(array.copy()).requires_grad_() for array in arrays]
    output = function(*(each[None] for each in tensors))
    output.backward(torch.from_numpy(upstream).reshape(output.shape))
    return [each.grad.numpy() for each in tensors]


@pytest.mark.parametrize("mode", ["zero", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("stride", [1, 2])
def test_convolution(mode, stride):
    traced = trace(
        IMAGE, KERNEL, stride=stride, padding=Padding(((2, 1), (0, 3)), mode), dilation=2
    )
    upstream = RANDOM.normal(size=traced.output.shape)

    def forward(image, kernel):
        padded = F.pad(image, (0, 3, 2, 1), mode="constant" if mode == "zero" else mode)
        return F.conv2d(padded, kernel, stride=stride, dilation=2)

    image, kernel = autograd(forward, IMAGE, KERNEL, upstream=upstream)
    gradients = backward(traced, upstream)
    np.testing.assert_allclose(gradients.image, image, atol=1e-9)
    np.testing.assert_allclose(gradients.kernel, kernel, atol=1e-9)
    assert gradients.bias == pytest.approx(upstream.sum())


def test_transposed_convolution():
    traced = trace_transposed(IMAGE, KERNEL, stride=2, padding=1)
    upstream = RANDOM.normal(size=traced.output.shape)
    image, kernel = autograd(
        lambda image, kernel: F.conv_transpose2d(
            image, kernel.transpose(0, 1), stride=2, padding=1
        ),
        IMAGE,
        KERNEL,
        upstream=upstream,
    )
    gradients = backward(traced, upstream)
    np.testing.assert_allclose(gradients.image, image, atol=1e-9)
    np.testing.assert_allclose(gradients.kernel, kernel, atol=1e-9)


@pytest.mark.parametrize(("reduction", "pool"), [("max", F.max_pool2d), ("mean", F.avg_pool2d)])
def test_pooling(reduction, pool):
    flat = np.round(IMAGE[:1])  # with ties: the first of equal maxima takes the gradient
    traced = trace_pool(flat[0], 3, reduction=reduction, stride=2, padding=1)
    upstream = RANDOM.normal(size=traced.output.shape)
    (image,) = autograd(lambda image: pool(image, 3, 2, 1), flat, upstream=upstream)
    gradients = backward(traced, upstream)
    np.testing.assert_allclose(gradients.image, image, atol=1e-9)
    assert gradients.kernel is None


def test_refusals():
    with pytest.raises(ConvolutionError, match=r"output's shape \(2, 2\), not \(3, 3\)"):
        backward(trace(np.ones((3, 3)), np.ones((2, 2))), np.ones((3, 3)))
    with pytest.raises(ConvolutionError, match="gradient of a median"):
        backward(trace_pool(np.ones((3, 3)), 3, reduction="median"), [[1.0]])


@pytest.mark.parametrize("name", ["conv", "max", "mean", "transposed"])
def test_flow_carries_the_gradient(name):
    rng = np.random.default_rng(1)
    image = rng.normal(size=(5, 6))
    traced = {
        "conv": lambda: trace(image, rng.normal(size=(3, 2)), stride=2, padding=1, dilation=2),
        "max": lambda: trace_pool(image, 2, stride=1, padding=1),
        "mean": lambda: trace_pool(image, 3, reduction="mean", stride=2),
        "transposed": lambda: trace_transposed(image, rng.normal(size=(3, 3)), stride=2),
    }[name]()
    upstream = rng.normal(size=traced.output.shape)
    outputs, shares = flow(traced)
    carried = np.where(outputs >= 0, shares * upstream.flat[outputs], 0).sum(1)
    rows, columns = (
        slice(before, before + n)
        for (before, _), n in zip(traced.pads, traced.image.shape[1:], strict=True)
    )
    inside = carried.reshape(traced.padded.shape)[:, rows, columns]
    np.testing.assert_allclose(inside, backward(traced, upstream).image)


def test_a_median_has_no_flow():
    with pytest.raises(ConvolutionError, match="median"):
        flow(trace_pool(np.ones((3, 3)), 3, reduction="median"))


def test_finite_differences_of_a_polynomial():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    measured = finite_differences(lambda a: float((a**3).sum()), x)
    np.testing.assert_allclose(measured, 3 * x**2, rtol=1e-7)
