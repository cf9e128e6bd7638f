"""Every pixel against its right neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def neighbour_points(
    left: NDArray[Any], right: NDArray[Any], *, unit: float
) -> dict[str, list[float]]:
    """The chart's points as columns.

    Args:
        left: Pixels, 0 to 255.
        right: The neighbour of each.
        unit: What 255 is to be called.
    """
    scale = unit / 255
    return {"value": (left * scale).tolist(), "neighbour": (right * scale).tolist()}


def neighbour_spec(low: float, high: float) -> dict[str, Any]:
    """The Vega-Lite chart for `neighbour_points`, with the line on which both are equal.

    Args:
        low: Lower end of both axes, in the unit of the points.
        high: Upper end.
    """
    axis = {"domain": [low, high], "nice": False}
    both = {"type": "quantitative", "scale": axis}
    x = both | {"field": "value", "title": "Pixel"}
    y = both | {"field": "neighbour", "title": "Its right neighbour"}
    ends = [{"value": end, "neighbour": end} for end in (low, high)]
    return {
        "height": 260,
        "layer": [
            {
                "data": {"values": ends},
                "mark": {"type": "line", "color": "#8a8f98", "strokeDash": [4, 4]},
                "encoding": {"x": x, "y": y},
            },
            {
                "mark": {"type": "circle", "size": 60, "opacity": 0.45, "color": "#4a97d2"},
                "encoding": {
                    "x": x,
                    "y": y,
                    "tooltip": [
                        {"field": "value", "format": ".4~g", "title": "Pixel"},
                        {"field": "neighbour", "format": ".4~g", "title": "Its right neighbour"},
                    ],
                },
            },
        ],
    }
