"""A picture chosen among several, kept in the address like any other choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.gallery import gallery
from cnnviz.ui.shared.choice import choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.components.gallery import Tile


def choose_tile(label: str, tiles: Sequence[Tile], default: int, *, key: str) -> int:
    """Draw pictures to choose one from.

    Args:
        label: What they are, for screen readers.
        tiles: The pictures.
        default: Id at first visit; the address leaves it out.
        key: The address parameter.

    Returns:
        The id of the chosen one; the default where the address names none of them.
    """

    def draw(label: str, _ids: list[int], *, key: str, **_: object) -> int:
        state = st.session_state

        def chosen(id: int) -> None:
            state[key] = id

        gallery(tiles, key=f"{key}_tiles", chosen=state[key], label=label, on_choose=chosen)
        there: int = state[key]
        return there

    return choice(draw, label, {tile.id: str(tile.id) for tile in tiles}, default, key=key)
