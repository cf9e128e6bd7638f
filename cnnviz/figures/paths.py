"""How often the pixels of a row are used by a stack of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREY, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


def paths_figure(counts: Mapping[str, NDArray[np.int64]]) -> Figure:
    """Draw the paths from each pixel of a row, as shares of those from the pixel with the most.

    Args:
        counts: For each stack, at most two, how many paths lead from each pixel to its last map.
    """
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(range(len(paths))),
                "y": (100 * paths / paths.max()).tolist(),
                "line": {"color": colour, "width": 2.2},
                "marker": {"size": 5},
                "hovertemplate": "%{y:.3g}%",
            }
            for (name, paths), colour in zip(counts.items(), (GREY, BLUE), strict=False)
        ],
        "layout": {
            "height": 280,
            "uirevision": "paths",
            "hovermode": "x unified",
            "xaxis": axis("Pixel of a row", unifiedhovertitle={"text": "Pixel %{x}"}),
            "yaxis": axis("Used (% of the most used)", rangemode="tozero"),
        },
    }
