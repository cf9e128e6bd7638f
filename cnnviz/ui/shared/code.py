"""Code that gives the numbers on screen."""

from __future__ import annotations

import streamlit as st


def copy_code(label: str, code: str, *, language: str = "python", note: str = "") -> None:
    """Draw a button that opens `code` with a copy icon beside it, and a note above it."""
    with st.popover(label, icon=":material/code:"):
        if note:
            st.markdown(note)
        st.code(code, language=language)
