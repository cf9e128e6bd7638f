"""What goes through the layers of deep networks, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREEN, GREY, ORANGE, VIOLET, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLOURS = (BLUE, ORANGE, GREEN, VIOLET, "#c4548e", "#a08a2c", GREY)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")


def flow_figure(lines: Sequence[tuple[str, Sequence[float]]], *, title: str, about: str) -> Figure:
    """Draw a positive number of each layer, on a logarithmic axis.

    Args:
        lines: Names of networks, at most seven, each with a number for each of its layers; what is
            0 or not finite has no place on the axis and is left out.
        title: What the numbers are.
        about: What the view depends on; a zoom is kept until it changes.
    """
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(range(1, len(values) + 1)),
                "y": [value if 0 < value < float("inf") else None for value in values],
                "line": {"color": colour, "dash": dash, "width": 2.2},
                "marker": {"size": 5},
                "hovertemplate": "%{y:.2e}",
            }
            for (name, values), colour, dash in zip(lines, _COLOURS, _DASHES, strict=False)
        ],
        "layout": {
            "height": 420,
            "uirevision": about,
            "hovermode": "x unified",
            "legend": {"orientation": "h", "y": -0.2},
            "xaxis": axis("Layer", unifiedhovertitle={"text": "Layer %{x}"}),
            "yaxis": axis(title, type="log", exponentformat="power"),
        },
    }
