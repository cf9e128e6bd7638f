"""Sections below the fold, which are drawn once they come near the window: a page opens sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.lazy import is_due

if TYPE_CHECKING:
    from collections.abc import Callable


def lazy_section(name: str, draw: Callable[..., object], *given: Any, **named: Any) -> None:
    """Draw a section once it comes near the window, or once the browser has nothing else to do.

    What is set in it draws only the section again, as in any fragment of Streamlit's.

    Args:
        name: Tells it from the other sections of the page.
        draw: Draws it, heading and all; nothing outside may depend on what it does.
        *given: What `draw` is called with.
        **named: What else it is called with.
    """
    st.fragment(_section)(name, draw, given, named)


def _section(
    name: str, draw: Callable[..., object], given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    if is_due(name):
        draw(*given, **named)
