"""Every filter against an independent one: PyTorch, SciPy or a loop."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from torch.nn import functional as F

from cnnviz.imaging import (
    KERNELS,
    apply_kernel,
    bilateral,
    gaussian,
    gaussian_kernel,
    mean,
    median,
    sobel,
)

BORDERS = ("zero", "reflect", "replicate", "circular")
NUMPY_MODE = {"zero": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
TORCH_MODE = {
    "zero": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular",
}  # fmt: skip


def by_torch(image, weights, border, *, flip=False):
    """The same filter by `torch.nn.functional.conv2d` in float64."""
    height, width = weights.shape
    kernel = torch.tensor(weights[::-1, ::-1].copy() if flip else weights, dtype=torch.float64)
    planes = torch.tensor(np.atleast_3d(image), dtype=torch.float64).permute(2, 0, 1)[:, None]
    pads = ((width - 1) // 2, width // 2, (height - 1) // 2, height // 2)
    if any(pads):
        planes = F.pad(planes, pads, mode=TORCH_MODE[border])
    result = F.conv2d(planes, kernel[None, None])[:, 0].permute(1, 2, 0).numpy()
    return result.reshape(image.shape)


def tolerance(image, weights):
    """float32 rounding of a sum of this many such products, OpenCV's Fourier path included."""
    return 1e-6 * (1 + np.abs(image.astype(float)).max()) * (1 + np.abs(weights).sum())


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("shape", [(9, 13), (9, 13, 3)], ids=["grey", "colour"])
@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_catalogue_agrees_with_torch(kernel, shape, border):
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    for flip in (False, True):
        result = apply_kernel(image, kernel.weights, border=border, flip=flip)
        expected = by_torch(image, kernel.weights, border, flip=flip)
        assert result.dtype == np.float32
        assert np.allclose(result, expected, atol=tolerance(image, kernel.weights))


sides = st.integers(1, 15)
weights_ = st.tuples(sides, sides).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-4, 4, width=32))
)


@given(
    weights=weights_,
    size=st.tuples(st.integers(16, 24), st.integers(16, 24)),
    colour=st.booleans(),
    as_float=st.booleans(),
    border=st.sampled_from(BORDERS),
    flip=st.booleans(),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=150)
def test_any_kernel_agrees_with_torch(  # noqa: PLR0917 - Hypothesis names them all
    weights, size, colour, as_float, border, flip, seed
):
    image = np.random.default_rng(seed).integers(0, 256, (*size, 3) if colour else size)
    image = image.astype(np.float32) - 100 if as_float else image.astype(np.uint8)
    result = apply_kernel(image, weights, border=border, flip=flip)
    expected = by_torch(image, weights, border, flip=flip)
    assert result.shape == image.shape
    assert np.allclose(result, expected, atol=tolerance(image, weights))


@given(
    weights=weights_,
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    border=st.sampled_from(BORDERS),
)
@settings(deadline=None, max_examples=100)
def test_a_border_wider_than_the_picture_follows_numpy(weights, size, border):
    image = np.random.default_rng(3).integers(0, 256, size, dtype=np.uint8)
    height, width = weights.shape
    pads = (((height - 1) // 2, height // 2), ((width - 1) // 2, width // 2))
    padded = np.pad(image.astype(np.float64), pads, mode=NUMPY_MODE[border])
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape)
    expected = np.einsum("rcij,ij->rc", windows, weights.astype(np.float64))
    result = apply_kernel(image, weights, border=border)
    assert np.allclose(result, expected, atol=tolerance(image, weights))


@pytest.mark.parametrize("border", BORDERS)
def test_an_even_kernel_sits_where_torch_same_puts_it(border):
    image = np.random.default_rng(2).normal(size=(6, 7)).astype(np.float32)
    weights = np.random.default_rng(3).normal(size=(2, 4)).astype(np.float32)
    mode = {"zero": "zeros"}.get(border, border)
    layer = torch.nn.Conv2d(1, 1, (2, 4), padding="same", padding_mode=mode, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights)[None, None])
        expected = layer(torch.tensor(image)[None, None])[0, 0].numpy()
    assert np.allclose(apply_kernel(image, weights, border=border), expected, atol=1e-5)


def test_a_view_of_a_larger_picture_sees_nothing_outside_itself():
    picture = np.random.default_rng(4).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    view = picture[5:15, 5:15]
    weights = KERNELS["box-3"].weights
    assert np.array_equal(apply_kernel(view, weights), apply_kernel(view.copy(), weights))


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("shape", [(12, 9), (12, 9, 3)], ids=["grey", "colour"])
def test_sobel_parts(shape, border):
    image = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    parts = sobel(image, border=border)
    mode = {"zero": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}
    planes = np.moveaxis(np.atleast_3d(image), 2, 0).astype(np.float64)
    x, y = (
        np.stack([ndimage.sobel(p, axis, mode=mode[border]) for p in planes], -1).reshape(shape)
        for axis in (1, 0)
    )
    assert np.allclose(parts.x, x)
    assert np.allclose(parts.y, y)
    assert np.allclose(parts.magnitude, np.hypot(x, y), rtol=1e-5)
    assert np.allclose(parts.direction, np.degrees(np.arctan2(y, x)), atol=1e-3)


def test_the_direction_is_where_brightness_rises():
    ramp = np.tile(np.arange(0, 80, 10, dtype=np.uint8), (8, 1))
    assert sobel(ramp).direction[4, 4] == 0
    assert sobel(ramp.T.copy()).direction[4, 4] == 90
    assert sobel(ramp[:, ::-1]).direction[4, 4] == 180


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(("sigma", "size"), [(0.5, None), (1.4, None), (2.0, 5), (1.0, 4)])
def test_the_fast_gaussian_equals_its_kernel(sigma, size, border):
    image = np.random.default_rng(6).integers(0, 256, (20, 25, 3), dtype=np.uint8)
    expected = by_torch(image, gaussian_kernel(sigma, size), border)
    assert np.allclose(gaussian(image, sigma, size, border=border), expected, atol=1e-3)


def test_a_wide_gaussian_agrees_with_scipy():
    image = np.random.default_rng(7).integers(0, 256, (40, 50)).astype(np.float32)
    expected = ndimage.gaussian_filter(image, 2.0, mode="mirror", truncate=3.0)
    assert np.allclose(gaussian(image, 2.0), expected, atol=1e-3)


@pytest.mark.parametrize("size", [2, 3, 5, 8])
@pytest.mark.parametrize("border", BORDERS)
def test_the_mean_agrees_with_torch(size, border):
    image = np.random.default_rng(8).integers(0, 256, (12, 14, 3), dtype=np.uint8)
    expected = by_torch(image, np.full((size, size), 1 / size**2), border)
    assert np.allclose(mean(image, size, border=border), expected, atol=1e-3)


@pytest.mark.parametrize("size", [3, 5, 7, 15])
@pytest.mark.parametrize("shape", [(20, 17), (20, 17, 3)], ids=["grey", "colour"])
def test_the_median_agrees_with_scipy(shape, size):
    image = np.random.default_rng(9).integers(0, 256, shape, dtype=np.uint8)
    window = (size, size, 1)[: image.ndim]
    expected = ndimage.median_filter(image, size=window, mode="nearest")
    assert np.array_equal(median(image, size), expected)


@pytest.mark.parametrize("size", [4, 1, 0, -3])
def test_a_median_without_a_middle_is_refused(size):
    with pytest.raises(ValueError, match="odd size"):
        median(np.zeros((5, 5), np.uint8), size)


@pytest.mark.parametrize("shape", [(12, 12), (12, 12, 3)], ids=["grey", "colour"])
def test_the_bilateral_agrees_with_its_formula(shape):
    image = np.random.default_rng(10).integers(0, 256, shape).astype(np.float32)
    space, colour = 1.0, 40.0
    radius = round(1.5 * space)
    result = bilateral(image, space, colour)
    r, c = 6, 5
    total = weight_sum = 0.0
    for dy, dx in itertools.product(range(-radius, radius + 1), repeat=2):
        if dy**2 + dx**2 > radius**2:
            continue
        value = image[r + dy, c + dx].astype(np.float64)
        far = np.abs(value - image[r, c]).sum()
        weight = np.exp(-(dy**2 + dx**2) / (2 * space**2) - far**2 / (2 * colour**2))
        total, weight_sum = total + weight * value, weight_sum + weight
    assert np.allclose(result[r, c], total / weight_sum, atol=0.05)


def test_the_bilateral_keeps_an_edge_that_a_gaussian_blurs():
    step = np.zeros((16, 16), np.uint8)
    step[:, 8:] = 200
    assert np.abs(bilateral(step, 2.0, 10.0) - step).max() < 1
    assert np.abs(gaussian(step, 2.0) - step).max() > 50
