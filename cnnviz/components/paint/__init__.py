"""A grey picture as a grid of numbers, to read by pointing and to change by painting."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import streamlit as st

from cnnviz.components.packing import packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

Look = Literal["both", "numbers", "picture"]

_HERE = Path(__file__).parent
# One ES module: the browser is sent the files one after the other.
_SCRIPTS = (
    "../shared/numbers.js",
    "../shared/elements.js",
    "../shared/grid.js",
    "../shared/arrays.js",
    "strokes.js",
    "paint.js",
)
_STYLES = ("../shared/figure.css", "paint.css")

_component = st.components.v2.component(
    "cnnviz_paint",
    html=(_HERE / "paint.html").read_text(encoding="utf-8"),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


def paint_grid(
    values: ArrayLike,
    *,
    key: str,
    alt: str,
    strokes: str = "",
    on_paint: Callable[[str], None],
    unit: Literal[1, 255] = 255,
    look: Look = "both",
    brush: int = 0,
    pytorch: str = "",
) -> None:
    """Draw a picture that can be painted on; the server hears of a stroke when it ends.

    Args:
        values: H×W, 0 (black) to 255 (white), without the paint.
        key: Streamlit key.
        alt: What the picture shows, for screen readers.
        strokes: What is painted already, as `cnnviz.imaging.pixels.paint` reads it.
        on_paint: Called with all that is painted, in the same form.
        unit: Whether numbers are shown from 0 to 255 or from 0 to 1.
        look: Numbers on greys, numbers alone, or greys alone.
        brush: Value that the brush has at first, 0 to 255.
        pytorch: Code that gives these numbers.
    """

    def painted() -> None:
        on_paint(st.session_state[key]["painted"])

    _component(
        key=key,
        data=payload(
            values, alt=alt, strokes=strokes, unit=unit, look=look, brush=brush, pytorch=pytorch
        ),
        on_painted_change=painted,
    )


def payload(values: ArrayLike, **settings: Any) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    image = np.ascontiguousarray(values, dtype="<f8")
    return settings | {
        "values": packed(image),
        # Tells a new picture, on which no old paint belongs, from the same one sent again.
        "id": hashlib.blake2b(image.tobytes() + str(image.shape).encode()).hexdigest()[:24],
    }
