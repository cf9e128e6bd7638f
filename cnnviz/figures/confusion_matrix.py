"""Which classes a network mixes up, and how two networks differ in that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.figures.look import Figure, axis, signed_colours
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.numbers.formatting import formatted, isolated, percent, thousands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_MOST_WRITTEN = 20
_SHORT = 2  # letters of a name that lies across its column
"""Up to so many classes the cells are large enough for their numbers."""

_NOTHING = 0.05
"""What is less than this many percentage points is written as 0."""


def confusion_figure(confusion: ArrayLike, classes: Sequence[str]) -> Figure:
    """Draw a matrix: blue for what is right, orange for what is mixed up.

    Args:
        confusion: C×C counts; rows are the true class, columns the prediction.
        classes: C names.
    """
    counts = np.asarray(confusion, dtype=np.int64)
    shares = _shares(counts)
    # Mistakes are rare: the square root lets them be seen.
    colours = np.where(np.eye(len(counts), dtype=bool), shares, -np.sqrt(shares))
    words = [
        [_told(int(count), int(row.sum()), classes[i], classes[j]) for j, count in enumerate(row)]
        for i, row in enumerate(counts)
    ]
    texts = [[f"{count}" for count in row] for row in counts.tolist()]
    return _matrix(colours, counts.tolist(), texts, words, classes, empty=counts == 0, limit=1.0)


def confusion_difference_figure(
    first: ArrayLike, second: ArrayLike, classes: Sequence[str]
) -> Figure:
    """Draw how the shares of two matrices differ, in percentage points.

    Args:
        first: C×C counts.
        second: Likewise, of the same classes; it is subtracted.
        classes: C names.
    """
    points = 100 * (_shares(np.asarray(first)) - _shares(np.asarray(second)))
    texts = [[_signed(value) for value in row] for row in points.tolist()]
    words = [
        [
            f"{_relation(classes[i], classes[j])}: {_signed(value)} percentage points"
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(points.tolist())
    ]
    return _matrix(points, points.tolist(), texts, words, classes, empty=np.abs(points) < _NOTHING)


def _shares(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Each row divided by its sum: what becomes of the pictures of a class."""
    sums = counts.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = counts / np.maximum(sums, 1)
    return shares


def _signed(value: float) -> str:
    return formatted(value, "+.1f") if abs(value) >= _NOTHING else "0"


def _relation(true: str, predicted: str) -> str:
    true, predicted = isolated(true), isolated(predicted)
    return f"{true}, correct" if true == predicted else f"{true} mistaken for {predicted}"


def _told(count: int, everything: int, true: str, predicted: str) -> str:
    share = f" ({percent(count / everything)})" if everything else ""
    return f"{_relation(true, predicted)}: {thousands(count)} of {thousands(everything)}{share}"


def _matrix(
    colours: NDArray[np.float64],
    numbers: list[list[float]],
    texts: list[list[str]],
    words: list[list[str]],
    classes: Sequence[str],
    *,
    empty: NDArray[np.bool_],
    limit: float | None = None,
) -> Figure:
    """Draw a square of colours; a cell that is `empty` has none, and its number is not written."""
    scale = signed_colours(colours if limit is None else [limit], DIVERGING_STOPS)
    # Not the names themselves: two classes may have the same one.
    places = list(range(len(classes)))
    ticks = {"tickvals": places, "ticktext": list(classes), "constrain": "domain"}
    ticks |= {"zeroline": False}
    # Slanted, the last name would end beside the chart, where Plotly leaves it out.
    upright = -90 if max(map(len, classes)) > _SHORT else 0
    trace = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [
            [None if gone else value for value, gone in zip(*row, strict=True)]
            for row in zip(colours.tolist(), empty.tolist(), strict=True)
        ],
        "colorscale": scale["colorscale"],
        "zmin": scale["cmin"],
        "zmax": scale["cmax"],
        "showscale": False,
        "customdata": numbers,
        "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "xgap": 1,
        "ygap": 1,
    }
    if len(classes) <= _MOST_WRITTEN:
        trace |= {"text": np.where(empty, "", texts).tolist(), "texttemplate": "%{text}"}
    return {
        "data": [trace],
        "layout": {
            "height": 460,
            "uirevision": f"{len(classes)}",
            "xaxis": axis("Prediction", tickangle=upright, **ticks),
            "yaxis": axis("True class", autorange="reversed", scaleanchor="x", **ticks),
        },
    }
