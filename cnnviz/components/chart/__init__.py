"""A chart to point at, zoom into and turn, drawn by plotly.js.

`st.plotly_chart` would draw each new figure from scratch, and the camera and the zoom would be
lost. Here the browser is given the new figure and keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import plotly_js
from cnnviz.components.packing import digest
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from cnnviz.figures.look import Figure

_component = register("chart")


def chart(figure: Figure, *, key: str, alt: str, pytorch: str = "") -> None:
    """Draw a figure, with its numbers as a table below.

    Args:
        figure: As the functions of `cnnviz.figures` make them. Its `layout.uirevision` says how
            long the view holds that somebody has turned or zoomed to: until it changes.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that gives the numbers, if there is any.
    """
    _component(key=key, data=payload(figure, alt=alt, pytorch=pytorch))


def payload(figure: Figure, *, alt: str, pytorch: str = "") -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {"figure": figure, "alt": alt, "pytorch": pytorch}
    folder = str(st.get_option("server.baseUrlPath") or "").strip("/")
    library = f"/{folder}/{plotly_js.NAME}" if folder else f"/{plotly_js.NAME}"
    return content | {"id": digest(content), "library": library}
