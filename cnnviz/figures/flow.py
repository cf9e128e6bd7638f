"""What goes through the layers of deep networks, side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREEN, GREY, ORANGE, VIOLET, Figure, axis
from cnnviz.numbers.formatting import formatted

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
    logs = [math.log10(value) for _, values in lines for value in values if 0 < value < math.inf]
    low, high = math.floor(min(logs, default=0)), math.ceil(max(logs, default=1))
    powers = range(low, high + 1, max(1, math.ceil((high - low) / 7)))
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(range(1, len(values) + 1)),
                "y": [value if 0 < value < math.inf else None for value in values],
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
            "xaxis": axis("Layer"),
            "yaxis": axis(
                title,
                type="log",
                range=[low, high],
                tickmode="array",
                tickvals=[10.0**power for power in powers],
                ticktext=[f"10<sup>{formatted(power, 'd')}</sup>" for power in powers],
            ),
        },
    }
