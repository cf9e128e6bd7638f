"""What a sliding window reads for each output cell: everything a stepper needs to draw it.

Convolution, pooling, median filtering and transposed convolution are all "for this output cell,
these input cells, these weights, this reduction". A new operator is a new function here that
returns a ``Trace``.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution.arithmetic import (
    AnyPadding,
    correlate,
    matching_channels,
    operands,
    transposed2d,
)
from cnnviz.convolution.formulas import FormulaPart, size_formula, transposed_size_formula
from cnnviz.convolution.geometry import ConvolutionError, PaddingMode, Pads, Pair, Size2d, as_pair
from cnnviz.convolution.pooling import pool, pool_operands
from cnnviz.convolution.pytorch_code import conv2d_code, conv_transpose2d_code, pool_code
from cnnviz.convolution.windows import Array, window_reads

Reduction: TypeAlias = Literal["sum", "mean", "max", "median"]


@dataclass(frozen=True, eq=False)
class Trace:
    """One operator applied to one image, term by term.

    Output cell i (row by row) is the reduction of the terms ``padded.flat[reads[i]]``, each
    multiplied by ``kernel.flat[taps]`` where there is a kernel, plus ``bias``. A read of -1 is
    no term: a transposed convolution reaches different inputs from different outputs, and
    max pooling never takes a padding cell.

    Attributes:
        operator: its name in words, such as "correlation" or "max pooling".
        image: C x H x W, without padding.
        padded: C x Hp x Wp, what the window slides over.
        pads: ((top, bottom), (left, right)) cells of padding inside ``padded``.
        mode: what the padding holds; "empty" where padding is never a term.
        kernel: C x kh x kw as applied (already turned if it was to be flipped), or None.
        window: (height, width) of the window in kernel positions, without dilation.
        bias: added to every output cell.
        output: Ho x Wo.
        reads: Ho Wo x T flat indices into ``padded``.
        taps: T flat indices into ``kernel``, the same for every output cell.
        reduction: how the terms of one output cell become one number.
        stride: (vertical, horizontal).
        dilation: (vertical, horizontal).
        unread_rows: rows of ``padded`` that no window reads.
        unread_cols: columns of ``padded`` that no window reads.
        formulas: the output-size formula filled in, for rows and for columns.
        pytorch: Python code that prints these output values and keeps them in ``output``.
    """

    operator: str
    image: Array
    padded: Array
    pads: Pads
    mode: PaddingMode | Literal["empty"]
    kernel: Array | None
    window: Pair
    bias: float
    output: Array
    reads: NDArray[np.int32]
    taps: NDArray[np.int32]
    reduction: Reduction
    stride: Pair
    dilation: Pair
    unread_rows: tuple[int, ...]
    unread_cols: tuple[int, ...]
    formulas: tuple[tuple[FormulaPart, ...], tuple[FormulaPart, ...]]
    pytorch: str

    @property
    def weights(self) -> Array:
        """The kernel.

        Raises:
            TypeError: There is none, as in pooling.
        """
        if self.kernel is None:
            raise TypeError(f"{self.operator} has no kernel")
        return self.kernel

    def size_formula(self, axis: int) -> tuple[FormulaPart, ...]:
        """Return the filled-in output-size formula of axis 0 (rows) or 1 (columns)."""
        return self.formulas[axis]


def trace(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size2d = 1,
    padding: AnyPadding = 0,
    dilation: Size2d = 1,
    flip: bool = False,
    bias: float = 0.0,
) -> Trace:
    """Trace a correlation (or, flipped, a convolution); the arguments are ``correlate2d``'s.

    Raises:
        ConvolutionError: with a sentence that says what to change.

    Example:
        >>> trace([[1, 2], [3, 4]], [[1, 1]]).reads.tolist()
        [[0, 1], [2, 3]]
    """
    given = operands(
        image, kernel, stride=stride, padding=padding, dilation=dilation, flip=flip, bias=bias
    )
    window = (given.kernel.shape[1], given.kernel.shape[2])
    channels, rows, columns = given.padded.shape
    reads = window_reads((channels, rows, columns), window, given.stride, given.dilation)
    unread_rows, unread_cols = _unread(reads, rows, columns)
    return Trace(
        operator="convolution" if flip else "correlation",
        image=given.image,
        padded=given.padded,
        pads=given.pads,
        mode=given.mode,
        kernel=given.kernel,
        window=window,
        bias=given.bias,
        output=correlate(given),
        reads=reads,
        taps=np.arange(given.kernel.size, dtype=np.int32),
        reduction="sum",
        stride=given.stride,
        dilation=given.dilation,
        unread_rows=unread_rows,
        unread_cols=unread_cols,
        formulas=_size_formulas(given.image, window, given.stride, given.pads, given.dilation),
        pytorch=conv2d_code(given, flip=flip),
    )


def trace_pool(
    image: ArrayLike,
    window: Size2d,
    *,
    reduction: Literal["max", "mean", "median"] = "max",
    stride: Size2d | None = None,
    padding: AnyPadding = 0,
) -> Trace:
    """Trace a pooling, or with ``reduction="median", stride=1`` a median filter.

    Args:
        image: H x W: pooling treats every channel by itself, so one is traced.
        window: one number or (height, width).
        reduction: how the cells of a window become one number.
        stride: step between windows; the window's own size if not given.
        padding: as in ``pool2d``.

    Raises:
        ConvolutionError: with a sentence that says what to change.
    """
    given = pool_operands(image, window, reduction, stride, padding)
    if len(given.image) > 1:
        raise ConvolutionError("Pooling treats channels one by one: give a single channel.")
    _, rows, columns = given.padded.shape
    reads = window_reads((1, rows, columns), given.window, given.stride, (1, 1))
    unread_rows, unread_cols = _unread(reads, rows, columns)
    never_a_term = np.isneginf(given.padded)
    return Trace(
        operator={"max": "max pooling", "mean": "average pooling", "median": "median"}[reduction],
        image=given.image,
        padded=np.where(never_a_term, 0.0, given.padded),
        pads=given.pads,
        mode=given.mode,
        kernel=None,
        window=given.window,
        bias=0.0,
        output=pool(given, reduction)[0],
        reads=np.where(never_a_term.flat[reads], np.int32(-1), reads),
        taps=np.arange(given.window[0] * given.window[1], dtype=np.int32),
        reduction=reduction,
        stride=given.stride,
        dilation=(1, 1),
        unread_rows=unread_rows,
        unread_cols=unread_cols,
        formulas=_size_formulas(given.image, given.window, given.stride, given.pads, (1, 1)),
        pytorch=pool_code(given, reduction),
    )


def trace_transposed(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size2d = 1,
    padding: Size2d = 0,
    dilation: Size2d = 1,
    bias: float = 0.0,
) -> Trace:
    """Trace a transposed convolution as each output cell sees it; arguments of ``transposed2d``.

    Output row y gets kernel row i times input row (y + p - i d) / s, where that is a whole number
    inside the image; elsewhere the read is -1.

    Raises:
        ConvolutionError: with a sentence that says what to change.
    """
    output = transposed2d(
        image, kernel, stride=stride, padding=padding, dilation=dilation, bias=bias
    )
    image, kernel = matching_channels(image, kernel)
    stride, dilation = as_pair(stride, "stride"), as_pair(dilation, "dilation")
    crop = as_pair(padding, "padding", 0)
    window = (kernel.shape[1], kernel.shape[2])
    size = (image.shape[1], image.shape[2])
    row_reads, column_reads = (
        _sources(
            output.shape[axis],
            window[axis],
            size[axis],
            stride=stride[axis],
            crop=crop[axis],
            dilation=dilation[axis],
        )
        for axis in (0, 1)
    )
    rows = row_reads[:, np.newaxis, np.newaxis, :, np.newaxis]
    columns = column_reads[np.newaxis, :, np.newaxis, np.newaxis, :]
    channels = np.arange(len(image))[:, np.newaxis, np.newaxis]
    flat = (channels * size[0] + rows) * size[1] + columns
    reads = np.where((rows < 0) | (columns < 0), -1, flat).astype(np.int32)
    reads = reads.reshape(output.size, kernel.size)
    unread_rows, unread_cols = _unread(reads, *size)
    return Trace(
        operator="transposed convolution",
        image=image,
        padded=image,
        pads=((0, 0), (0, 0)),
        mode="zero",
        kernel=kernel,
        window=window,
        bias=float(bias),
        output=output,
        reads=reads,
        taps=np.arange(kernel.size, dtype=np.int32),
        reduction="sum",
        stride=stride,
        dilation=dilation,
        unread_rows=unread_rows,
        unread_cols=unread_cols,
        formulas=(
            transposed_size_formula(size[0], window[0], stride[0], crop[0], dilation[0]),
            transposed_size_formula(size[1], window[1], stride[1], crop[1], dilation[1]),
        ),
        pytorch=conv_transpose2d_code(
            image, kernel, stride=stride, padding=crop, dilation=dilation, bias=float(bias)
        ),
    )


def _sources(
    outputs: int, kernel: int, size: int, *, stride: int, crop: int, dilation: int
) -> NDArray[np.int64]:
    """Input position that reaches each output through each tap (outputs x kernel), or -1."""
    landed = np.arange(outputs)[:, np.newaxis] + crop - dilation * np.arange(kernel)
    source, between = np.divmod(landed, stride)
    return np.where((between == 0) & (source >= 0) & (source < size), source, -1)


def _size_formulas(
    image: Array, window: Pair, stride: Pair, pads: Pads, dilation: Pair
) -> tuple[tuple[FormulaPart, ...], tuple[FormulaPart, ...]]:
    _, height, width = image.shape
    return (
        size_formula(height, window[0], stride[0], pads[0], dilation[0]),
        size_formula(width, window[1], stride[1], pads[1], dilation[1]),
    )


def _unread(
    reads: NDArray[np.int32], rows: int, columns: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows and columns of a C x rows x columns array that no entry of ``reads`` touches."""
    read = np.zeros((rows, columns), dtype=bool)
    read.flat[reads[reads >= 0] % read.size] = True
    unread_rows, unread_cols = np.flatnonzero(~read.any(1)), np.flatnonzero(~read.any(0))
    return tuple(unread_rows.tolist()), tuple(unread_cols.tolist())
