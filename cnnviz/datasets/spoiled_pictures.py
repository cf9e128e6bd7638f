"""Pictures and the same spoiled: by noise, by a cross-hair, by strokes of a pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_SIGMA = 0.4
_MOST_STROKES = 4
_WIDEST = 3
_FINE = 4  # bits of a pixel's fraction, for lines that begin between pixels


def spoiled(pictures: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Spoil pictures, each in its own way: a cross-hair, strokes, noise, or some of these.

    Args:
        pictures: N×1×H×W, light on black; they stay as they are.
        random: Where chance comes from.

    Returns:
        As many pictures.
    """
    found = pictures.copy()
    for picture in found[:, 0]:
        ways = random.random(3)
        if ways[0] < 0.4:
            _cross(picture, random)
        if ways[1] < 0.5:
            for _ in range(random.integers(1, _MOST_STROKES + 1)):
                _stroke(picture, random)
        if ways[2] < 0.6:
            picture[:] = noisy(picture, random.uniform(0, LARGEST_SIGMA), random)
    return found


def noisy(
    picture: NDArray[np.uint8], sigma: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Add Gaussian noise, and cut what is beyond black and white.

    Args:
        picture: Of any shape.
        sigma: Standard deviation, where white is 1.
        random: Where chance comes from.
    """
    values = picture + random.normal(0, 255 * sigma, picture.shape)
    return np.clip(values.round(), 0, 255).astype(np.uint8)


def _cross(picture: NDArray[np.uint8], random: np.random.Generator) -> None:
    """A line across and one down, through the whole picture."""
    height, width = picture.shape
    row, column = int(random.integers(height)), int(random.integers(width))
    level, thick = _level(random), int(random.integers(1, _WIDEST + 1))
    cv2.line(picture, (0, row), (width - 1, row), level, thick)
    cv2.line(picture, (column, 0), (column, height - 1), level, thick)


def _stroke(picture: NDArray[np.uint8], random: np.random.Generator) -> None:
    """A line of any direction, as a pen draws it."""
    height, width = picture.shape
    ends = (random.random((2, 2)) * (width, height) * 2**_FINE).astype(int).tolist()
    thick = int(random.integers(1, _WIDEST + 1))
    cv2.line(picture, ends[0], ends[1], _level(random), thick, cv2.LINE_AA, shift=_FINE)


def _level(random: np.random.Generator) -> int:
    """White mostly, but also black and grey."""
    return (255, 255, 0, int(random.integers(256)))[int(random.integers(4))]
