"""A picture to draw on or to add noise to, which two networks restore at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_weights
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cnnviz.networks import Spec
    from cnnviz.training.experiments.denoising import Weights

_component = register("undo")


def undo(
    pictures: Mapping[str, NDArray[np.uint8]],
    networks: Mapping[str, tuple[Spec, Weights]],
    *,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw a clean picture, the same spoiled, and what each network makes of it.

    Args:
        pictures: Those to choose from, H×H grey, by their titles.
        networks: By their titles, from a spoiled grey picture (0 to 1) to a clean one.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that runs a network.
    """
    _component(key=key, data=payload(pictures, networks, alt=alt, pytorch=pytorch))


def payload(
    pictures: Mapping[str, NDArray[np.uint8]],
    networks: Mapping[str, tuple[Spec, Weights]],
    *,
    alt: str,
    pytorch: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "side": len(next(iter(pictures.values()))),
        "pictures": [
            {"title": title, "levels": packed(levels, np.int16)}
            for title, levels in pictures.items()
        ],
        "networks": [
            {"title": title, "spec": spec, "weights": packed_weights(weights)}
            for title, (spec, weights) in networks.items()
        ],
        "stops": DIVERGING_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
