"""Simple and complex cells of the visual cortex, after Hubel and Wiesel, as Gabor filters.

`cnnviz/components/cortex/cells.js` makes the same filters in the browser, and what cells answer.
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


def edge_filter(angle: float, side: int) -> NDArray[np.float64]:
    """The Gabor filter for an edge, shrunk to side×side; its numbers sum to 0, their sizes to 2."""
    small = cv2.resize(gabor(angle, 90), (side, side), interpolation=cv2.INTER_AREA)
    small -= small.mean()
    return np.asarray(2 * small / np.abs(small).sum())
