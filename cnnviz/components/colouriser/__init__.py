"""Grey pictures coloured by two networks, and the distribution over colours of each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed, packed_pictures, packed_weights
from cnnviz.components.sources import register
from cnnviz.training.experiments.colourisation import CHROMA_SCALE, network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.training.experiments.colourisation import Colourers

_component = register("colouriser")


def colouriser(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    classes: Sequence[str],
    colourers: Colourers,
    *,
    key: str,
    alt: str,
    pytorch: str,
    still: bool = False,
    unknown: bool = False,
) -> None:
    """Draw a picture in grey, in its colours and in those of two networks.

    Args:
        pictures: N×side×side×3; the networks are shown their grey levels.
        titles: What each shows.
        classes: What the classes of colour are called.
        colourers: The networks; their weights are sent in half precision.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that runs the network with classes.
        still: Whether it waits at the first picture, which somebody has chosen.
        unknown: Whether nobody knows the true colours of the first picture.
    """
    data = payload(
        pictures, titles, classes, colourers,
        alt=alt, pytorch=pytorch, still=still, unknown=unknown,
    )  # fmt: skip
    _component(key=key, data=data)


def payload(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    classes: Sequence[str],
    colourers: Colourers,
    *,
    alt: str,
    pytorch: str,
    still: bool = False,
    unknown: bool = False,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        **packed_pictures(pictures),
        "titles": list(titles),
        "classes": list(classes),
        "centres": packed(colourers.centres, np.float32),
        "scale": CHROMA_SCALE,
        "regression": network(2),
        "regression_weights": packed_weights(colourers.regression, "float16"),
        "classing": network(len(colourers.centres)),
        "classing_weights": packed_weights(colourers.classes, "float16"),
        "alt": alt,
        "pytorch": pytorch,
        "still": still,
        "unknown": unknown,
    }
    return content | {"id": digest(content)}
