"""Time of a convolution against the size of its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.convolution.speed import Timing

WAYS = {"direct": "direct", "separable": "two 1-D kernels", "fft": "FFT"}


def timing_points(timings: Sequence[Timing]) -> dict[str, list[Any]]:
    """The chart's points as columns: side of the kernel, milliseconds, way."""
    columns: dict[str, list[Any]] = {"kernel": [], "milliseconds": [], "way": []}
    for field, way in WAYS.items():
        for timing in timings:
            columns["kernel"].append(timing.kernel)
            columns["milliseconds"].append(getattr(timing, field) * 1000)
            columns["way"].append(way)
    return columns


def timing_spec(crossover: int | None) -> dict[str, Any]:
    """The Vega-Lite chart for `timing_points`.

    Args:
        crossover: Side of the kernel to mark; None to mark nothing.
    """
    x = {"field": "kernel", "type": "quantitative", "title": "Side of the kernel"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "point": True, "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": {
                    "field": "milliseconds",
                    "type": "quantitative",
                    "title": "Milliseconds",
                    "scale": {"type": "log"},
                    "axis": {"format": "~g"},
                },
                "color": {
                    "field": "way",
                    "type": "nominal",
                    "scale": {
                        "domain": list(WAYS.values()),
                        "range": ["#dd7a1f", "#8482dc", "#4a97d2"],
                    },
                    "legend": {"orient": "top", "title": None},
                },
                "tooltip": [
                    {"field": "way", "title": "Way"},
                    {"field": "kernel", "title": "Side of the kernel"},
                    {"field": "milliseconds", "format": ".3~g", "title": "Milliseconds"},
                ],
            },
        }
    ]
    if crossover is not None:
        mark = {"data": {"values": [{"kernel": crossover}]}, "encoding": {"x": x}}
        words = {"align": "left", "dx": 6, "y": 12, "color": "#8a8f98"}
        layers += [
            mark | {"mark": {"type": "rule", "strokeDash": [5, 4], "color": "#8a8f98"}},
            mark | {"mark": {"type": "text", "text": "FFT is faster from here"} | words},
        ]
    return {"height": 320, "layer": layers}
