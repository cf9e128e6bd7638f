"""The Tab key leads from a button that has opened a panel into the panel, and out of it again."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_keys",
    js=(Path(__file__).parent / "keys.js").read_text(encoding="utf-8"),
    css=".st-key-keys { position: absolute; width: 0; }",  # takes no room
    isolate_styles=False,
)


def tab_enters_panels() -> None:
    """Install it for all panels that a button opens; draws nothing."""
    _component(key="keys", height=1)
