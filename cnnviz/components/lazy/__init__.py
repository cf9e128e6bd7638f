"""Lazy loading: the page learns that a place below the fold has come near the window."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.sources import register

_component = register("lazy", isolate_styles=False)


def is_due(name: str) -> bool:
    """Keep room for a section, until it comes near the window or the browser has nothing to do.

    Call it in a fragment, which then runs again.

    Args:
        name: Tells two sections of a page apart.

    Returns:
        Whether the section is to be drawn; once it is, until the page is left.
    """
    key = f"lazy-{name}"
    due = bool(st.session_state.get(key, {}).get("due"))
    _component(key=key, data={"due": due}, on_due_change=lambda: None)
    return due
