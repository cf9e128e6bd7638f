"""Optimisers on a surface of two numbers: their steps, computed in the browser."""

from __future__ import annotations

from typing import Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register

_component = register("valley")


def valley(surface: str, *, key: str, alt: str, pytorch: str) -> None:
    """Draw a surface from above and the paths of SGD, momentum and Adam on it.

    Args:
        surface: An id of `SURFACES` in `cnnviz/components/valley/optimisers.js`.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that prints where the optimisers are, with `START_X`, `START_Y`, `STEPS`,
            `RATE_SGD`, `RATE_MOMENTUM`, `RATE_ADAM` and `MOMENTUM` to be replaced by the numbers
            on screen.
    """
    _component(key=key, data=payload(surface, alt=alt, pytorch=pytorch))


def payload(surface: str, *, alt: str, pytorch: str) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {"surface": surface, "alt": alt, "pytorch": pytorch}
    return content | {"id": digest(content)}
