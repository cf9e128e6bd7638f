"""Simple and complex cells of the visual cortex, after Hubel and Wiesel, as Gabor filters.

`cnnviz/components/cortex/cells.js` computes the same in the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 41
WAVELENGTH, SIGMA = 14.0, 6.0
WIDTH, LENGTH = 5.0, 26.0


def _turned(angle: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates across and along a direction, from the middle of the field."""
    at = np.arange(SIDE) - (SIDE - 1) / 2
    x, y = np.meshgrid(at, at)
    turn = np.deg2rad(angle)
    return x * np.sin(turn) + y * np.cos(turn), x * np.cos(turn) - y * np.sin(turn)


def gabor(angle: float, phase: float) -> NDArray[np.float64]:
    """A wave under a bell, which even light leaves at 0.

    Args:
        angle: Of the bars that it prefers, in degrees against the clock from horizontal.
        phase: Of the wave in the middle, in degrees: 0 for a bright bar, 90 for an edge.
    """
    across, along = _turned(angle)
    bell = np.exp(-(across**2 + along**2) / (2 * SIGMA**2))
    wave = bell * np.cos(2 * np.pi * across / WAVELENGTH + np.deg2rad(phase))
    filter_ = wave - bell * (wave.sum() / bell.sum())
    return np.asarray(filter_ / np.abs(filter_).sum())


def bar(angle: float, shift: float) -> NDArray[np.float64]:
    """A bar of light, 1 on 0, with soft edges.

    Args:
        angle: Its direction, in degrees against the clock from horizontal.
        shift: How far it is moved across that direction, in cells of the grid.
    """
    across, along = _turned(angle)
    inside = np.clip(0.5 + WIDTH / 2 - np.abs(across - shift), 0, 1)
    return np.asarray(inside * np.clip(0.5 + LENGTH / 2 - np.abs(along), 0, 1))


def responses(light: NDArray[np.float64], preferred: float) -> tuple[float, float]:
    """What a simple and a complex cell answer.

    Args:
        light: SIDE×SIDE, 0 for dark and 1 for bright.
        preferred: The angle that they prefer, in degrees.

    Returns:
        The simple cell's, a filter's sum where it is positive; and the complex cell's, √(a² + b²)
        of two filters a quarter of a wave apart.
    """
    a, b = (float((light * gabor(preferred, phase)).sum()) for phase in (0, 90))
    return max(0.0, a), float(np.hypot(a, b))


def edge_filter(angle: float, side: int) -> NDArray[np.float64]:
    """The Gabor filter for an edge, shrunk to side×side; its numbers sum to 0, their sizes to 2."""
    small = cv2.resize(gabor(angle, 90), (side, side), interpolation=cv2.INTER_AREA)
    small -= small.mean()
    return np.asarray(2 * small / np.abs(small).sum())
