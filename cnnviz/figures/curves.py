"""Loss and accuracy of runs that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnnviz.figures.look import BLUE, GREEN, GREY, ORANGE, VIOLET, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import RunState

Along = Literal["step", "seconds", "epoch"]
_TITLES: dict[str, tuple[str, str]] = {
    "step": ("Steps", "Step %{x:,}"),
    "seconds": ("Seconds of training", "%{x:.1f} s"),
    "epoch": ("Epochs", "Epoch %{x:.2f}"),
}
_COLOURS = (BLUE, ORANGE, GREEN, VIOLET, "#c4548e", "#a08a2c")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def curves_figure(
    runs: Sequence[tuple[str, RunState]],
    *,
    along: Along = "step",
    log: bool = False,
    measure: tuple[str, str, str] = ("accuracy", "Accuracy", "share"),
) -> Figure:
    """Draw the loss above the accuracy or another measure, over one axis.

    Args:
        runs: Names and states. The first is drawn in full; of the others, the test alone.
        along: What the common axis counts.
        log: Whether the axis of the loss is logarithmic.
        measure: Name, title and unit of what is drawn below, as `cnnviz.training.tasks` has them.
    """
    traces: list[dict[str, Any]] = []
    name, below, unit = measure
    for quantity, y in (("loss", "y"), (name, "y2")):
        told = (
            "%{y:.4f}"
            if quantity == "loss"
            else "%{y:.1%}"
            if unit == "share"
            else f"%{{y:.1f}} {unit}"
        )
        common = {"type": "scatter", "yaxis": y, "hovertemplate": told}
        for at, (title, state) in enumerate(runs):
            of = f"{title}: " if len(runs) > 1 else ""
            if at == 0:
                look = {"mode": "lines", "line": {"color": GREY, "width": 1}}
                points = _points(state.progress, along, quantity)
                traces.append(common | look | points | _named(f"{of}training", quantity))
            look = {
                "mode": "lines+markers",
                "line": {"color": _COLOURS[at % len(_COLOURS)], "dash": _DASHES[at % len(_DASHES)]},
                "marker": {"size": 4},
            }
            points = _points(state.evaluations, along, quantity)
            traces.append(common | look | points | _named(f"{of}test", quantity))
    across, moment = _TITLES[along]
    return {
        "data": traces,
        "layout": {
            "height": 480,
            "uirevision": f"{along} {log}",
            "hovermode": "x unified",
            "hoversubplots": "axis",  # one line of values for both charts
            "xaxis": axis(across, anchor="y2", unifiedhovertitle={"text": moment}),
            "yaxis": axis("Loss", domain=[0.54, 1], type="log" if log else "linear"),
            "yaxis2": axis(
                below if unit == "share" else f"{below}, {unit}",
                domain=[0, 0.46],
                **({"tickformat": ".0%"} if unit == "share" else {}),
            ),
        },
    }


def _points(points: Sequence[Any], along: Along, quantity: str) -> dict[str, Any]:
    return {
        "x": [getattr(point, along) for point in points],
        "y": [point.measure(quantity) for point in points],
    }


def _named(name: str, quantity: str) -> dict[str, Any]:
    """One entry of the legend hides and shows a run in both charts."""
    return {"name": name, "legendgroup": name, "showlegend": quantity == "loss"}
