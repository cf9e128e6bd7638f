"""Scrolling to what a button opened, even if it opened below the fold: Streamlit cannot scroll."""

from __future__ import annotations

from cnnviz.components.sources import register

_component = register("reveal", isolate_styles=False)


def reveal(place: str, token: str | None, *, beside: tuple[str, float] | None = None) -> None:
    """Scroll to a container of the page, once for each press.

    Call it after the container's contents were drawn: then they are there when it is scrolled to.

    Args:
        place: The container's Streamlit key.
        token: Names the press, and no other one of this session; None before there was any.
        beside: The key of a component above it, and how far down its canvas, from 0 to 1, is the
            place that the press was about. It stays in view as far as the screen holds both; the
            beginning of the container always comes into view.
    """
    data = {"place": place, "token": token, "beside": beside}
    _component(key=f"reveal-{place}", data=data, height=1)
