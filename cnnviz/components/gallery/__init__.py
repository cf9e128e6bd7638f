"""Small pictures in rows, one of which can be chosen by click or keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.packing import png_address
from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

_component = register("gallery")


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture.

    Attributes:
        id: What `on_choose` is told.
        image: C×H×W `uint8`, C being 1 or 3.
        text: A short line below it.
        words: What it is, for the tooltip and for screen readers.
    """

    id: int
    image: NDArray[np.uint8]
    text: str
    words: str


def gallery(
    tiles: Sequence[Tile],
    *,
    key: str,
    chosen: int | None,
    label: str,
    on_choose: Callable[[int], None],
    side: int = 56,
) -> None:
    """Draw pictures to choose one from; the arrow keys, Home and End move, Enter chooses.

    Args:
        tiles: The pictures.
        key: Streamlit key.
        chosen: Id of the tile that is marked.
        label: What they are, for screen readers.
        on_choose: Called with the id of a tile that a person chose, before the page runs again.
        side: Width of a picture in CSS pixels.
    """
    known = {tile.id for tile in tiles}

    def told() -> None:
        asked = st.session_state[key]["chosen"]
        if asked in known:  # it comes from a browser
            on_choose(asked)

    _component(
        key=key,
        data=payload(tiles, chosen=chosen, label=label, side=side),
        on_chosen_change=told,
    )


def payload(tiles: Sequence[Tile], *, chosen: int | None, label: str, side: int) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; pictures are PNG data addresses."""
    return {
        "label": label,
        "chosen": chosen,
        "side": side,
        "tiles": [
            {"id": tile.id, "image": _address(tile.image), "text": tile.text, "words": tile.words}
            for tile in tiles
        ],
    }


def _address(image: NDArray[np.uint8]) -> str:
    return png_address(image[0] if len(image) == 1 else image.transpose(1, 2, 0))
