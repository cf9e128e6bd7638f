"""Pictures to paint masks on: which class each pixel is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.packing import digest, packed_pictures
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

_component = register("mask_brush")


def mask_brush(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    classes: Sequence[str],
    *,
    most: int,
    key: str,
    alt: str,
    on_masks: Callable[[str], None],
) -> None:
    """Draw pictures and a brush; the masks stay in the browser until somebody sends them.

    Args:
        pictures: N×side×side grey levels.
        titles: What each shows.
        classes: What the classes are called at first, without the background; people rename them
            and add others.
        most: How many classes there can be, without the background.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
        on_masks: Called with the classes and all masks when they are sent, as
            `cnnviz.datasets.masks.read_masks` reads them.
    """

    def sent() -> None:
        on_masks(st.session_state[key]["masks"])

    _component(
        key=key,
        data=payload(pictures, titles, classes, most=most, alt=alt),
        on_masks_change=sent,
    )


def payload(
    pictures: NDArray[np.uint8],
    titles: Sequence[str],
    classes: Sequence[str],
    *,
    most: int,
    alt: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        **packed_pictures(pictures),
        "titles": list(titles),
        "classes": list(classes),
        "most": most,
        "alt": alt,
        "pytorch": "",
    }
    return content | {"id": digest(content)}
