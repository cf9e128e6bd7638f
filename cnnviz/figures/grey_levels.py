"""How many pixels of a picture have each grey level, before and after something was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.figures.look import BLUE, ORANGE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def grey_levels_figure(pictures: Mapping[str, NDArray[Any]]) -> Figure:
    """Draw a line for each of two pictures: the share of its pixels in each of 64 bins.

    Args:
        pictures: Grey levels from 0 to 255 of any shape, by the words of the legend.
    """
    edges = np.arange(0, 257, 4)
    data = []
    for (name, values), colour in zip(pictures.items(), (BLUE, ORANGE), strict=True):
        counts = np.histogram(values, edges)[0]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": (edges[:-1] + 1.5).tolist(),
                "y": (counts / counts.sum()).tolist(),
                "line": {"color": colour, "width": 2, "shape": "hvh"},
                "hovertemplate": "levels around %{x}: %{y:.1%}<extra></extra>",
            }
        )
    return {
        "data": data,
        "layout": {
            "height": 260,
            "uirevision": "levels",
            "xaxis": axis("Grey level, in bins of 4", range=[-4, 260]),
            "yaxis": axis("Share of the pixels", tickformat=".0%", rangemode="tozero"),
        },
    }
