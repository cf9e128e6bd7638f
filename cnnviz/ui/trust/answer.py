"""The answer that is doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.inspection import METHODS
from cnnviz.numbers.formatting import percent
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from cnnviz.ui.shared.zoo import Look


def best_of(look: Look) -> int:
    """The class that is predicted, and explained on this page."""
    return look.answer.top(1)[0]


def name_of(look: Look, class_index: int) -> str:
    """Its name."""
    return look.network.classes[class_index]


def show_answer(look: Look) -> None:
    """Say what the network predicts, and where that is explained in full."""
    best, title = best_of(look), plain(look.network.title)
    probability = percent(float(look.answer.probabilities[best]))
    text = (
        f"{title} predicts **{plain(name_of(look, best))}** for your picture, with"
        f" probability {probability}. A map says where it sees that. Can you believe the map?"
    )
    if not look.network.trained:
        text += " **Untrained:** nothing here was learned."
    st.markdown(text)


def choose_method(key: str, *, quick: bool) -> str:
    """Let the person choose what draws the map.

    Args:
        key: Address parameter.
        quick: Whether only methods of one pass are offered; the CAM, which needs its own head
            and says the same as Grad-CAM there, is not.
    """
    titles = {
        id: method.title
        for id, method in METHODS.items()
        if id != "cam" and not (quick and method.slow)
    }
    return choice(st.selectbox, "Map", titles, "grad_cam", key=key, width=220)
