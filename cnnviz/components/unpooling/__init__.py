"""Pictures max-pooled and enlarged again in three ways, with what each way loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest, packed_pictures
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_component = register("unpooling")


def unpooling(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    window: int,
    *,
    key: str,
    alt: str,
    pytorch: str,
) -> None:
    """Draw a picture, its pooled values, and the three pictures that are restored from them.

    Args:
        pictures: N×side×side, light on a dark ground.
        titles: What each shows.
        window: Rows and columns of a pooling window; divides the side.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        pytorch: Code that gives the three pictures.
    """
    _component(key=key, data=payload(pictures, titles, window, alt=alt, pytorch=pytorch))


def payload(
    pictures: NDArray[np.uint8], titles: Sequence[str], window: int, *, alt: str, pytorch: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data.

    Raises:
        ValueError: The window does not divide the side.
    """
    side = pictures.shape[1]
    if side % window:
        raise ValueError(f"{side} pixels cannot be parted into windows of {window}")
    content = {
        **packed_pictures(pictures),
        "window": window,
        "titles": list(titles),
        "stops": DIVERGING_STOPS,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
