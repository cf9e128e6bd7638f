"""Pictures and curves that change together, step by step: computed before, moved in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.packing import digest, jpeg_address, png_address
from cnnviz.components.sources import register
from cnnviz.imaging import diverging, heat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_component = register("sweep")
_SIDE = 224  # pixels that a photo with fewer is drawn with, about


@dataclass(frozen=True)
class Panel:
    """A picture at each step, made of layers that lie on each other.

    Attributes:
        title: What it shows.
        layers: From the bottom to the top: `still`, `moving`, `evidence_map`, `glow` or `mosaic`.
    """

    title: str
    layers: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Curve:
    """A number at each step.

    Attributes:
        name: What it is.
        values: One a step; None where there is none.
        colour: One of `blue`, `orange` and `muted`.
        dashed: Whether the line is.
    """

    name: str
    values: tuple[float | None, ...]
    colour: str = "blue"
    dashed: bool = False


def still(picture: NDArray[np.uint8]) -> dict[str, Any]:
    """A layer: the same photo at each step, H×W×3."""
    return photos([picture])


def photos(pictures: Sequence[NDArray[np.uint8]]) -> dict[str, Any]:
    """A layer: a photo for each step, H×W×3, as JPEG."""
    sources = [jpeg_address(_enlarged(one)) for one in pictures]
    return {"kind": "image", "sources": sources, "smooth": True}


def _enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture with few pixels with each of them repeated: JPEG and smoothing would blur them."""
    times = max(1, _SIDE // max(picture.shape[:2]))
    return picture if times == 1 else picture.repeat(times, 0).repeat(times, 1)


def moving(pictures: Sequence[NDArray[np.uint8]], *, smooth: bool = True) -> dict[str, Any]:
    """A layer: a picture for each step, H×W, H×W×3 or, with opacity, H×W×4, as PNG.

    Args:
        pictures: One a step.
        smooth: Whether enlarged pixels flow into each other, as a map's do over a picture.
    """
    return {"kind": "image", "sources": [png_address(one) for one in pictures], "smooth": smooth}


def evidence_map(maps: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """A layer: signed maps, each on its own scale: blue above 0, orange below.

    Coarse ones have their values told where somebody points. In fine ones the largest half percent
    have the full colour, since single pixels would leave the others pale.
    """
    if maps[0].shape[0] > _COARSE:
        return photos(
            [diverging(one, float(np.quantile(np.abs(one), 0.995)) or 1.0) for one in maps]
        )
    layer = moving([diverging(one, float(np.abs(one).max()) or 1.0) for one in maps], smooth=False)
    layer["values"] = [[float(f"{v:.4g}") for v in one.ravel()] for one in maps]
    layer["columns"] = maps[0].shape[1]
    return layer


_COARSE = 28  # rows up to which the cells of a map are drawn as squares


def glow(
    maps: Sequence[NDArray[np.float64]], limits: Sequence[float] | None = None
) -> dict[str, Any]:
    """A layer: where maps are above 0, the stronger the less transparent.

    Args:
        maps: One a step.
        limits: For each, the number that is the least transparent; by default its own largest.
    """
    found = []
    for one, limit in zip(maps, limits or [float(one.max()) for one in maps], strict=True):
        share = (one / (limit if limit > 0 else 1.0)).clip(0, 1)
        alpha = np.rint(190 * share).astype(np.uint8)
        found.append(np.dstack([heat(0.25 + 0.75 * share), alpha]))
    return moving(found)


def mosaic(
    over: NDArray[np.uint8], place: NDArray[np.int64], counts: Sequence[int]
) -> dict[str, Any]:
    """A layer: the cells of a picture that come first in an order, more at each step.

    Args:
        over: H×W×3: what is seen in these cells.
        place: Rows×columns: the place of each cell in the order.
        counts: How many cells are drawn at each step.
    """
    return {
        "kind": "mosaic",
        "sources": [jpeg_address(_enlarged(over))],
        "place": place.ravel().tolist(),
        "columns": place.shape[1],
        "counts": list(counts),
    }


def sweep(
    panels: Sequence[Panel],
    curves: Sequence[Curve],
    labels: Sequence[str],
    words: Sequence[str],
    *,
    axis: str,
    low: float = 0.0,
    high: float = 1.0,
    key: str,
    step_parameter: str,
    alt: str,
    pytorch: str = "",
) -> None:
    """Draw pictures and curves at one step, with a slider over all; plays once when it opens.

    The server is not called. The step is kept in the address.

    Args:
        panels: The pictures.
        curves: The numbers.
        labels: What each step is called, short.
        words: What is said at each step.
        axis: What the steps are.
        low: The lower end of the curves' axis.
        high: The upper one.
        key: Streamlit key.
        step_parameter: Name of the step in the address.
        alt: What is drawn, for screen readers.
        pytorch: Code that gives the numbers, if there is any.
    """
    _component(
        key=key,
        data=payload(
            panels, curves, labels, words, axis=axis, low=low, high=high, alt=alt,
            step_parameter=step_parameter, pytorch=pytorch,
        ),
    )  # fmt: skip


def payload(
    panels: Sequence[Panel],
    curves: Sequence[Curve],
    labels: Sequence[str],
    words: Sequence[str],
    *,
    axis: str,
    step_parameter: str,
    alt: str,
    low: float = 0.0,
    high: float = 1.0,
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    content = {
        "panels": [{"title": panel.title, "layers": list(panel.layers)} for panel in panels],
        "curves": [
            {
                "name": curve.name,
                "values": [None if v is None or np.isnan(v) else float(v) for v in curve.values],
                "colour": curve.colour,
                "dashed": curve.dashed,
            }
            for curve in curves
        ],
        "labels": list(labels),
        "words": list(words),
        "axis": axis,
        "range": [low, high],
        "parameter": step_parameter,
        "alt": alt,
        "pytorch": pytorch,
    }
    return content | {"id": digest(content)}
