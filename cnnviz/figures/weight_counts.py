"""How many weights layers have: fully connected, local, and local with shared weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREY, ORANGE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def weights_figure(layers: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Figure:
    """Draw bars on a logarithmic axis, those of a layer beside each other.

    Args:
        layers: Their names.
        counts: For each kind of layer, at most three, the weights that it would have.
    """
    return {
        "data": [
            {
                "type": "bar",
                "name": kind,
                "x": list(layers),
                "y": list(values),
                "marker": {"color": colour},
                "hovertemplate": "%{x}: %{y:,} weights",
            }
            for (kind, values), colour in zip(counts.items(), (GREY, ORANGE, BLUE), strict=False)
        ],
        "layout": {
            "height": 320,
            "uirevision": "weights",
            "barmode": "group",
            "xaxis": axis("", fixedrange=True),
            "yaxis": axis("Weights", type="log", exponentformat="power", dtick=2, fixedrange=True),
        },
    }
