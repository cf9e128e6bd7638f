"""Scrolling to what a button opened, even if it opened below the fold: Streamlit cannot scroll."""

from __future__ import annotations

from cnnviz.components.sources import register

_component = register("reveal", isolate_styles=False)


def reveal(place: str, token: str | None, *, end: bool = False) -> None:
    """Scroll to a container of the page, once for each press.

    Call it after the container's contents were drawn: then they are there when it is scrolled to.

    Args:
        place: The container's Streamlit key.
        token: Names the press, and no other one of this session; None before there was any.
        end: Whether to scroll only until its end is in view, where all of it fits: what is above
            it stays in view, as far as there is room.
    """
    _component(key=f"reveal-{place}", data={"place": place, "token": token, "end": end}, height=1)
