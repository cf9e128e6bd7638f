"""Images made ready for a sliding window: checked, padded, and seen window by window."""

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution.geometry import ConvolutionError, PaddingMode, Pads, Pair, span
from cnnviz.numbers.formatting import counted

Array: TypeAlias = NDArray[np.float64]
Scalar = TypeVar("Scalar", bound=np.generic)

_NUMPY_MODE: dict[str, Any] = {
    "zero": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def as_channels(values: ArrayLike, name: str) -> Array:
    """Return H x W or C x H x W ``values`` as a finite, non-empty C x H x W float64 array.

    Raises:
        ConvolutionError: naming the argument, if it is anything else.
    """
    try:
        array = np.array(values, dtype=np.float64)  # a copy: a trace must not change later
    except (TypeError, ValueError) as error:
        raise ConvolutionError(
            f"The {name} must be a grid of numbers whose rows are equally long."
        ) from error
    if array.ndim not in (2, 3):
        raise ConvolutionError(
            f"The {name} must be a grid (height x width) or a stack of grids (channels x height x "
            f"width), but it has {counted(array.ndim, 'dimension')}."
        )
    if array.size == 0:
        raise ConvolutionError(f"The {name} is empty: give it at least one row and one column.")
    if not np.isfinite(array).all():
        raise ConvolutionError(
            f"The {name} holds a value that is not a finite number: replace it with a number."
        )
    return array if array.ndim == 3 else array[np.newaxis]


def pad_image(image: Array, pads: Pads, mode: PaddingMode, fill: float = 0.0) -> Array:
    """Add ``pads`` around each channel of a C x H x W image; ``fill`` is what mode zero adds.

    Raises:
        ConvolutionError: if reflect is asked for as many pixels as the image has, or circular
            for more; PyTorch refuses the same.
    """
    most = {"reflect": -1, "circular": 0}
    for size, sides, word in zip(image.shape[1:], pads, ("row", "column"), strict=True):
        if mode in most and max(sides) > size + most[mode]:
            limit = size + most[mode]
            raise ConvolutionError(
                f"{mode.capitalize()} padding can add at most {counted(limit, word)} to an image "
                f"with {counted(size, word)}, not {max(sides)}: use less padding, or choose zero "
                "or replicate."
            )
    constant = {"constant_values": fill} if mode == "zero" else {}
    return np.pad(image, ((0, 0), *pads), mode=_NUMPY_MODE[mode], **constant)


def window_view(
    padded: NDArray[Scalar], kernel: Pair, stride: Pair, dilation: Pair
) -> NDArray[Scalar]:
    """Return the C x Ho x Wo x kh x kw view of what every window of ``padded`` covers."""
    covered = (span(kernel[0], dilation[0]), span(kernel[1], dilation[1]))
    views = sliding_window_view(padded, covered, axis=(1, 2))
    return views[:, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def window_reads(
    padded_shape: tuple[int, int, int], kernel: Pair, stride: Pair, dilation: Pair
) -> NDArray[np.int32]:
    """Return the flat indices into ``padded`` that each window reads.

    The shape is (Ho Wo, C kh kw): windows row by row, and in each the order of a C x kh x kw
    kernel.
    """
    indices = np.arange(np.prod(padded_shape), dtype=np.int32).reshape(padded_shape)
    views = window_view(indices, kernel, stride, dilation)
    _, rows, columns, _, _ = views.shape
    return views.transpose(1, 2, 0, 3, 4).reshape(rows * columns, -1)
