"""Controls are read aloud by their plain names, without the markup of their labels."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_names",
    js=(Path(__file__).parent / "names.js").read_text(encoding="utf-8"),
    css=".st-key-names { position: absolute; width: 0; }",  # takes no room
    isolate_styles=False,
)


def plain_names() -> None:
    """Install it; draws nothing."""
    _component(key="names", height=1)
