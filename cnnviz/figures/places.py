"""Distributions of pixels in several parts of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREEN, ORANGE, Figure, axis

if TYPE_CHECKING:
    from cnnviz.imaging.pixels import PlaceHistograms

_COLOURS = {"top": BLUE, "middle": ORANGE, "bottom": GREEN}
_DASHES = {"left": "solid", "centre": "dot", "right": "dash"}


def places_figure(parts: PlaceHistograms, of: str) -> Figure:
    """Draw a line for each of nine places.

    Args:
        parts: What `place_histograms` counts.
        of: What is counted, for the axis.
    """
    middles = ((parts.edges[1:] + parts.edges[:-1]) / 2).tolist()
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{row} {column}",
                "x": middles,
                "y": parts.shares[at].tolist(),
                "line": {"color": _COLOURS[row], "dash": _DASHES[column], "width": 1.5},
            }
            for at, (row, column) in enumerate(
                (row, column) for row in _COLOURS for column in _DASHES
            )
        ],
        "layout": {
            "height": 340,
            "uirevision": of,
            "hovermode": "x unified",
            "xaxis": axis(of),
            "yaxis": axis("Share of the pixels", tickformat=".0%", rangemode="tozero"),
        },
    }
