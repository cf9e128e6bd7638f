"""Paint on a picture, kept in the address while the page is open and in the session after."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui.shared.choice import arriving


def painting(key: str, *, before: str) -> str:
    """What is painted, as a text.

    Args:
        key: The address parameter.
        before: Key of the choice of picture, not drawn yet in this run: it tells whether the
            page is opened now. Then the address decides, or else the last visit.
    """
    linked, state = st.query_params.get(key), st.session_state
    by_link = linked is not None or before in st.query_params
    if arriving(before) and not by_link and state.get(f"_{key}"):
        st.query_params[key] = linked = state[f"_{key}"]
    state[f"_{key}"] = linked or ""
    return linked or ""


def keep_paint(key: str, strokes: str) -> None:
    """In a callback: write what is painted to the address."""
    if strokes:
        st.query_params[key] = strokes
    else:
        st.query_params.pop(key, None)


def drop_paint(key: str) -> None:
    """In a callback: another picture was chosen."""
    keep_paint(key, "")
    st.session_state.pop(f"_{key}", None)
