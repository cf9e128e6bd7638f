"""A grey picture as a grid of numbers, to read by pointing and to change by painting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

Look = Literal["both", "numbers", "picture"]

_component = register("paint")


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
        key: Streamlit key, and the name under which other components find the picture.
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
            values,
            name=key,
            alt=alt,
            strokes=strokes,
            unit=unit,
            look=look,
            brush=brush,
            pytorch=pytorch,
        ),
        on_painted_change=painted,
    )


def payload(values: ArrayLike, **settings: Any) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    picture = packed(values)
    # On a new picture no old paint belongs.
    return settings | {"values": picture, "id": digest(picture)}
