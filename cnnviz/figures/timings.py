"""Time of a convolution against the size of its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.figures.look import BLUE, GREY, ORANGE, VIOLET, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.convolution.speed import Timing

_WAYS = {
    "direct": ("Direct", ORANGE),
    "separable": ("Two 1-D kernels", VIOLET),
    "fft": ("FFT", BLUE),
}


def timings_figure(timings: Sequence[Timing], crossover: int | None) -> Figure:
    """Draw the milliseconds of each way to convolve, on a logarithmic axis.

    Args:
        timings: One per size of the kernel.
        crossover: Side of the kernel from which the FFT is faster, to be marked; None if there
            is none.
    """
    layout: dict[str, Any] = {
        "height": 340,
        "uirevision": "timings",
        "hovermode": "x unified",
        "xaxis": axis("Side of the kernel", unifiedhovertitle={"text": "%{x}×%{x}"}),
        "yaxis": axis("Milliseconds", type="log", dtick=1, tickformat="~g"),
    }
    if crossover is not None:
        line = {"color": GREY, "width": 1, "dash": "dash"}
        ends = {"x0": crossover, "x1": crossover, "y0": 0, "y1": 1, "yref": "paper"}
        layout["shapes"] = [{"type": "line", **ends, "line": line}]
        layout["annotations"] = [
            {
                "text": "FFT is faster from here",
                "showarrow": False,
                "x": crossover,
                "xanchor": "left",
                "xshift": 4,
                "y": 1,
                "yref": "paper",
                "yanchor": "top",
            }
        ]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [timing.kernel for timing in timings],
                "y": [getattr(timing, way) * 1000 for timing in timings],
                "line": {"color": colour, "width": 2},
                "hovertemplate": "%{y:.3~g} ms",
            }
            for way, (name, colour) in _WAYS.items()
        ],
        "layout": layout,
    }
