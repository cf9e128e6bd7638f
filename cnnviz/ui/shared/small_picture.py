"""The person's picture, small enough that every pixel can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnviz.imaging import resize_to_fit
from cnnviz.ui.shared.picture import current_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray


def small_square(side: int) -> NDArray[np.uint8]:
    """The middle square of the current picture, shrunk to `side` pixels.

    Returns:
        side×side×3 RGB; a picture smaller than that is repeated at its edge.
    """
    pixels = current_picture().pixels
    height, width = pixels.shape[:2]
    half = min(height, width)
    top, left = (height - half) // 2, (width - half) // 2
    small = resize_to_fit(pixels[top : top + half, left : left + half], side)
    return at_least(small, side)


def at_least(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Repeat a picture at its lower and right edge until both sides have so many pixels.

    Args:
        pixels: H×W or H×W×3.
        side: In pixels.
    """
    missing = [(0, max(0, side - length)) for length in pixels.shape[:2]]
    return np.pad(pixels, missing + [(0, 0)] * (pixels.ndim - 2), mode="edge")
