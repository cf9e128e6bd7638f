"""Copying: buttons work on plain HTTP too, and names are copied as they were typed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_clipboard",
    js=(Path(__file__).parent / "clipboard.js").read_text(encoding="utf-8"),
    css=".st-key-clipboard { position: absolute; width: 0; }",  # takes no room
    isolate_styles=False,
)


def copy_anywhere() -> None:
    """Install it for the whole page, Streamlit's own copy buttons too; draws nothing."""
    _component(key="clipboard", height=1)
