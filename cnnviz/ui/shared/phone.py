"""Long settings are behind a button on a phone, so that a page opens on its figure there too.

The server does not know how wide a screen is, so a style sheet hides what is behind the button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def _opened(name: str) -> str:
    return f"_phone_{name}_opened"


def was_opened(name: str) -> bool:
    """Whether these settings were asked for by their button."""
    return bool(st.session_state.get(_opened(name), False))


def behind_a_button(words: str, name: str) -> DeltaGenerator:
    """A place for settings that a phone shows when a button is pressed; other screens at once.

    Args:
        words: What the button says.
        name: Tells this place from others.
    """
    opened = was_opened(name)
    st.button(
        "Hide these settings" if opened else words,
        icon=":material/tune:",
        width="stretch",
        key=f"_phone_{name}",  # `main.css` hides it on wider screens
        on_click=st.session_state.update,
        args=({_opened(name): not opened},),
    )
    place = st.container(key=f"behind_{name}")
    if not opened:
        rule = f".st-key-behind_{name} {{ display: none }}"
        st.html(f"<style>@media (max-width: 640px) {{ {rule} }}</style>")
    return place


def fold(name: str) -> None:
    """Put the settings behind their button again, once they were used."""
    st.session_state[_opened(name)] = False
