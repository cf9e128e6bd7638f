"""Small objects on an empty canvas: cut out of it, moved over it, made larger."""

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.geometry import Pair
from cnnviz.convolution.windows import Array

FEATURE = np.array([[9.0, 4.0], [3.0, 6.0]])
SIDE = 8  # of the canvas
_CORNER: Pair = (2, 0)


def feature(*, right: int = 0, times: int = 1) -> Array:
    """The canvas with the feature on it.

    Args:
        right: cells by which the feature is moved; what leaves the canvas is gone.
        times: how many cells wide and high each of its cells becomes, at least 1.

    Returns:
        SIDE x SIDE.

    Example:
        >>> feature(right=1)[2].tolist()
        [0.0, 9.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    large = np.kron(FEATURE, np.ones((times, times)))
    canvas = np.zeros((SIDE, SIDE))
    top, left = _CORNER[0], _CORNER[1] + right
    seen = large[: SIDE - top, : max(SIDE - left, 0)]
    canvas[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
    return canvas


def cut_out(image: ArrayLike) -> tuple[Array, Pair]:
    """The object on an empty canvas, and the row and column of its corner.

    Args:
        image: H x W, 0 where the object is not; not all 0.

    Example:
        >>> cut_out([[0, 0, 0], [0, 1, 2]])
        (array([[1., 2.]]), (1, 1))
    """
    canvas = np.asarray(image, dtype=np.float64)
    rows, columns = np.nonzero(canvas)
    top, left = int(rows.min()), int(columns.min())
    return canvas[top : rows.max() + 1, left : columns.max() + 1], (top, left)
