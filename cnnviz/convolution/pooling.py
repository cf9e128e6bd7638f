"""Pooling and the median filter: each window becomes one number, without any weights."""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.arithmetic import AnyPadding
from cnnviz.convolution.geometry import (
    ConvolutionError,
    PaddingMode,
    Pads,
    Pair,
    Size2d,
    as_padding,
    as_pair,
    output_size,
)
from cnnviz.convolution.windows import Array, as_channels, pad_image, window_view

Pooling: TypeAlias = Literal["max", "mean", "median", "lp", "holder"]


class PoolOperands(NamedTuple):
    """The checked operands of a pooling, every choice resolved to numbers."""

    image: Array  # C x H x W
    padded: Array  # C x Hp x Wp, with -inf in the padding where it is never the maximum
    window: Pair
    pads: Pads
    mode: PaddingMode | Literal["empty"]
    stride: Pair


def pool_operands(
    image: ArrayLike,
    window: Size2d,
    reduction: Pooling,
    stride: Size2d | None,
    padding: AnyPadding,
) -> PoolOperands:
    """Check and resolve the arguments of ``pool2d``."""
    checked = as_channels(image, "image")
    window = as_pair(window, "window")
    stride = window if stride is None else as_pair(stride, "stride")
    padding = as_padding(padding)
    pads = padding.resolve(window, stride)
    for axis in (0, 1):
        output_size(checked.shape[axis + 1], window[axis], stride[axis], pads[axis])
    ignored = reduction == "max" and padding.mode == "zero"
    padded = pad_image(checked, pads, padding.mode, fill=-np.inf if ignored else 0.0)
    return PoolOperands(checked, padded, window, pads, "empty" if ignored else padding.mode, stride)


def pool2d(
    image: ArrayLike,
    window: Size2d,
    *,
    reduction: Pooling = "max",
    stride: Size2d | None = None,
    padding: AnyPadding = 0,
    power: float = 2.0,
) -> Array:
    r"""Reduce each window to one number, channel by channel.

    ``max``, ``mean`` and ``median`` are what they say; ``lp`` is the norm
    :math:`(\sum |x|^p)^{1/p}` and ``holder`` the mean :math:`(\frac1N \sum x^p)^{1/p}`, which
    goes from the mean (p = 1) to the maximum (p to infinity).

    Args:
        image: H x W, or C x H x W.
        window: one number or (height, width).
        reduction: how the cells of a window become one number.
        stride: step between windows; the window's own size if not given.
        padding: as in ``correlate2d``. A zero counts as a value except for ``max``, which never
            takes one from the padding; PyTorch does the same.
        power: p of ``lp`` and ``holder``.

    Returns:
        Ho x Wo, or C x Ho x Wo, float64.

    Raises:
        ConvolutionError: with a sentence that says what to change.
    """
    given = pool_operands(image, window, reduction, stride, padding)
    pooled = pool(given, reduction, power)
    return pooled if np.ndim(image) == 3 else pooled[0]


def pool(given: PoolOperands, reduction: Pooling, power: float = 2.0) -> Array:
    """Pool operands that are checked already; returns C x Ho x Wo float64."""
    views = window_view(given.padded, given.window, given.stride, (1, 1))
    match reduction:
        case "max":
            pooled: Array = views.max((3, 4))
            if np.isneginf(pooled).any():
                raise ConvolutionError(
                    "A window lies entirely in the padding, where there is no maximum: "
                    "use less padding than the window is wide."
                )
        case "mean":
            pooled = views.mean((3, 4))
        case "median":
            pooled = np.median(views, (3, 4))
        case "holder":
            if (given.padded < 0).any():
                raise ConvolutionError("A Hölder mean needs values of at least 0: shift the image.")
            pooled = _power_mean(views, power)
        case "lp":
            count = given.window[0] * given.window[1]
            pooled = _power_mean(views, power) * count ** (1 / power)
    return pooled


def median2d(image: ArrayLike, size: Size2d = 3, *, padding: AnyPadding = 0) -> Array:
    """Median of the window around every pixel: ``pool2d`` with stride 1."""
    return pool2d(image, size, reduction="median", stride=1, padding=padding)


def _power_mean(views: Array, power: float) -> Array:
    if not power > 0:
        raise ConvolutionError(f"The power must be above 0, not {power}.")
    # Measured against each window's largest value, which keeps x ** 1000 from overflowing.
    largest = np.abs(views).max((3, 4))
    scale = np.where(largest > 0, largest, 1.0)
    ratios = np.abs(views) / scale[..., np.newaxis, np.newaxis]
    powered: Array = scale * np.mean(ratios**power, (3, 4)) ** (1 / power)
    return powered
