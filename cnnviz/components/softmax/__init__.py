"""Softmax with temperature: sliders for it and for the logits, which answer in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_component = register("softmax")


def softmax(
    logits: Sequence[float],
    names: Sequence[str],
    temperatures: Sequence[float],
    *,
    key: str,
    url_parameter: str,
    on_edit: Callable[[list[float]], None],
) -> None:
    """Draw the probabilities of some classes, with sliders for their logits and the temperature.

    Everything is computed in the browser: exp(logit / T), divided by the sum over all classes.

    Args:
        logits: One per class.
        names: Of the classes.
        temperatures: Increasing; the slider's stops, opening on the one nearest to 1.
        key: Streamlit key.
        url_parameter: Name under which the page's address remembers the temperature.
        on_edit: Called, in a callback, with all logits when a slider of them has come to rest.
    """
    data = payload(logits, names, temperatures, url_parameter=url_parameter)
    _component(
        key=key, data=data, on_edited_change=lambda: on_edit(st.session_state[key]["edited"])
    )


def payload(
    logits: Sequence[float],
    names: Sequence[str],
    temperatures: Sequence[float],
    *,
    url_parameter: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {
        "logits": list(logits),
        "names": list(names),
        "temperatures": list(temperatures),
        "urlParameter": url_parameter,
    }
