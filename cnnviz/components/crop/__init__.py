"""A picture with a frame on it that a hand or the arrow keys move, such as that of a crop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.packing import jpeg_address
from cnnviz.components.sources import register
from cnnviz.imaging import resize_to_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

_component = register("crop")
_SIDE = 400  # pixels of the picture that is sent


def crop(
    pixels: NDArray[np.uint8],
    frame: tuple[int, int, int, int],
    *,
    key: str,
    alt: str,
    on_move: Callable[[int, int], object],
) -> None:
    """Draw a small picture with a frame that can be moved.

    The browser moves the frame; the server hears of it when the hand rests.

    Args:
        pixels: H×W×3 RGB.
        frame: Its top row, left column, height and width, in pixels of the picture.
        key: Streamlit key.
        alt: What the frame is, for screen readers.
        on_move: Called with the row and column to which the frame has been moved.
    """
    height, width = pixels.shape[:2]

    def moved() -> None:
        place = st.session_state[key]["place"]
        last = height - frame[2], width - frame[3]
        if isinstance(place, list) and len(place) == 2 and all(type(one) is int for one in place):
            row, column = (min(max(one, 0), most) for one, most in zip(place, last, strict=True))
            on_move(row, column)

    _component(key=key, data=payload(pixels, frame, alt=alt), on_place_change=moved)


def payload(
    pixels: NDArray[np.uint8], frame: tuple[int, int, int, int], *, alt: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {
        "url": jpeg_address(resize_to_fit(pixels, _SIDE)),
        "size": list(pixels.shape[:2]),
        "frame": list(frame),
        "alt": alt,
    }
