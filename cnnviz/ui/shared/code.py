"""Code that gives the numbers on screen."""

from __future__ import annotations

import streamlit as st


def copy_code(label: str, code: str, *, note: str = "") -> None:
    """Draw a button that opens `code` with a copy icon beside it, and a note above it."""
    with st.popover(label, icon=":material/code:"):
        if note:
            st.markdown(note)
        # Streamlit's colours for Python have a contrast of 2.3 to 3.8 to 1, where 4.5 is asked,
        # and no option of a theme changes them; a box that scrolls cannot be reached by keys.
        st.code(code, language=None, wrap_lines=True)
