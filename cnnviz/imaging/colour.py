"""Numbers to colours: grey, signed maps and heat maps."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIVERGING_STOPS: tuple[tuple[float, str], ...] = (
    (0.0, "#8c3d04"),
    (0.25, "#ec8b2f"),
    (0.5, "#f5f5f5"),
    (0.75, "#4a97d2"),
    (1.0, "#08407e"),
)
"""Orange for negative, near-white at 0, blue for positive: position in 0..1 and colour.

Blue and orange stay apart for the colour-blind, and both ends darken alike, so
lightness alone tells how far a number is from 0.
"""

WEIGHT_STOPS: tuple[tuple[float, str], ...] = (
    (0.0, "#7a4a00"),
    (0.25, "#dfa437"),
    (0.5, "#f5f5f5"),
    (0.75, "#8482dc"),
    (1.0, "#31248f"),
)
"""Colours of kernel weights: the signs keep their sides, blue and orange, but in hues of their
own, so that a weight is not taken for an activation."""


@functools.cache
def _lookup(stops: tuple[tuple[float, str], ...], centre: int) -> NDArray[np.uint8]:
    """Make a 1×256×3 table from colour stops, the stop at 0.5 falling exactly on `centre`."""
    positions = (np.arange(256) - centre) / (255 - centre) / 2 + 0.5
    places = [place for place, _ in stops]
    colours = np.array([list(bytes.fromhex(colour[1:])) for _, colour in stops], dtype=np.float64)
    channels = [np.interp(positions, places, colours[:, c]) for c in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)[None]


_HEAT = np.ascontiguousarray(
    cv2.applyColorMap(np.arange(256, dtype=np.uint8)[None], cv2.COLORMAP_INFERNO)[:, :, ::-1],
    dtype=np.uint8,
)


def to_grey(image: NDArray[Any]) -> NDArray[np.float32]:
    """Turn RGB into brightness: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601 luma).

    Args:
        image: H×W×3, or H×W, which only changes its type.

    Returns:
        H×W in 0..255; of a uint8 picture in whole grey levels, as a grey file would hold.
    """
    if image.ndim == 2:
        return image.astype(np.float32)
    pixels = image if image.dtype == np.uint8 else image.astype(np.float32)
    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)


def diverging(
    values: NDArray[Any],
    limit: float | None = None,
    stops: tuple[tuple[float, str], ...] = DIVERGING_STOPS,
) -> NDArray[np.uint8]:
    """Colour signed numbers: blue positive, near-white 0, orange negative.

    Args:
        values: H×W.
        limit: The number that gets the full colour; larger ones are clipped to it.
            By default the largest absolute value.
        stops: Other colours: `WEIGHT_STOPS`.

    Returns:
        H×W×3 RGB.
    """
    signed = np.asarray(values, dtype=np.float32)
    if limit is None:
        limit = float(np.abs(signed).max())
    scale = 127 / limit if limit > 0 else 0.0
    # One pass of OpenCV multiplies, shifts, rounds and saturates; 0 falls exactly on 128.
    level = cv2.addWeighted(signed, scale, signed, 0, 128, dtype=cv2.CV_8U)
    return _apply(
        np.asarray(level, dtype=np.uint8).reshape(signed.shape), _lookup(stops, centre=128)
    )


def heat(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Colour numbers from 0 (black) over red to 1 (pale yellow), for overlays.

    The colours are matplotlib's *inferno*, whose lightness only rises, so it
    also reads in grey and for the colour-blind.

    Args:
        values: H×W in 0..1; anything outside is clipped.

    Returns:
        H×W×3 RGB.
    """
    level = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return _apply(level, _HEAT)


def _apply(level: NDArray[np.uint8], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.LUT(cv2.merge([level] * 3), table), dtype=np.uint8)
