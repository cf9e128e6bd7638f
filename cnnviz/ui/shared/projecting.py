"""Large figures for the last row of a room: one switch in the header, `?size=large` in any address.

Everything on a page is as large as its text (`rem` in style sheets, `textScale` in
`components/kit/screen.js`), so larger text is all that this changes. The settings beside a
figure are hidden, and what manages a run; the choice above it, of what it shows, stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui.shared.address import SIZE

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_CHOICE = "_size_chosen"
# Streamlit has no option for larger text, nor for a part of a page that is drawn but hidden.
_STYLE = (
    "<style>html { font-size: 150% !important }"
    " [class*=st-key-settings] { display: none !important }"
    " [data-testid=stMainBlockContainer] { padding: 4rem 2rem 2rem }"
    " [data-testid=stHeader] { zoom: 0.6667 }</style>"  # the menu keeps its size and all entries
)


def is_large() -> bool:
    """Whether this page is drawn for a projector."""
    return st.session_state.get(_CHOICE) == "large"


def follow_the_address() -> None:
    """Take the size that the address asks for, and draw the page in it; before anything else.

    The choice lasts for the session, as a picture's does: links inside the app do not repeat it.
    """
    before = st.session_state.get(_CHOICE)
    st.session_state[_CHOICE] = SIZE.follow(before, opened=False) or before
    SIZE.write("large" if is_large() else None)
    if is_large():
        st.html(_STYLE)


def wide(pixels: int) -> int:
    """How wide to make a field whose words need so many CSS pixels at the usual size."""
    return pixels * 3 // 2 if is_large() else pixels


def _switch() -> None:
    st.session_state[_CHOICE] = "usual" if is_large() else "large"


def size_button() -> None:
    """Draw the button that switches between the usual size and the projector's."""
    large = is_large()
    st.button(
        "Usual size" if large else "Project",
        icon=":material/close_fullscreen:" if large else ":material/slideshow:",
        help="Go back to the usual size, with the settings."
        if large
        else "Enlarge figures and text for a projector, and hide the settings.",
        key="_size",
        on_click=_switch,
    )


def settings(name: str = "", *, horizontal: bool = False) -> DeltaGenerator:
    """A place for settings: what is drawn here is hidden from a projector.

    Args:
        name: Tells two places on one page apart.
        horizontal: In a row, with all labels above.
    """
    key = f"settings_{name}" if name else "settings"
    if horizontal:
        return st.container(key=key, horizontal=True, vertical_alignment="bottom")
    return st.container(key=key)


def figure_and_settings(
    name: str = "",
    *,
    shares: tuple[int, int] = (3, 1),
    settings_first: bool = False,
    phone_below: bool = True,
    hidden: bool = False,
) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two places side by side: for a figure, and for its settings.

    Where settings are hidden the figure has the whole width. The settings still count, so the
    page draws them there, too.

    Args:
        name: Tells two pairs on one page apart.
        shares: How wide the figure and the settings are.
        settings_first: Put the settings on the left.
        phone_below: Whether a phone has these below the figure.
        hidden: Hide the settings at the usual size, too.
    """
    if is_large() or hidden:
        if hidden:
            st.html("<style>[class*=st-key-settings] { display: none }</style>")
        return st.container(), settings(name or "beside")
    if settings_first:
        # Of this name `main.css` knows what to do on a phone.
        with st.container(key=f"figure_first_{name or 'beside'}" if phone_below else None):
            beside, figure = st.columns(shares[::-1], gap="medium")
    else:
        figure, beside = st.columns(shares, gap="medium")
    return figure, beside
