"""One filter of a network: its values, the classes it answers to, what it sees, what it is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.figures.look import BLUE, GREY, ORANGE, Figure, axis, signed_colours
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.numbers.formatting import counted, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BINS = 24


def values_figure(values: NDArray[Any]) -> Figure:
    """Draw how often a filter's strongest value falls where.

    Args:
        values: N numbers, one for each picture.
    """
    counts, edges = np.histogram(values, _BINS)
    words = [
        f"{counted(int(count), 'picture')} from {short(low, 3)} to {short(high, 3)}"
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
    middles = (edges[:-1] + edges[1:]) / 2
    return _bars(
        middles.round(6).tolist(),
        counts.tolist(),
        words,
        axis("Strongest value in a picture"),
        widths=(edges[1:] - edges[:-1]).tolist(),
    )


def classes_figure(counts: NDArray[Any], classes: Sequence[str]) -> Figure:
    """Draw of which classes some pictures are.

    Args:
        counts: C numbers of pictures.
        classes: C names.
    """
    places = list(range(len(classes)))
    words = [
        f"{name}: {counted(int(count), 'picture')}"
        for name, count in zip(classes, counts.tolist(), strict=True)
    ]
    # Not the names themselves: two classes may have the same one.
    ticks = {"tickvals": places, "ticktext": list(classes), "tickangle": -40}
    return _bars(places, counts.tolist(), words, axis("", **ticks))


def field_figure(
    field: NDArray[np.float64], box: tuple[tuple[int, int], tuple[int, int]]
) -> Figure:
    """Draw a gradient over the pixels, and a frame around all that could have one.

    Args:
        field: H×W, nothing negative.
        box: First and last row, first and last column of the frame; it may go beyond the picture.
    """
    height, width = field.shape
    scale = signed_colours(field, DIVERGING_STOPS)
    (top, bottom), (left, right) = (
        (max(0, first) - 0.5, min(last, size - 1) + 0.5)
        for (first, last), size in zip(box, field.shape, strict=True)
    )
    return {
        "data": [
            {
                "type": "heatmap",
                "x": list(range(width)),
                "y": list(range(height)),
                "z": [[float(f"{value:.5g}") for value in row] for row in field.tolist()],
                "colorscale": scale["colorscale"],
                "zmin": scale["cmin"],
                "zmax": scale["cmax"],
                "showscale": False,
                "hovertemplate": "Row %{y}, column %{x}: %{z:.3~g}<extra></extra>",
            }
        ],
        "layout": {
            "height": 340,
            "uirevision": f"{height} {width}",
            "xaxis": axis("Column", constrain="domain", range=[-0.5, width - 0.5]),
            "yaxis": axis("Row", scaleanchor="x", constrain="domain", range=[height - 0.5, -0.5]),
            "shapes": [
                {
                    "type": "rect",
                    "x0": left,
                    "x1": right,
                    "y0": top,
                    "y1": bottom,
                    "line": {"color": ORANGE, "width": 2},
                }
            ],
        },
    }


def correlation_figure(
    correlation: NDArray[np.float64], channel: int | None, first: int = 0
) -> Figure:
    """Draw the correlations of filters: blue for alike, orange for opposite.

    Args:
        correlation: C×C; NaN is drawn as nothing.
        channel: Position of the filter whose row and column are marked; None marks none.
        first: Number of the first filter.
    """
    count = len(correlation)
    numbers = list(range(first, first + count))
    low, high = first - 0.5, first + count - 0.5
    rows = [
        [None if np.isnan(value) else round(value, 3) for value in row]
        for row in correlation.tolist()
    ]
    scale = signed_colours([1.0], DIVERGING_STOPS)
    marks = []
    if channel is not None:
        here = first + channel
        marks = [
            {"x0": low, "x1": high, "y0": here - 0.5, "y1": here + 0.5},
            {"x0": here - 0.5, "x1": here + 0.5, "y0": low, "y1": high},
        ]
    return {
        "data": [
            {
                "type": "heatmap",
                "x": numbers,
                "y": numbers,
                "z": rows,
                "colorscale": scale["colorscale"],
                "zmin": scale["cmin"],
                "zmax": scale["cmax"],
                "colorbar": {"title": {"text": "r"}, "thickness": 12},
                "hovertemplate": "Filters %{y} and %{x}: r = %{z:.2f}<extra></extra>",
            }
        ],
        "layout": {
            "height": 480,
            "uirevision": f"{first} {count}",
            "xaxis": axis("Filter", constrain="domain"),
            "yaxis": axis("Filter", scaleanchor="x", constrain="domain", autorange="reversed"),
            "shapes": [
                {"type": "rect", "line": {"color": GREY, "width": 1}, **mark} for mark in marks
            ],
        },
    }


def _bars(
    x: list[Any],
    y: list[Any],
    words: list[str],
    along: dict[str, Any],
    *,
    widths: list[float] | None = None,
) -> Figure:
    bar: dict[str, Any] = {
        "type": "bar",
        "x": x,
        "y": y,
        "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": BLUE},
    }
    if widths:
        bar["width"] = widths
    return {
        "data": [bar],
        "layout": {
            "height": 240,
            "uirevision": f"{len(x)}",
            "bargap": 0.1,
            "xaxis": along,
            "yaxis": axis("Pictures"),
        },
    }
