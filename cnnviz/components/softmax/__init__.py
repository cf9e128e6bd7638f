"""Softmax with temperature: a slider that answers in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "cnnviz_softmax",
    html=(_HERE / "softmax.html").read_text(encoding="utf-8"),
    css=(_HERE.parent / "shared" / "figure.css").read_text(encoding="utf-8")
    + (_HERE / "softmax.css").read_text(encoding="utf-8"),
    js="\n".join(
        path.read_text(encoding="utf-8")
        for path in (
            _HERE.parent / "shared" / "numbers.js",
            _HERE.parent / "shared" / "elements.js",
            _HERE.parent / "shared" / "arrays.js",
            _HERE / "softmax.js",
        )
    ),
)


def softmax(
    logits: Sequence[float],
    names: Sequence[str],
    temperatures: Sequence[float],
    probabilities: NDArray[Any],
    *,
    key: str,
    url_parameter: str,
) -> None:
    """Draw the probabilities of some classes, with a slider for the temperature.

    Args:
        logits: One per class.
        names: Of the classes.
        temperatures: Increasing; the slider's stops, opening on the one nearest to 1.
        probabilities: temperatures × classes.
        key: Streamlit key.
        url_parameter: Name under which the page's address remembers the temperature.
    """
    _component(
        key=key,
        data={
            "logits": list(logits),
            "names": list(names),
            "temperatures": list(temperatures),
            "rows": probabilities.tolist(),
            "urlParameter": url_parameter,
        },
    )
