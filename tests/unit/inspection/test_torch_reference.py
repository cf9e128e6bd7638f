"""What PyTorch computes for the lab agrees with what NumPy does."""

import numpy as np
import pytest

from cnnviz.convolution import backward, correlate2d, pool2d, trace, trace_pool, transposed2d
from cnnviz.inspection import torch_reference

RANDOM = np.random.default_rng(0)
IMAGE, KERNEL = RANDOM.normal(size=(7, 6)), RANDOM.normal(size=(3, 2))


def same(one, other, within=1e-12):
    np.testing.assert_allclose(one, other, atol=within)


def test_convolutions_in_one_two_and_three_dimensions():
    same(torch_reference.conv(IMAGE[0], KERNEL[0]), np.correlate(IMAGE[0], KERNEL[0], "valid"))
    same(
        torch_reference.conv(IMAGE, KERNEL[::-1], stride=2),
        correlate2d(IMAGE, KERNEL[::-1], stride=2),
    )
    same(torch_reference.conv(IMAGE, KERNEL, padding=1), correlate2d(IMAGE, KERNEL, padding=1))
    one = KERNEL[:1, :1]
    same(torch_reference.conv(IMAGE, one[::-1, ::-1]), correlate2d(IMAGE, one))
    video = RANDOM.normal(size=(3, 4, 4))
    same(torch_reference.conv(video, [[[-1.0]], [[1.0]]]), np.diff(video, axis=0))


def test_a_layer_filters_through_the_full_depth():
    volume, filters = RANDOM.normal(size=(3, 5, 5)), RANDOM.normal(size=(2, 3, 2, 2))
    maps = [correlate2d(volume, bank) for bank in filters]
    same(torch_reference.conv_layer(volume, filters), maps)
    same(torch_reference.conv_layer(volume, filters, [1, -1]), np.add(maps, [[[1]], [[-1]]]))


def test_on_a_ring_a_convolution_is_a_product_of_spectra():
    size = (8, 6)
    product = np.fft.fft2(IMAGE, size) * np.fft.fft2(KERNEL, size)
    same(torch_reference.conv_on_a_ring(IMAGE, KERNEL, size), np.fft.ifft2(product).real)


def test_upsampling():
    up = torch_reference.transposed(IMAGE, KERNEL, stride=2, crop=1)
    same(up, transposed2d(IMAGE, KERNEL, stride=2, padding=1))
    ways = torch_reference.upsampled(IMAGE)
    same(ways["Nearest"], np.kron(IMAGE, np.ones((2, 2))))
    same(ways["Bilinear"][1:-1, 1:-1], ways["Transposed"][1:-1, 1:-1])


@pytest.mark.parametrize(("rule", "power"), [("max", 2), ("mean", 2), ("lp", 2), ("holder", 50)])
def test_pooling(rule, power):
    image = np.abs(IMAGE) * 1e8
    ours = pool2d(image, 3, reduction=rule, stride=2, power=power)
    np.testing.assert_allclose(
        torch_reference.pool(image, 3, rule=rule, stride=2, power=power), ours, rtol=1e-6
    )


def test_pytorch_has_no_median_pooling():
    with pytest.raises(ValueError, match="median"):
        torch_reference.pool(IMAGE, 2, rule="median", stride=2)


def test_gradients():
    upstream = RANDOM.normal(size=(5, 5))
    ours = backward(trace(IMAGE, KERNEL), upstream)
    image, kernel = torch_reference.gradients(IMAGE, KERNEL, upstream)
    same(image, ours.image[0])
    same(kernel, ours.kernel[0])
    for rule in ("max", "mean"):
        (image,) = torch_reference.gradients(IMAGE, None, upstream[:3, :3], rule=rule)
        same(image, backward(trace_pool(IMAGE, 2, reduction=rule), upstream[:3, :3]).image[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relu", [0, 0, 2]),
        ("leaky", [-0.1, 0, 2]),
        ("gelu", [-0.158655, 0, 1.9545]),
        ("sigmoid", [0.268941, 0.5, 0.880797]),
        ("tanh", np.tanh([-1, 0, 2])),
    ],
)
def test_activation_functions(name, expected):
    same(torch_reference.activated(name, [-1.0, 0.0, 2.0]), expected, within=1e-5)
