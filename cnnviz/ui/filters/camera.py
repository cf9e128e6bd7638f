"""Filters on the live camera: all of it in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz import imaging
from cnnviz.components.camera import live_camera
from cnnviz.components.compare import Encoded, Live, compare, encode
from cnnviz.components.photo import is_secure
from cnnviz.components.reveal import reveal
from cnnviz.imaging import FILTERS
from cnnviz.ui.filters.settings import KERNEL_GRID, MOVED
from cnnviz.ui.shared.picture import keep_picture, offer_photo

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.imaging import Recipe, View

_USED, _PRESSES = "_f_camera", "_f_camera_presses"
_NAME = "camera"
_SIZE = (480, 640)  # until the first frame says its own


def uses_camera() -> bool:
    """Whether the switch, which may be drawn later in this run, is on."""
    return bool(st.session_state.get(_USED))


def camera_switch() -> None:
    """Draw the switch between the page's picture and the live camera, or what there is instead."""
    state = st.session_state
    none = not is_secure(st.context.url)
    with st.container(key="f_camera_switch"):
        st.toggle(
            "Live camera",
            key=_USED,
            help="Filters what your camera sees. Nothing of it leaves your browser but a frame that"
            " you choose to study.",
            on_change=lambda: state.update({_PRESSES: state.get(_PRESSES, 0) + 1}),
        )
        if uses_camera() and none:
            offer_photo("_f_photo_app")
    reveal("f_camera_switch", f"camera {state.get(_PRESSES)}" if uses_camera() and none else None)


def _study(frame: bytes) -> None:
    """Make a frame the page's picture."""
    if keep_picture(frame, "Frame from the camera"):
        st.session_state[_USED] = False


def draw_camera(colour: str) -> bool:
    """Draw the camera's buttons; return whether there is a camera."""
    if not is_secure(st.context.url):
        return False
    live_camera(_NAME, colour=colour == "colour", key="f_camera", on_frame=_study)
    return True


def draw_frames(
    name: str,
    recipe: Recipe,
    view: View,
    colour: str,
    places: tuple[DeltaGenerator, DeltaGenerator],
) -> None:
    """Draw what the camera sees, and the same filtered.

    Args:
        name: Key of `FILTERS`.
        recipe: The filter with its settings.
        view: How the result is shown.
        colour: "grey" or "colour".
        places: Where the two go.
    """
    nothing = np.zeros((32, 32, 3) if colour == "colour" else (32, 32), np.uint8)
    photo = _empty(encode(imaging.present_photo(nothing)))
    result = _empty(encode(imaging.present(recipe.apply(nothing), view)))
    with places[0]:
        compare(
            photo, key="f_camera_photo", title="Camera", alt="What the camera sees", size=_SIZE,
            group=_NAME, window=recipe.window,
            live=Live(_NAME, None, "clipped", {}, "", streams=True),
        )  # fmt: skip
    with places[1]:
        compare(
            result, key="f_camera_result", title="Result", size=_SIZE, group=_NAME,
            alt=f"What the camera sees after {FILTERS[name].title}",
            live=Live(_NAME, recipe, view, MOVED, KERNEL_GRID, streams=True),
        )  # fmt: skip


def _empty(picture: Encoded) -> Encoded:
    """A picture of which only the colours count, until the first frame comes."""
    return picture._replace(url="")
