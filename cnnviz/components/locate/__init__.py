"""From maps to boxes: one threshold for all, moved in the browser, and a true box to drag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, jpeg_address
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_component = register("locate")


@dataclass(frozen=True, eq=False)
class Place:
    """A picture, a map of it, and where the object is.

    Attributes:
        picture: H×W or H×W×3 `uint8`.
        raw: h×w signed evidence.
        name: What is looked for.
        truth: Top, left, height and width of the true box, in pixels of the picture.
    """

    picture: NDArray[np.uint8]
    raw: NDArray[np.float64]
    name: str
    truth: tuple[int, int, int, int]


def locate(
    places: Sequence[Place],
    *,
    key: str,
    alt: str,
    parameter: str,
    means: Sequence[float] = (),
    thresholds: Sequence[float] = (),
    means_of: str = "",
    drag: bool = False,
    pytorch: str = "",
) -> None:
    """Draw pictures with the largest region above a threshold, its box and the true box.

    The threshold is a share of each map's maximum. The browser stretches the maps, finds the
    pieces and counts IoU, as `cnnviz.inspection.trust.boxes` does.

    Args:
        places: The pictures.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        parameter: Name of the threshold in the address, in percent; of the true box, if it can be
            dragged, the same with `_box`.
        means: Mean IoU at each threshold, perhaps of more pictures; if there is none, the curve
            is that of the first picture, and follows its true box.
        thresholds: The thresholds of the curve.
        means_of: What the means are of.
        drag: Whether the true box can be dragged; for one picture.
        pytorch: Code that gives the numbers, if there is any.
    """
    data = payload(
        places, alt=alt, parameter=parameter, means=means, thresholds=thresholds,
        means_of=means_of, drag=drag, pytorch=pytorch,
    )  # fmt: skip
    _component(key=key, data=data)


def payload(
    places: Sequence[Place],
    *,
    alt: str,
    parameter: str,
    means: Sequence[float] = (),
    thresholds: Sequence[float] = (),
    means_of: str = "",
    drag: bool = False,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "places": [
            {
                "picture": jpeg_address(place.picture),
                "size": place.picture.shape[:2],
                "values": place.raw.ravel().tolist(),
                "rows": place.raw.shape[0],
                "name": place.name,
                "truth": list(place.truth),
            }
            for place in places
        ],
        "means": list(means),
        "thresholds": list(thresholds),
        "meansOf": means_of,
        "drag": drag,
        "parameter": parameter,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
