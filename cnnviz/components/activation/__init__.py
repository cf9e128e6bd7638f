"""An activation function at work: the map before, the curve, the map after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_component = register("activation")


def activation(
    before: NDArray[Any],
    after: NDArray[Any],
    curve: NDArray[Any],
    *,
    key: str,
    name: str,
    pytorch: str,
) -> None:
    """Draw a map, the curve of an activation function with a dot per cell, and the map after it.

    Args:
        before: H×W.
        after: H×W, the function of each cell.
        curve: 2×N, points of the curve from left to right: x and y.
        key: Streamlit key.
        name: What the function is called.
        pytorch: Code that gives these numbers.
    """
    _component(key=key, data=payload(before, after, curve, name=name, pytorch=pytorch))


def payload(
    before: NDArray[Any], after: NDArray[Any], curve: NDArray[Any], *, name: str, pytorch: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "shape": before.shape,
        "before": np.asarray(before, dtype=float).ravel().tolist(),
        "after": np.asarray(after, dtype=float).ravel().tolist(),
        "curve": np.asarray(curve, dtype=float).tolist(),
        "stops": DIVERGING_STOPS,
        "name": name,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
