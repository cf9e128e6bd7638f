"""A bar of light over a simple and a complex cell: turn it, move it, and see how they answer."""

from __future__ import annotations

from typing import Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.imaging.simple_and_complex_cells import LENGTH, SIDE, SIGMA, WAVELENGTH, WIDTH

_component = register("cortex")


def cortex(*, key: str, alt: str, pytorch: str) -> None:
    """Draw the field, the bar and the cells' answers.

    Args:
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that prints the answers for the bar on screen, with `ANGLE`, `SHIFT` and
            `PREFERRED` to be replaced by its numbers.
    """
    _component(key=key, data=payload(alt=alt, pytorch=pytorch))


def payload(*, alt: str, pytorch: str) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "side": SIDE,
        "wavelength": WAVELENGTH,
        "sigma": SIGMA,
        "width": WIDTH,
        "length": LENGTH,
        "stops": DIVERGING_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
