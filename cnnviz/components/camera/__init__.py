"""The live camera of whoever looks at the page, as a picture that is filtered in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.photo import content
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable

_component = register("camera")


def live_camera(name: str, *, colour: bool, key: str, on_frame: Callable[[bytes], object]) -> None:
    """Draw the buttons of a camera, whose frames figures follow: see `Live.streams`.

    Args:
        name: What the figures know it by.
        colour: Whether the frames have colours or are made grey.
        key: Streamlit key.
        on_frame: Called with the PNG of a frame that a person wants as the page's picture; no
            other frame leaves the browser.
    """

    def chosen() -> None:
        on_frame(content(st.session_state[key]["frame"]))

    _component(key=key, data=payload(name, colour=colour), on_frame_change=chosen)


def payload(name: str, *, colour: bool) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {"name": name, "colour": colour}
