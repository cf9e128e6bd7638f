"""Scrolling to what a button opened, even if it opened below the fold."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_reveal",
    js=(Path(__file__).parent / "reveal.js").read_text(encoding="utf-8"),
    # Takes no room. Streamlit would look for a file where a star stands in a single line.
    css='[class*="st-key-reveal"] {\n  position: absolute;\n  width: 0;\n}\n',
    isolate_styles=False,
)


def reveal(place: str, token: str | None) -> None:
    """Scroll to a container of the page, once for each press.

    Call it after the container's contents were drawn: then they are there when it is scrolled to.

    Args:
        place: The container's Streamlit key.
        token: Names the press, and no other one of this session; None before there was any.
    """
    _component(key=f"reveal-{place}", data={"place": place, "token": token}, height=1)
