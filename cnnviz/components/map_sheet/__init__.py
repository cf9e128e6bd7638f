"""Many small maps at once: filters, feature maps. Hover and enlarge in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnnviz.components.packing import packed
from cnnviz.components.sources import register
from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Scale = Literal["map", "layer", "all"]

_component = register("map_sheet")


@dataclass(frozen=True, eq=False)
class Group:
    """Maps that belong together, such as all maps of a layer.

    Attributes:
        title: Their name.
        values: N×H×W; drawn as N tiles.
        note: Words beside the title; the shape of `values` by default.
        tile: What one tile is called; its number is added, as in "map 3".
        columns: Tiles a row; as many as fit by default. With `columns`, a tile's name is its
            row and column, as in "filter 3, input 1", from `tile` being "filter, input".
        unsigned: Whether nothing in them can be below 0, as after a ReLU: their scale then starts
            at 0 and has the colours of positive numbers alone.
    """

    title: str
    values: NDArray[Any]
    note: str = ""
    tile: str = "map"
    columns: int | None = None
    unsigned: bool = False


def map_sheet(
    groups: Sequence[Group],
    *,
    key: str,
    scale: Scale,
    stops: Sequence[tuple[float, str]],
    side: int,
    alt: str,
) -> None:
    """Draw groups of maps, each with its scale; hover gives a value, a click enlarges a map.

    The server is not called for either.

    Args:
        groups: What to draw, in order.
        key: Streamlit key.
        scale: What shares a scale, symmetric about 0 unless a group is unsigned: each map by
            itself, all maps of a group, or everything.
        stops: Colours from negative to positive: position in 0…1 and `#rrggbb`.
        side: Longer side of a tile, in CSS pixels; smaller if whole pixels ask for it.
        alt: What the maps show, for screen readers.
    """
    _component(key=key, data=payload(groups, scale=scale, stops=stops, side=side, alt=alt))


def payload(
    groups: Sequence[Group],
    *,
    scale: Scale,
    stops: Sequence[tuple[float, str]],
    side: int,
    alt: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; numbers are float32."""
    limits = [_limit(group.values) for group in groups]
    return {
        "alt": alt,
        "scale": scale,
        "side": side,
        "stops": [list(stop) for stop in stops],
        "groups": [
            {
                "title": group.title,
                "note": group.note or sides(group.values.shape),
                "tile": group.tile,
                "columns": group.columns,
                "unsigned": group.unsigned,
                "shape": list(group.values.shape),
                "values": packed(group.values, np.float32),
                "limit": max(limits, default=0.0) if scale == "all" else limit,
            }
            for group, limit in zip(groups, limits, strict=True)
        ],
    }


def _limit(values: NDArray[Any]) -> float:
    # A run that diverged has numbers that are not finite, which the browser’s JSON does not know.
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
