"""A pad to draw a picture for a network on; the browser turns it into what the network sees."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cnnviz.runs import RunConfig

_component = register("draw")


def draw(
    config: RunConfig, *, key: str, known: NDArray[np.uint8], on_draw: Callable[[str], None] | None
) -> None:
    """Draw the pad. Other components of the page follow the pen: they find the picture by the key.

    All pads of a browser show one drawing. Where the server is told nothing, a picture out of a
    file can be chosen instead, which all such places share, too.

    Args:
        config: The run whose network looks at the drawing; its data set decides how the drawing is
            centred and scaled.
        key: Streamlit key, and the name under which other components find the picture.
        known: The picture that the server has, as :func:`drawn_picture` reads it.
        on_draw: Called with a text for :func:`drawn_picture` whenever a stroke has ended that the
            server does not know; None if the server is told nothing.
    """

    def drawn() -> None:
        if on_draw is not None:
            on_draw(st.session_state[key]["drawn"])

    data = payload(config, name=key, known=known, sends=on_draw is not None)
    _component(key=key, data=data, on_drawn_change=drawn)


def payload(
    config: RunConfig, *, name: str, known: NDArray[np.uint8], sends: bool
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {
        "dataset": config.dataset,
        "shape": config.input_shape,
        "name": name,
        "known": base64.b64encode(known[0].tobytes()).decode(),
        "sends": sends,
    }


def drawn_picture(text: str, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """What a network sees of the drawing that a browser has sent.

    Args:
        text: Base64 of the grey levels, row by row. A browser can send anything.
        shape: C, H, W of the network's pictures.

    Returns:
        C×H×W, the same levels in each channel; black if the text is no picture of this size.
    """
    channels, height, width = shape
    try:
        levels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError, TypeError):
        levels = np.empty(0, np.uint8)
    if levels.size != height * width:
        levels = np.zeros(height * width, np.uint8)
    return np.tile(levels.reshape(1, height, width), (channels, 1, 1))
