"""Accuracies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREY, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence


def accuracies_figure(bars: Sequence[tuple[str, float | None, bool]]) -> Figure:
    """Draw a bar for each.

    Args:
        bars: Names, shares from 0 to 1, None while one is not known, and whether it is grey.
    """
    names, shares, grey = zip(*reversed(bars), strict=True)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": "Test accuracy",
                "x": list(shares),
                "y": list(names),
                "text": ["" if share is None else f"{share:.1%}" for share in shares],
                "textposition": "inside",
                "insidetextanchor": "start",
                "insidetextfont": {"color": "#ffffff"},
                "marker": {"color": [GREY if other else BLUE for other in grey]},
                "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
            }
        ],
        "layout": {
            "height": 300,
            "uirevision": "accuracies",
            "xaxis": axis("Test accuracy", range=[0, 1], tickformat=".0%", fixedrange=True),
            "yaxis": axis("", fixedrange=True, automargin=True),
        },
    }
