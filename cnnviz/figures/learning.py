"""How a loss falls, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence


def losses_figure(losses: Sequence[float]) -> Figure:
    """Draw losses over steps.

    Args:
        losses: Before each step, and after the last.
    """
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": list(range(len(losses))),
                "y": list(losses),
                "line": {"color": BLUE, "width": 2.2},
                "hovertemplate": "step %{x}: %{y:.4f}<extra></extra>",
            }
        ],
        "layout": {
            "height": 260,
            "uirevision": "losses",
            "xaxis": axis("Step"),
            "yaxis": axis("Loss", rangemode="tozero"),
        },
    }
