"""Every pixel against its right neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.figures.look import BLUE, GREY, Figure, axis

if TYPE_CHECKING:
    from numpy.typing import NDArray


def neighbours_figure(
    left: NDArray[Any], right: NDArray[Any], *, low: float, high: float, unit: float
) -> Figure:
    """Draw a dot for each pair, and the line on which both are equal.

    Args:
        left: N pixels, 0 to 255.
        right: The neighbour of each.
        low: Lower end of both axes, in 0 to 255.
        high: Upper end.
        unit: What 255 is to be called.
    """
    scale = unit / 255
    ends = [low * scale, high * scale]
    margin = 0.03 * (ends[1] - ends[0])  # else a dot at the end is cut in half
    both = [ends[0] - margin, ends[1] + margin]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Pixels",
                "x": (left * scale).tolist(),
                "y": (right * scale).tolist(),
                "marker": {"size": 8, "opacity": 0.45, "color": BLUE},
                "hovertemplate": "Pixel %{x:.4~g}<br>Its right neighbour %{y:.4~g}<extra></extra>",
            }
        ],
        "layout": {
            "height": 290,
            "uirevision": f"{ends}",  # a zoom holds while the axes stay
            "xaxis": axis("Pixel", range=both),
            "yaxis": axis("Its right neighbour", range=both),
            "shapes": [
                {
                    "type": "line",
                    "layer": "below",
                    "x0": ends[0],
                    "y0": ends[0],
                    "x1": ends[1],
                    "y1": ends[1],
                    "line": {"color": GREY, "width": 1, "dash": "dash"},
                }
            ],
        },
    }
