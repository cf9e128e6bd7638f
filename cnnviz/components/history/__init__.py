"""One history entry per page opened, so that Back leads to the previous page as it was left."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_history",
    js=(Path(__file__).parent / "history.js").read_text(encoding="utf-8"),
    css=".st-key-history { position: absolute; width: 0; }",  # takes no room
    isolate_styles=False,
)


def one_entry_per_page() -> None:
    """Install it; draws nothing."""
    _component(key="history", height=1)
