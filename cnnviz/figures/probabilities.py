"""How probable a network takes each class to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence


def probabilities_figure(
    probabilities: Sequence[float], classes: Sequence[str], *, title: str
) -> Figure:
    """Draw a bar for each class.

    Args:
        probabilities: One per class, in 0..1.
        classes: Their names.
        title: What the classes are.
    """
    return {
        "data": [
            {
                "type": "bar",
                "x": list(classes),
                "y": [float(share) for share in probabilities],
                "marker": {"color": BLUE},
                "hovertemplate": "%{x}: %{y:.1%}<extra></extra>",
            }
        ],
        "layout": {
            "height": 190,
            "xaxis": axis(title, type="category", fixedrange=True),
            "yaxis": axis(
                "Probability", range=[0, 1], dtick=0.5, tickformat=".0%", fixedrange=True
            ),
        },
    }
