"""The loss over a plane of weights: as a surface to turn, and as its contour lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.figures.look import Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_COLOURS = "Viridis"
_TICKS = (-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8)
_LINES = 0.25  # between two contour lines, in decades: each is a loss 1.8 times the next
_SMALL = 1e-4  # a loss below it is drawn as if it were this


def surface_figure(
    across: Sequence[float],
    up: Sequence[float],
    losses: NDArray[np.float64],
    *,
    limits: tuple[float, float],
    titles: tuple[str, str],
    about: str,
) -> Figure:
    """Draw losses as a surface, by their logarithm.

    Args:
        across: W places along the first direction.
        up: H places along the second direction.
        losses: H×W.
        limits: The lowest and the highest loss of the scale, which two figures may share.
        titles: Names of the directions.
        about: What the camera depends on.
    """
    logs = _logs(losses)
    return {
        "data": [
            {
                "type": "surface",
                "name": "Loss",
                "x": list(across),
                "y": list(up),
                "z": logs.tolist(),
                "customdata": losses.tolist(),
                "colorscale": _COLOURS,
                "contours": {"z": {"show": True, "usecolormap": True, "width": 1}},
                **_coloured(limits, "cmin", "cmax"),
                "hovertemplate": "loss %{customdata:.3g}<extra></extra>",
            }
        ],
        "layout": {
            "height": 420,
            "uirevision": about,
            "scene": {
                "aspectmode": "manual",
                "aspectratio": {"x": 1, "y": 1, "z": 0.7},
                "xaxis": axis(titles[0], nticks=5),
                "yaxis": axis(titles[1], nticks=5),
                "zaxis": axis("Loss", range=_ends(limits), **_ticks()),
            },
        },
    }


def contour_figure(
    across: Sequence[float],
    up: Sequence[float],
    losses: NDArray[np.float64],
    *,
    limits: tuple[float, float],
    titles: tuple[str, str],
    about: str,
    path: Sequence[tuple[float, float, float, str]] = (),
) -> Figure:
    """Draw the same losses as contour lines, in the same colours, perhaps with a run's path.

    Args:
        across: W places along the first direction.
        up: H places along the second direction.
        losses: H×W.
        limits: As for the surface.
        titles: Names of the directions.
        about: What the zoom depends on.
        path: Points, each with its place, its own loss, which gives its colour, and its name.
    """
    traces: list[dict[str, Any]] = [
        {
            "type": "contour",
            "name": "Loss",
            "x": list(across),
            "y": list(up),
            "z": _logs(losses).tolist(),
            "customdata": losses.tolist(),
            "colorscale": _COLOURS,
            "autocontour": False,
            "contours": {
                "coloring": "heatmap",
                "start": _TICKS[0],
                "end": _TICKS[-1],
                "size": _LINES,
            },
            "line": {"color": "#ffffff", "width": 0.75},
            **_coloured(limits, "zmin", "zmax"),
            "hovertemplate": "loss %{customdata:.3g}<extra></extra>",
        }
    ]
    if path:
        xs, ys, own, names = zip(*path, strict=True)
        low, high = _ends(limits)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "Path of the run",
                "x": list(xs),
                "y": list(ys),
                "text": [
                    f"{name}: its own loss {loss:.3g}"
                    for name, loss in zip(names, own, strict=True)
                ],
                "line": {"color": "#ffffff", "width": 1.5},
                "marker": {
                    "size": 11,
                    "color": _logs(np.array(own)).tolist(),
                    "colorscale": _COLOURS,
                    "cmin": low,
                    "cmax": high,
                    "line": {"color": "#ffffff", "width": 1.5},
                },
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": {
            "height": 420,
            "uirevision": about,
            "showlegend": False,
            "xaxis": axis(titles[0], constrain="domain"),
            "yaxis": axis(titles[1]),
        },
    }


def _logs(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log10(np.clip(losses, _SMALL, None))
    return found


def _ends(limits: tuple[float, float]) -> list[float]:
    low, high = _logs(np.array(limits)).tolist()
    return [low, max(high, low + 0.5)]


def _coloured(limits: tuple[float, float], low: str, high: str) -> dict[str, Any]:
    ends = _ends(limits)
    return {low: ends[0], high: ends[1], "colorbar": {"title": {"text": "Loss"}, **_ticks()}}


def _ticks() -> dict[str, Any]:
    return {"tickvals": list(_TICKS), "ticktext": [f"{10.0**at:g}" for at in _TICKS]}
