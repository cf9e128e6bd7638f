"""A volume in space, a filter that slides through it, and the maps that the filters give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_component = register("volume")


def volume(
    pixels: NDArray[np.float64],
    bank: NDArray[np.float64],
    biases: NDArray[np.float64],
    output: NDArray[np.float64],
    *,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw a picture as a block of channels, and the block of maps that filters make of it.

    A filter walks through the block; what its channels add up to is spelled out. Each filter has a
    colour, which its map has, too. The server is not called for that.

    Args:
        pixels: 3×H×W, red, green and blue from 0 to 255.
        bank: F×3×k×k, the filters.
        biases: F.
        output: F×h×w, what they give with stride 1 and without padding.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that prints the output.
    """
    _component(key=key, data=payload(pixels, bank, biases, output, alt=alt, pytorch=pytorch))


def payload(
    pixels: NDArray[np.float64],
    bank: NDArray[np.float64],
    biases: NDArray[np.float64],
    output: NDArray[np.float64],
    *,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "sides": [pixels.shape[1], pixels.shape[2]],
        "kernel": bank.shape[2],
        "size": output.shape,
        "pixels": packed(pixels, np.float32),
        "bank": packed(bank, np.float32),
        "biases": biases.tolist(),
        "output": packed(output, np.float32),
        "stops": DIVERGING_STOPS,
        "weight_stops": WEIGHT_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
