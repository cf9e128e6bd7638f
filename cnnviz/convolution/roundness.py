"""How evenly a kernel spreads in all directions: a dot or a bar, turned, before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def shape(kind: Literal["dot", "bar", "disc"], side: int, degrees: float) -> NDArray[np.float64]:
    """Draw a white shape on black, in the middle, its edges softened over one pixel.

    Args:
        kind: A dot of one pixel, a bar of 3×15, or a disc of radius 6.
        side: Rows and columns of the picture; odd.
        degrees: How far the bar is turned, counter-clockwise; the others look alike when turned.

    Returns:
        side×side, 0 to 1.
    """
    at = np.arange(side) - side // 2
    right, down = np.meshgrid(at, at)
    if kind == "dot":
        return np.asarray((right == 0) & (down == 0), dtype=np.float64)
    if kind == "disc":
        outside = np.hypot(right, down) - 6
    else:
        turn = np.deg2rad(degrees)
        along = np.cos(turn) * right - np.sin(turn) * down
        across = np.sin(turn) * right + np.cos(turn) * down
        outside = np.maximum(np.abs(along) - 7.5, np.abs(across) - 1.5)
    return np.asarray(np.clip(0.5 - outside, 0, 1), dtype=np.float64)


def unevenness(values: ArrayLike, radius: float) -> float:
    """How much values at one distance from the middle differ between directions.

    Args:
        values: H×W, both odd.
        radius: In pixels.

    Returns:
        Standard deviation over 72 directions, divided by the mean; 0 where there is nothing. Values
        between pixels are interpolated bilinearly.
    """
    image = np.asarray(values, dtype=np.float64)
    turns = np.deg2rad(np.arange(0, 360, 5))
    rows = image.shape[0] // 2 + radius * np.sin(turns)
    columns = image.shape[1] // 2 + radius * np.cos(turns)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    read = (
        image[top, left] * (1 - down) * (1 - right)
        + image[top, left + 1] * (1 - down) * right
        + image[top + 1, left] * down * (1 - right)
        + image[top + 1, left + 1] * down * right
    )
    mean = float(read.mean())
    return float(read.std()) / abs(mean) if mean else 0.0
