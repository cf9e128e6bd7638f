"""Code that gives the numbers on screen."""

from __future__ import annotations

import streamlit as st


def copy_code(label: str, code: str, *, language: str = "python") -> None:
    """Draw a button that opens `code` with a copy icon beside it."""
    with st.popover(label, icon=":material/code:"):
        st.code(code, language=language)
