"""How a loss falls, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, ORANGE, Figure, axis

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


def compared_figure(
    steps: Sequence[int], curves: dict[str, Sequence[float]], *, across: str, up: str
) -> Figure:
    """Draw two curves, from 0 to 1 or more, over the same steps.

    Args:
        steps: Where the numbers were taken.
        curves: The numbers, by their titles: one curve or two.
        across: What the steps are.
        up: What the numbers are.
    """
    looks = ((BLUE, "solid"), (ORANGE, "dash"))
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": list(steps),
                "y": list(values),
                "line": {"color": colour, "dash": dash, "width": 2.2},
                "hovertemplate": "%{x}: %{y:.3f}<extra>" + title + "</extra>",
            }
            for (title, values), (colour, dash) in zip(curves.items(), looks, strict=False)
        ],
        "layout": {
            "height": 260,
            "uirevision": up,
            "xaxis": axis(across),
            "yaxis": axis(up, rangemode="tozero"),
            "legend": {"orientation": "h", "y": 1.15},
        },
    }
