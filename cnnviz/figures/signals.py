"""A noisy signal, what it measures, and what smoothing makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.figures.look import BLUE, GREEN, GREY, Figure, axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution.signals import Sensor


def signal_figure(signal: Sensor, smoothed: NDArray[Any]) -> Figure:
    """Draw the true position, its measurements and the smoothed ones over time.

    Args:
        signal: N moments.
        smoothed: Values at the last moments, at most N of them.
    """
    late = len(signal.true) - len(smoothed)
    return {
        "data": [
            _over_time("True", signal.true, mode="lines", line={"color": GREEN, "width": 2.2}),
            _over_time(
                "Measured",
                signal.measured,
                mode="markers",
                marker={"color": GREY, "size": 5, "opacity": 0.75},
            ),
            _over_time(
                "Smoothed", smoothed, late, mode="lines", line={"color": BLUE, "width": 2.2}
            ),
        ],
        "layout": {
            "height": 320,
            "uirevision": "signal",
            "hovermode": "x unified",
            "xaxis": axis("Time step", unifiedhovertitle={"text": "Time step %{x}"}),
            "yaxis": axis("Position"),
        },
    }


def _over_time(name: str, values: NDArray[Any], start: int = 0, **look: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "x": list(range(start, start + len(values))),
        "y": values.tolist(),
        "hovertemplate": "%{y:.2f}",
        **look,
    }
