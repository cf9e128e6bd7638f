"""The last two steps of Canny's edges: thinning and two thresholds.

The first two are a Gaussian and a gradient. See Canny, A Computational Approach to Edge Detection,
1986; the directions are rounded to four, as OpenCV does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging.sobel import Sobel

_EIGHTH = math.sqrt(2) - 1  # tan 22.5°; tan 67.5° is larger by 2


def thin(gradient: Sobel) -> NDArray[np.float32]:
    """Keep the length of a gradient where it is largest across the edge; else 0.

    A pixel is compared with its two neighbours in the direction of the gradient, rounded to
    horizontal, vertical or one of the diagonals. Outside the picture the length counts as 0. Of two
    equal neighbours in a row or column the left or upper one stays, as in ``cv2.Canny``.

    Args:
        gradient: Of H×W, or of H×W×C: then each channel is thinned alone.

    Returns:
        The same shape.
    """
    # Rounded once: OpenCV's length is not, and two that are equal would come out different.
    length = np.sqrt(np.square(gradient.x) + np.square(gradient.y))
    height, width = length.shape[:2]
    padded = np.pad(length, [(1, 1), (1, 1), (0, 0)][: length.ndim])

    def beside(down: int, right: int) -> NDArray[np.float32]:
        return padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]

    across, down = np.abs(gradient.x), np.abs(gradient.y)
    level = down < _EIGHTH * across
    steep = down > (_EIGHTH + 2) * across
    falling = (gradient.x < 0) == (gradient.y < 0)  # to the lower right or the upper left
    largest = np.where(
        level,
        (length > beside(0, -1)) & (length >= beside(0, 1)),
        np.where(
            steep,
            (length > beside(-1, 0)) & (length >= beside(1, 0)),
            np.where(
                falling,
                (length > beside(-1, -1)) & (length > beside(1, 1)),
                (length > beside(-1, 1)) & (length > beside(1, -1)),
            ),
        ),
    )
    return np.asarray(np.where(largest, length, 0), dtype=np.float32)


def hysteresis(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """Mark what is above one threshold and hangs together with something above a higher one.

    Args:
        values: H×W, or H×W×C: then each channel is marked alone.
        low: Enough for a pixel that a chain of such pixels, also diagonal, joins to a strong one.
        high: Makes a pixel strong. Where it is the lower one, the two change places.

    Returns:
        The same shape, 255 or 0.
    """
    if values.ndim == 3:
        channels = [hysteresis(channel, low, high) for channel in np.moveaxis(values, 2, 0)]
        return np.stack(channels, axis=-1)
    low, high = sorted((low, high))
    count, groups = cv2.connectedComponents((values > low).astype(np.uint8), connectivity=8)
    kept = np.zeros(count, dtype=np.float32)
    kept[groups[values > high]] = 255
    return np.asarray(kept[groups], dtype=np.float32)
