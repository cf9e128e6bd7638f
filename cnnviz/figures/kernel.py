"""The weights of a kernel as a surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.figures.look import Figure, axis, signed_colours
from cnnviz.imaging import WEIGHT_STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def has_surface(weights: NDArray[Any]) -> bool:
    """Whether a kernel extends in both directions: one row or one column spans no surface."""
    return bool(min(weights.shape) > 1)


def kernel_figure(weights: NDArray[Any]) -> Figure:
    """Draw a surface whose corners are the weights.

    Args:
        weights: H×W, both at least 2.

    Raises:
        ValueError: There is only one row or column.
    """
    if not has_surface(weights):
        raise ValueError(f"A surface needs two rows and two columns, not {weights.shape}.")
    rows, columns = weights.shape
    longest = max(rows, columns)
    colours = signed_colours(weights, WEIGHT_STOPS)
    low, high = min(0.0, float(weights.min())), max(0.0, float(weights.max()))
    return {
        "data": [
            {
                "type": "surface",
                "x": list(range(columns)),
                "y": list(range(rows)),
                "z": np.asarray(weights, dtype=np.float64).tolist(),
                **colours,
                "colorbar": {"tickvals": sorted({low, 0.0, high}), "tickformat": ".3~g"},
                "contours": {
                    "x": {"show": True, "start": 0, "end": columns - 1, "size": 1},
                    "y": {"show": True, "start": 0, "end": rows - 1, "size": 1},
                },
                "hovertemplate": "Row %{y}, column %{x}<br>Weight %{z:.4~g}<extra></extra>",
            }
        ],
        "layout": {
            "height": 280,
            "uirevision": "kernel",
            "scene": {
                "aspectmode": "manual",
                "aspectratio": {"x": columns / longest, "y": rows / longest, "z": 0.6},
                # As in the grid: rows go down, that is towards whoever looks.
                "xaxis": axis("Column", tickformat="d", nticks=min(columns, 8)),
                "yaxis": axis("Row", tickformat="d", nticks=min(rows, 8), autorange="reversed"),
                "zaxis": axis("Weight", rangemode="tozero", nticks=5),
            },
        },
    }
