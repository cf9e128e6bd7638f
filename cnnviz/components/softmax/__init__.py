"""Softmax with temperature: a slider that answers in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_component = register("softmax")


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
    data = payload(logits, names, temperatures, probabilities, url_parameter=url_parameter)
    _component(key=key, data=data)


def payload(
    logits: Sequence[float],
    names: Sequence[str],
    temperatures: Sequence[float],
    probabilities: NDArray[Any],
    *,
    url_parameter: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {
        "logits": list(logits),
        "names": list(names),
        "temperatures": list(temperatures),
        "rows": probabilities.tolist(),
        "urlParameter": url_parameter,
    }
