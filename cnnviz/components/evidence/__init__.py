"""A class activation map beside the picture it lies on; all interaction in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import png_address
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, heat
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from numpy.typing import NDArray

_component = register("evidence")


def evidence(
    raw: NDArray[np.float64],
    stretched: NDArray[np.float64],
    picture: NDArray[np.uint8],
    *,
    key: str,
    label: str,
    limit: float | None = None,
) -> None:
    """Draw a signed map in numbers and colours, and its positive part over the picture.

    Hovering a cell lights the part of the picture it stands for, and the other way round; the
    opacity of the overlay follows its slider at once. The server is not called for either.

    Args:
        raw: gh×gw signed evidence.
        stretched: The same at the size at which it is laid over the picture.
        picture: H×W×3 or H×W, of the same proportions.
        key: Streamlit key.
        label: What the evidence is for.
        limit: The number that has the full colour, so that several maps can share a scale; the
            largest of this map, of either sign, if not given.
    """
    _component(key=key, data=payload(raw, stretched, picture, label=label, limit=limit))


def payload(
    raw: NDArray[np.float64],
    stretched: NDArray[np.float64],
    picture: NDArray[np.uint8],
    *,
    label: str,
    limit: float | None = None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; pictures are PNG data addresses."""
    peak = float(raw.max()) if limit is None else limit
    glow = None
    if raw.max() > 0:
        share = np.clip(stretched / peak, 0, 1)
        # As opaque as it is strong: where nothing speaks for the class, the picture stays.
        alpha = np.rint(255 * share).astype(np.uint8)
        glow = png_address(np.dstack([heat(0.25 + 0.75 * share), alpha]))
    return {
        "label": isolated(label),
        "values": raw.tolist(),
        "limit": limit,
        "stops": [list(stop) for stop in DIVERGING_STOPS],
        "picture": png_address(picture),
        "glow": glow,
    }
