"""Convolutions over volumes: every window as a column, and what a layer costs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution.counting import ParameterCount, conv_parameters, conv_shape
from cnnviz.convolution.geometry import ConvolutionError, Size2d, as_pair
from cnnviz.convolution.windows import Array, as_channels, window_reads


class Columns(NamedTuple):
    """A convolution as one matrix product: ``output = weights @ columns``.

    ``columns`` is (C kh kw + 1) x positions, a window each, with a 1 below for the bias;
    ``weights`` is filters x (C kh kw + 1), the bias last; ``output`` filters x positions;
    ``reads`` positions x C kh kw flat indices into the input; ``shape`` (filters, rows, columns).
    """

    columns: Array
    weights: Array
    output: Array
    reads: NDArray[np.int32]
    shape: tuple[int, int, int]


def as_columns(
    image: ArrayLike, filters: ArrayLike, biases: ArrayLike, *, stride: Size2d = 1
) -> Columns:
    """Lay every window out as a column ("im2col"), so that filters become rows of a matrix.

    Args:
        image: C x H x W.
        filters: F x C x kh x kw.
        biases: F.
        stride: between windows.

    Raises:
        ConvolutionError: if a filter has another depth than the image, or does not fit.
    """
    image, filters = as_channels(image, "image"), np.asarray(filters, dtype=np.float64)
    if filters.ndim != 4 or filters.shape[1] != len(image):
        raise ConvolutionError(
            f"A filter spans the full depth: for {len(image)} channels it needs {len(image)}, too."
        )
    window = (filters.shape[2], filters.shape[3])
    shape = conv_shape(image.shape, window, len(filters), stride=stride)
    reads = window_reads(image.shape, window, as_pair(stride, "stride"), (1, 1))
    columns = np.vstack([image.flat[reads].T, np.ones(len(reads))])
    weights = np.column_stack([filters.reshape(len(filters), -1), np.asarray(biases)])
    return Columns(columns, weights, weights @ columns, reads, shape)


class LayerCost(NamedTuple):
    """What a convolution layer gives and takes."""

    shape: tuple[int, int, int]
    parameters: ParameterCount
    dot: int  # length of one dot product
    multiply_adds: int


def layer_cost(
    shape: tuple[int, int, int],
    kernel: Size2d,
    channels_out: int,
    *,
    stride: Size2d = 1,
    padding: Size2d = 0,
    dilation: Size2d = 1,
    groups: int = 1,
    bias: bool = True,
) -> LayerCost:
    """Count the output, the parameters and the multiply-adds of a layer.

    Every output number is one dot product of ``kh kw C_in / groups``; biases are not counted as
    multiply-adds.

    Args:
        shape: (channels, height, width) of the input.
        kernel: one number or (height, width).
        channels_out: how many filters.
        stride: between windows.
        padding: on every side.
        dilation: distance between neighbouring cells of the kernel.
        groups: into how many the channels are split.
        bias: whether there is one per filter.

    Raises:
        ConvolutionError: if a number is out of range, the kernel does not fit, or the groups do
            not divide the channels.

    Example:
        >>> layer_cost((3, 32, 32), 5, 6).parameters
        ParameterCount(weights=450, biases=6)
    """
    count = conv_parameters(kernel, shape[0], channels_out, bias=bias, groups=groups)
    out = conv_shape(shape, kernel, channels_out, stride=stride, padding=padding, dilation=dilation)
    high, wide = as_pair(kernel, "kernel")
    dot = high * wide * shape[0] // groups
    return LayerCost(out, count, dot, dot * out[0] * out[1] * out[2])
