"""Many small maps that change from step to step, above the curve of a number that falls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import WEIGHT_STOPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_component = register("film")


def film(
    maps: NDArray[Any],
    values: Sequence[float],
    counts: NDArray[Any],
    *,
    key: str,
    value: str,
    tile: str,
    counted: str,
    alt: str,
    pytorch: str = "",
) -> None:
    """Draw the maps of one step above the curve of a number over all steps, played in the browser.

    Args:
        maps: T×N×H×W, for T steps and N maps; the last ones decide on the colours.
        values: T numbers.
        counts: T×N: a whole number for each map.
        key: Streamlit key. Another film under the same key is played from its beginning.
        value: What `values` are.
        tile: What one map is called; its number is added.
        counted: What `counts` count.
        alt: What the maps show, for screen readers.
        pytorch: Code that gives these numbers.
    """
    data = payload(
        maps, values, counts, value=value, tile=tile, counted=counted, alt=alt, pytorch=pytorch
    )
    _component(key=key, data=data)


def payload(
    maps: NDArray[Any],
    values: Sequence[float],
    counts: NDArray[Any],
    *,
    value: str,
    tile: str,
    counted: str,
    alt: str,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; numbers of maps are float32."""
    content = {
        "alt": alt,
        "value": value,
        "values": list(values),
        "counted": counted,
        "counts": packed(counts, np.int32),
        "stops": WEIGHT_STOPS,
        "pytorch": pytorch,
        "group": {
            "title": "",
            "note": "",
            "tile": tile,
            "columns": None,
            "unsigned": False,
            "shape": list(maps.shape[1:]),
            "values": packed(maps, np.float32),
            "limit": float(np.abs(maps[-1]).max(initial=0)),
        },
    }
    return content | {"id": digest(content)}
