"""Small pictures in rows, one of which can be chosen by click or keyboard."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "cnnviz_gallery",
    html=(_HERE / "gallery.html").read_text(encoding="utf-8"),
    css=(_HERE / "gallery.css").read_text(encoding="utf-8"),
    js=(_HERE / "gallery.js").read_text(encoding="utf-8"),
)


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
            {"id": tile.id, "image": _png(tile.image), "text": tile.text, "words": tile.words}
            for tile in tiles
        ],
    }


def _png(image: NDArray[np.uint8]) -> str:
    pixels = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
