"""A picture of one's own for a network; the browser turns it into what the network sees."""

from __future__ import annotations

import base64
import binascii
import math
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
    """Draw the pad, or the choice of a file. Other components follow: they find it by the key.

    All such places of a browser share one drawing and one picture out of a file.

    Args:
        config: The run whose network looks at the picture; its data set decides how a drawing is
            centred and scaled.
        key: Streamlit key, and the name under which other components find the picture.
        known: The picture that the server has, as :func:`drawn_picture` reads it.
        on_draw: Called with a text for :func:`drawn_picture` whenever a stroke has ended, or a file
            was chosen, that the server does not know; None if the server is told nothing.
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
        "known": base64.b64encode(known.tobytes()).decode(),
        "sends": sends,
    }


def drawn_picture(text: str, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """What the network sees of the picture that a browser has sent.

    Args:
        text: Base64 of the levels, C×H×W. A browser can send anything.
        shape: C, H, W of the network's pictures.

    Returns:
        C×H×W; black if the text is no picture of this size.
    """
    try:
        levels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError, TypeError):
        levels = np.empty(0, np.uint8)
    if levels.size != math.prod(shape):
        levels = np.zeros(math.prod(shape), np.uint8)
    return levels.reshape(shape)
