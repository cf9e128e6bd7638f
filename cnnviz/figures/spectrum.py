"""Which frequencies a kernel lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.figures.look import Figure, axis
from cnnviz.imaging import DIVERGING_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def response_figure(frequencies: NDArray[Any], magnitudes: NDArray[Any]) -> Figure:
    """Draw the magnitudes as a surface above the frequencies.

    Args:
        frequencies: N of them, in cycles per pixel.
        magnitudes: N×N, by frequency down and across.
    """
    highest = float(magnitudes.max())
    return {
        "data": [
            {
                "type": "surface",
                "x": frequencies.tolist(),
                "y": frequencies.tolist(),
                "z": magnitudes.tolist(),
                # A magnitude is never negative: the colours of positive numbers alone.
                "colorscale": [[2 * at - 1, colour] for at, colour in DIVERGING_STOPS if at >= 0.5],
                "cmin": 0,
                "cmax": highest or 1.0,
                "colorbar": {"tickvals": sorted({0.0, highest}), "tickformat": ".3~g"},
                "hovertemplate": "%{y:.2f} down, %{x:.2f} across<br>Times %{z:.3~g}<extra></extra>",
            }
        ],
        "layout": {
            "height": 360,
            "uirevision": "response",
            "scene": {
                "aspectmode": "manual",
                "aspectratio": {"x": 1, "y": 1, "z": 0.6},
                "xaxis": axis("Across", nticks=5),
                "yaxis": axis("Down", nticks=5, autorange="reversed"),
                "zaxis": axis("Magnitude", rangemode="tozero", nticks=5),
            },
        },
    }
