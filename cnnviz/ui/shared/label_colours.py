"""The colours of classes, for pictures in which each pixel has a class."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.imaging.pixels import crisp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COLOURS = np.array(
    [(27, 27, 27), (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66),
     (213, 94, 0), (0, 114, 178), (255, 255, 255)],
    np.uint8,
)  # fmt: skip
"""Okabe and Ito's, as `cnnviz/components/live/pictures.js` has them; the background is dark."""


def coloured(labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """H×W classes as a picture, each pixel enlarged to a square."""
    return crisp(COLOURS[labels % len(COLOURS)].transpose(2, 0, 1))


def show_label_colours(classes: Sequence[str]) -> None:
    """Say which colour is which class."""
    rows = "".join(
        f'<span><i style="background: rgb({", ".join(map(str, COLOURS[at % len(COLOURS)]))})"></i>'
        f"{html.escape(name)}</span>"
        for at, name in enumerate(classes)
    )
    st.html(
        "<style>.label-colours span { margin-right: 0.8rem; white-space: nowrap }"
        " .label-colours i { display: inline-block; width: 0.8em; height: 0.8em;"
        " margin-right: 0.3em; border: 1px solid currentColor }</style>"
        f'<p class="label-colours">{rows}</p>'
    )
