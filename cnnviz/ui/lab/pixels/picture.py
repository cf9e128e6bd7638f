"""The pictures of the page Pixels are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.convolution import lecture_case, lecture_source
from cnnviz.imaging import to_grey
from cnnviz.inspection.digits import digits
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.picture import current_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCES = {
    "letter": "A letter a",
    "corner": "5×5 pixels",
    "first": "5×5 other pixels",
    "digit": "A handwritten digit",
    "blank": "A black square to paint a digit on",
    "picture": "A patch of the picture",
}
CORNERS = {"corner": "s2-first-5x5-b", "first": "s2-first-5x5-a"}
_CASES = {"letter": "s4-grid-a", **CORNERS}
LIGHT_STROKES = {"digit", "blank"}  # on a dark ground, 8×8: as the digits network was trained
PATCH = 24


def choose_pixels(source: str) -> NDArray[np.float64]:
    """Draw what else there is to choose for one of `SOURCES`.

    Returns:
        H×W, 0 to 255.
    """
    if source in _CASES:
        st.caption(
            f"From the {lecture_source(_CASES[source])}."
            + (
                " Its three white columns on the right may be padding: the slide's picture is lost."
                * (source == "letter")
            )
        )
    if source == "letter":
        return np.array(lecture_case(_CASES[source])["inputs"]["image"]) * 255.0
    if source in CORNERS:
        return np.array(lecture_case(_CASES[source])["inputs"]["image"], dtype=np.float64)
    if source == "blank":
        return np.zeros((8, 8))
    return _choose_patch() if source == "picture" else choose_digit()


def choose_digit() -> NDArray[np.float64]:
    """Draw the choice of a test digit: 8×8, 0 to 255."""
    chosen = paired("Digit", 0, 99, 3, key="px_digit")
    return np.array(digits().images[chosen, 0], dtype=np.float64)


def _choose_patch() -> NDArray[np.float64]:
    pixels = current_picture().pixels
    height, width = pixels.shape[:2]
    side = min(height, width, PATCH)
    row = _place("Top row", height - side, 0.2, "px_row")
    column = _place("Left column", width - side, 0.4, "px_col")
    patch = to_grey(pixels[row : row + side, column : column + side])
    return np.round(patch).astype(np.float64)


def _place(label: str, last: int, share: float, key: str) -> int:
    if last == 0:  # a slider needs two ends
        return 0
    return int(paired(label, 0, last, int(last * share), key=key))
