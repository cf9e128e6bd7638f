"""Linked grids: grids of numbers that belong together, linked in the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

Palette = Literal["signed", "weights", "pixels", "counts", "groups"]

_component = register("linked_grids")


@dataclass(frozen=True, eq=False)
class Panel:
    """One of several linked grids.

    Attributes:
        title: What it is; must differ from the others'.
        values: Its numbers, H×W; NaN for a cell that holds none.
        palette: `signed` and `weights` are symmetric about 0, `pixels` goes from black to white,
            `counts` from 0 up; `groups` are whole numbers from 0 (none) up, a hue each.
        note: Words beside the title; the shape by default.
        sign: Written before the panel, such as "→" or "=".
        limits: (low, high) of the colours; those of the values by default.
        words: What to say of each cell, row by row, instead of its number.
        bias: Added to the sum that a link spells out.
        zoom: Size of its cells beside those of other panels.
        pads: ((top, bottom), (left, right)) rows and columns that are padding, drawn hatched.
        unread: H×W, whether a cell is read by nothing; such cells are struck through.
    """

    title: str
    values: ArrayLike
    palette: Palette = "signed"
    note: str = ""
    sign: str = ""
    limits: tuple[float, float] | None = None
    words: Sequence[str] | None = None
    bias: float = 0.0
    zoom: float = 1.0
    pads: tuple[tuple[int, int], tuple[int, int]] | None = None
    unread: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Link:
    """Which cells of another panel each cell of one panel is computed from.

    Attributes:
        source: Index of a panel.
        target: Index of the panel whose cells it is made of.
        reads: cells of `source` × T flat indices into `target`; -1 is none.
        weights: What each read is multiplied by: the shape of `reads`, or T; 1 by default.
        sum: Whether a source cell is the sum of weight · target, to be spelled out.
    """

    source: int
    target: int
    reads: NDArray[Any]
    weights: NDArray[Any] | None = None
    sum: bool = field(default=False)


def linked_grids(
    panels: Sequence[Panel],
    links: Sequence[Link],
    *,
    key: str,
    alt: str,
    driver: int = -1,
    start: int = 0,
    play: bool = True,
    pytorch: str = "",
) -> None:
    """Draw grids; pointing at a cell highlights the cells it is computed from or used in.

    The server is not called for that.

    Args:
        panels: The grids, in reading order.
        links: What is made of what; followed over several grids.
        key: Streamlit key. Other numbers under the same key keep the cell.
        alt: What the figure shows, for screen readers.
        driver: The panel whose cells are walked through while nobody points; the last by default.
        start: Its cell to open on.
        play: Whether to walk through the cells, unless less motion is asked for.
        pytorch: Code that gives these numbers.
    """
    data = payload(panels, links, alt=alt, driver=driver, start=start, play=play, pytorch=pytorch)
    _component(key=key, data=data)


def payload(
    panels: Sequence[Panel],
    links: Sequence[Link],
    *,
    alt: str,
    driver: int = -1,
    start: int = 0,
    play: bool = True,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "alt": alt,
        "panels": [_panel(panel) for panel in panels],
        "links": [_link(link) for link in links],
        "driver": driver % len(panels),
        "start": start,
        "play": play,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}


def _panel(panel: Panel) -> dict[str, Any]:
    values = np.atleast_2d(np.asarray(panel.values, dtype=np.float64))
    return {
        "title": panel.title,
        "note": panel.note or sides(values.shape),
        "sign": panel.sign,
        "shape": values.shape,
        "values": packed(values),
        "palette": panel.palette,
        "stops": WEIGHT_STOPS if panel.palette == "weights" else DIVERGING_STOPS,
        "limits": panel.limits,
        "words": None if panel.words is None else list(panel.words),
        "bias": panel.bias,
        "zoom": panel.zoom,
        "pads": panel.pads,
        "unread": None if panel.unread is None else np.flatnonzero(panel.unread).tolist(),
    }


def _link(link: Link) -> dict[str, Any]:
    reads = np.asarray(link.reads)
    return {
        "source": link.source,
        "target": link.target,
        "reads": packed(reads, np.int32) | {"width": reads.shape[1]},
        "weights": None if link.weights is None else packed(link.weights),
        "sum": link.sum,
    }
