"""A noisy signal, what it measures, and what smoothing makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution.signals import Sensor

TRUE, MEASURED, SMOOTHED = "true", "measured", "smoothed"


def signal_points(signal: Sensor, smoothed: NDArray[Any]) -> dict[str, list[Any]]:
    """The chart's points as columns: time, position, line.

    Args:
        signal: N moments.
        smoothed: Values at the last moments, at most N of them.
    """
    late = len(signal.true) - len(smoothed)
    lines = ((TRUE, 0, signal.true), (MEASURED, 0, signal.measured), (SMOOTHED, late, smoothed))
    columns: dict[str, list[Any]] = {"time": [], "position": [], "line": []}
    for name, start, values in lines:
        columns["time"] += range(start, start + len(values))
        columns["position"] += values.tolist()
        columns["line"] += [name] * len(values)
    return columns


def signal_spec() -> dict[str, Any]:
    """The Vega-Lite chart for `signal_points`."""
    return {
        "height": 300,
        "encoding": {
            "x": {
                "field": "time",
                "type": "quantitative",
                "title": "Time",
                "scale": {"nice": False},
            },
            "y": {"field": "position", "type": "quantitative", "title": "Position"},
            "color": {
                "field": "line",
                "type": "nominal",
                "scale": {
                    "domain": [TRUE, MEASURED, SMOOTHED],
                    "range": ["#2f9e5a", "#8a8f98", "#4a97d2"],
                },
                "legend": {"orient": "top", "title": None},
            },
        },
        "layer": [
            {
                "transform": [{"filter": f"datum.line !== '{MEASURED}'"}],
                "mark": {"type": "line", "strokeWidth": 2.2},
            },
            {
                "transform": [{"filter": f"datum.line === '{MEASURED}'"}],
                "mark": {"type": "circle", "size": 16, "opacity": 0.75},
                "encoding": {
                    "tooltip": [
                        {"field": "time", "title": "Time"},
                        {"field": "position", "format": ".2f", "title": "Measured"},
                    ]
                },
            },
        ],
    }
