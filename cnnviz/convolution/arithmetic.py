"""Correlation, convolution and transposed convolution of images, in NumPy and float64.

Deep learning's "convolution" is cross-correlation: the kernel is laid on the image as it is.
``flip=True`` turns it by 180 degrees first, which makes it the convolution of mathematics.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.geometry import (
    ConvolutionError,
    Padding,
    PaddingMode,
    Pads,
    Pair,
    Scheme,
    Size2d,
    as_padding,
    as_pair,
    output_size,
    transposed_size,
)
from cnnviz.convolution.windows import Array, as_channels, pad_image, window_view

AnyPadding: TypeAlias = Padding | Size2d | Pads | Scheme


class Operands(NamedTuple):
    """The checked operands of a correlation, every choice resolved to numbers."""

    image: Array  # C x H x W
    padded: Array  # C x Hp x Wp
    kernel: Array  # C x kh x kw, flipped already if asked
    pads: Pads
    mode: PaddingMode
    stride: Pair
    dilation: Pair
    bias: float


def operands(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size2d = 1,
    padding: AnyPadding = 0,
    dilation: Size2d = 1,
    flip: bool = False,
    bias: float = 0.0,
) -> Operands:
    """Check and resolve the arguments of ``correlate2d``."""
    image, kernel = matching_channels(image, kernel)
    stride, dilation = as_pair(stride, "stride"), as_pair(dilation, "dilation")
    padding = as_padding(padding)
    window = (kernel.shape[1], kernel.shape[2])
    pads = padding.resolve(window, stride, dilation)
    for axis in (0, 1):
        output_size(image.shape[axis + 1], window[axis], stride[axis], pads[axis], dilation[axis])
    return Operands(
        image=image,
        padded=pad_image(image, pads, padding.mode),
        kernel=kernel[:, ::-1, ::-1] if flip else kernel,
        pads=pads,
        mode=padding.mode,
        stride=stride,
        dilation=dilation,
        bias=finite(bias, "bias"),
    )


def finite(value: float, name: str) -> float:
    """Return ``value`` as a float, or raise ``ConvolutionError`` if it is NaN or infinite."""
    if not math.isfinite(value):
        raise ConvolutionError(f"The {name} must be a finite number, not {value}.")
    return float(value)


def matching_channels(image: ArrayLike, kernel: ArrayLike) -> tuple[Array, Array]:
    """Check an image and a kernel, and that they have the same number of channels."""
    checked_image, checked_kernel = as_channels(image, "image"), as_channels(kernel, "kernel")
    if len(checked_image) != len(checked_kernel):
        raise ConvolutionError(
            f"The image has {len(checked_image)} channel(s) but the kernel {len(checked_kernel)}: "
            "give one kernel grid per channel."
        )
    return checked_image, checked_kernel


def correlate2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size2d = 1,
    padding: AnyPadding = 0,
    dilation: Size2d = 1,
    flip: bool = False,
    bias: float = 0.0,
) -> Array:
    """Slide ``kernel`` over ``image`` and sum the products, as ``torch.nn.functional.conv2d``.

    Args:
        image: H x W, or C x H x W.
        kernel: kh x kw, or C x kh x kw; the channels are summed.
        stride: step between windows, one number or (vertical, horizontal).
        padding: pixels, (vertical, horizontal), ((top, bottom), (left, right)), a scheme, or a
            ``Padding`` that also says what is added.
        dilation: distance between neighbouring weights.
        flip: turn the kernel by 180 degrees first (true convolution).
        bias: added to every output.

    Returns:
        Ho x Wo float64.

    Raises:
        ConvolutionError: with a sentence that says what to change.
    """
    return correlate(
        operands(
            image,
            kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            flip=flip,
            bias=bias,
        )
    )


def correlate(given: Operands) -> Array:
    """Correlate operands that are checked already; returns Ho x Wo float64."""
    window = (given.kernel.shape[1], given.kernel.shape[2])
    views = window_view(given.padded, window, given.stride, given.dilation)
    sums = np.tensordot(views, given.kernel, axes=((0, 3, 4), (0, 1, 2))) + given.bias
    return without_rounding(sums, given.padded, given.kernel, given.bias)


def without_rounding(sums: Array, image: Array, kernel: Array, bias: float) -> Array:
    """Return sums of products with 0 for those that cannot be told from 0.

    A scale that fits its largest number would paint their rounding as a signal. A sum of n
    products in float64, whose weights are rounded too, is off by at most (n + 2) u times the sum
    of their sizes, with u = 2⁻⁵³, and by half the smallest number, 2⁻¹⁰⁷⁴, for each product that
    underflows (Higham, Accuracy and Stability of Numerical Algorithms, 2002, sections 2.1 and
    3.1).
    """
    sizes = np.abs(kernel).sum() * np.abs(image).max(initial=0) + abs(bias)
    bound = (kernel.size + 2) * 2.0**-53 * sizes + kernel.size * 2.0**-1074
    return np.where(np.abs(sums) <= bound, 0.0, sums)


def transposed2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size2d = 1,
    padding: Size2d = 0,
    dilation: Size2d = 1,
    bias: float = 0.0,
) -> Array:
    """Stamp ``kernel``, scaled by each input cell, ``stride`` apart, and add the stamps up.

    This is ``torch.nn.functional.conv_transpose2d`` with one output channel: the transpose of
    the matrix of a correlation, not its inverse.

    Args:
        image: H x W, or C x H x W.
        kernel: kh x kw, or C x kh x kw; the channels are summed.
        stride: step between stamps in the output.
        padding: cells cropped from every side of the output, one number or (vertical, horizontal).
        dilation: distance between neighbouring weights of a stamp.
        bias: added to every output.

    Returns:
        Ho x Wo float64, with Ho = (H - 1) s - 2 p + d (kh - 1) + 1.

    Raises:
        ConvolutionError: with a sentence that says what to change.
    """
    image, kernel = matching_channels(image, kernel)
    stride, dilation = as_pair(stride, "stride"), as_pair(dilation, "dilation")
    crop = as_pair(padding, "padding", 0)
    bias = finite(bias, "bias")
    _, height, width = image.shape
    _, kernel_height, kernel_width = kernel.shape
    rows = transposed_size(height, kernel_height, stride[0], crop[0], dilation[0])
    columns = transposed_size(width, kernel_width, stride[1], crop[1], dilation[1])
    full = np.full((rows + 2 * crop[0], columns + 2 * crop[1]), bias)
    for row in range(kernel_height):
        for column in range(kernel_width):
            top, left = row * dilation[0], column * dilation[1]
            landing = full[top :: stride[0], left :: stride[1]][:height, :width]
            landing += np.tensordot(kernel[:, row, column], image, axes=1)
    full = without_rounding(full, image, kernel, bias)
    return full[crop[0] : crop[0] + rows, crop[1] : crop[1] + columns]
