"""Loss and accuracy while a network learns.

As Vega-Lite and not Plotly: the chart gets new points twice a second, and Streamlit
gives new data to a Vega chart that stands, where it would mount a Plotly chart anew.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import RunState

Quantity = Literal["loss", "accuracy"]

TRAINING, TEST = "training", "test"
_COLOURS = {TRAINING: "#8a8f98", TEST: "#4a97d2"}
_MOST = 300


def curve_points(state: RunState, quantity: Quantity) -> dict[str, list[Any]]:
    """The curve's points as columns: epoch, value, images (training or test).

    Long runs are thinned to at most 300 points a curve, the last one among them.
    """
    columns: dict[str, list[Any]] = {"epoch": [], "value": [], "images": []}
    for name, points in ((TRAINING, state.progress), (TEST, state.evaluations)):
        for point in _thinned(points):
            columns["epoch"].append(point.epoch)
            columns["value"].append(getattr(point, quantity))
            columns["images"].append(name)
    return columns


def _thinned(points: Sequence[Any]) -> Sequence[Any]:
    stride = -(-len(points) // _MOST)
    return (
        points
        if stride <= 1
        else [*itertools.islice(points, 0, len(points) - 1, stride), points[-1]]
    )


def curve_spec(quantity: Quantity, epochs: float) -> dict[str, Any]:
    """The Vega-Lite chart for `curve_points`.

    The axes do not depend on the points, so that nothing jumps while they come.

    Args:
        quantity: What is drawn upwards.
        epochs: Right end of the axis.
    """
    value: dict[str, Any] = {"field": "value", "type": "quantitative", "title": None}
    if quantity == "accuracy":
        value |= {"scale": {"domain": [0, 1]}, "axis": {"format": "~%"}}
    else:
        value |= {"scale": {"domainMin": 0, "nice": True}, "axis": {"format": ".3~g"}}
    colour = {
        "field": "images",
        "type": "nominal",
        "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
        "legend": {
            "orient": "bottom-right" if quantity == "accuracy" else "top-right",
            "title": None,
        },
    }
    number = {"field": "value", "format": ".1%" if quantity == "accuracy" else ".3f"}
    return {
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "scale": {"domain": [0, epochs], "nice": False},
                "axis": {"grid": False, "title": "epoch"},
            },
            "y": value,
            "color": colour,
            "tooltip": [
                {"field": "images"},
                {"field": "epoch", "format": ".2f"},
                number | {"title": quantity},
            ],
        },
        "layer": [
            {"mark": {"type": "line", "clip": True, "interpolate": "monotone", "strokeWidth": 2}},
            {
                "transform": [{"filter": f"datum.images === '{TEST}'"}],
                "mark": {"type": "point", "filled": True, "size": 30, "opacity": 1},
            },
        ],
    }
