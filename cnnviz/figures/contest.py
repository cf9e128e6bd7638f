"""Networks that are trained side by side: their curves, and what they reach by their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.figures.look import BLUE, GREEN, GREY, ORANGE, VIOLET, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HUES = (GREY, BLUE, ORANGE, GREEN, VIOLET, "#c05a9a")
_MARKS = ("circle", "square")


def curves_by_step(
    steps: Sequence[int],
    curves: Mapping[str, Sequence[float]],
    *,
    last: int,
    title: str,
    top: float | None = None,
    dashed: Sequence[str] = (),
) -> Figure:
    """Draw a line for each name.

    Args:
        steps: Where the numbers were measured.
        curves: As many numbers each, by name.
        last: The step at which training will end.
        title: What the numbers are.
        top: End of the vertical axis, which begins at 0; as far as the numbers go by default.
        dashed: Names whose lines are dashed.
    """
    y = axis(title, rangemode="tozero")
    if top is not None:
        y["range"] = [0, top]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": list(steps),
                "y": list(values),
                "line": {
                    "color": _HUES[at % len(_HUES)],
                    "width": 2.2,
                    "dash": "dash" if name in dashed else "solid",
                },
            }
            for at, (name, values) in enumerate(curves.items())
        ],
        "layout": {
            "height": 320,
            "uirevision": title,
            "xaxis": axis("Step", range=[0, last]),
            "yaxis": y,
        },
    }


def by_parameters(
    parameters: Mapping[str, int],
    sets: Mapping[str, Mapping[str, float]],
    *,
    title: str,
    pictures: int | None = None,
    joined: bool = False,
) -> Figure:
    """Draw each network at its number of parameters.

    Args:
        parameters: Of each network.
        sets: A number of each network, by the pictures that it was measured on.
        title: What the numbers are.
        pictures: Where to mark the number of training pictures.
        joined: Whether the networks of a set are joined by a line; otherwise each has the colour
            that it has in `curves_by_step`.
    """
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers" if joined else "markers",
            "name": which,
            "x": [parameters[name] for name in values],
            "y": list(values.values()),
            "text": list(values),
            "hovertemplate": "%{text}: %{x:,} parameters, %{y:.3f}<extra></extra>",
            "line": {"color": (GREY, BLUE)[at % 2], "dash": ("dash", "solid")[at % 2]},
            "marker": {
                "color": (GREY, BLUE)[at % 2] if joined else list(_HUES),
                "size": 10,
                "symbol": _MARKS[at % 2],
            },
        }
        for at, (which, values) in enumerate(sets.items())
    ]
    layout: dict[str, Any] = {
        "height": 320,
        "uirevision": title,
        "xaxis": axis("Parameters", type="log", tickformat="~s", dtick="D2"),
        "yaxis": axis(title, rangemode="tozero"),
    }
    if pictures is not None:
        layout["shapes"] = [
            {
                "type": "line", "x0": pictures, "x1": pictures, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": ORANGE, "dash": "dot"},
            }
        ]  # fmt: skip
    return {"data": data, "layout": layout}
