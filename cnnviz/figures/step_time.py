"""Seconds of a training step against the size of the batch, a line for each processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figures.look import BLUE, GREY, ORANGE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def step_time_figure(lines: Mapping[str, Sequence[tuple[int, float]]]) -> Figure:
    """Draw how long a step takes.

    Args:
        lines: For each processor, sizes of batches and milliseconds.
    """
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [batch for batch, _ in points],
                "y": [milliseconds for _, milliseconds in points],
                "line": {"color": colour},
                "hovertemplate": "%{x} pictures: %{y:.3g} ms",
            }
            for (name, points), colour in zip(
                lines.items(), (GREY, BLUE, ORANGE, GREY), strict=False
            )
        ],
        "layout": {
            "height": 340,
            "uirevision": "step_time",
            "xaxis": axis(
                "Pictures per step",
                type="log",
                tickvals=sorted({batch for points in lines.values() for batch, _ in points}),
            ),
            "yaxis": axis("One step (ms)", type="log", dtick="D2"),
        },
    }
