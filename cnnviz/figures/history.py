"""Networks through the years: errors against size, work and depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnnviz.figures.look import BLUE, GREY, ORANGE, Figure, axis

if TYPE_CHECKING:
    from collections.abc import Sequence

Along = Literal["year", "parameters", "macs"]
_TITLES = {
    "year": "Year",
    "parameters": "Parameters",
    "macs": "Multiply-adds for one picture",
}


def errors_figure(
    points: Sequence[tuple[str, float, float, str, str]], *, along: Along, largest: float
) -> Figure:
    """Draw networks by their error; a press on one opens its page.

    Args:
        points: Of each network its name, its place along the axis, its error in percent, the
            address to open, empty for none, and where its name stands, as Plotly says it.
        along: What the axis counts.
        largest: End of the axis of errors, in percent.
    """
    names, places, errors, addresses, sides = zip(*points, strict=True)
    told = {"year": "%{x}", "parameters": "%{x:,.3s} parameters", "macs": "%{x:,.3s} multiply-adds"}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": "Top-5 error",
                "x": list(places),
                "y": list(errors),
                "text": list(names),
                "customdata": list(addresses),
                "textposition": list(sides),
                "cliponaxis": False,
                "marker": {
                    "size": 14,
                    "color": [BLUE if address else GREY for address in addresses],
                },
                "hovertemplate": f"%{{text}}: %{{y}}%, {told[along]}<extra></extra>",
            }
        ],
        "layout": {
            "height": 430,
            "uirevision": along,
            "xaxis": axis(_TITLES[along], **_scale(along)),
            "yaxis": axis("Top-5 error (%)", range=[0, largest]),
        },
    }


def _scale(along: Along) -> dict[str, Any]:
    if along == "year":
        # Plotly makes room for points, not for the names beside them.
        return {"dtick": 1, "tickformat": "d", "range": [2011.2, 2020.5]}
    return {"type": "log", "tickformat": "~s", "dtick": "D2"}


def winners_figure(winners: Sequence[tuple[int, str, float, bool]], human: float) -> Figure:
    """Draw the errors of a challenge's winners by year, those of networks in another colour.

    Args:
        winners: Year, name, error in percent, and whether it is a network.
        human: Error of a person in percent, drawn last.
    """
    bars = [
        *((f"{year} {name}", error, BLUE if own else ORANGE) for year, name, error, own in winners),
        ("A person", human, GREY),
    ]
    names, errors, colours = zip(*reversed(bars), strict=True)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": "Top-5 error of the winner",
                "x": list(errors),
                "y": list(names),
                "text": [f"{error}%" for error in errors],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": list(colours)},
                "hovertemplate": "%{y}: %{x}%<extra></extra>",
            }
        ],
        "layout": {
            "height": 340,
            "uirevision": "winners",
            "xaxis": axis("Top-5 error (%)", range=[0, 35], fixedrange=True),
            "yaxis": axis("Winner", fixedrange=True),
        },
    }


def depth_figure(lines: Sequence[tuple[str, Sequence[tuple[int, float]]]]) -> Figure:
    """Draw errors against the number of layers.

    Args:
        lines: Names, each with its numbers of layers and their errors in percent.
    """
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [depth for depth, _ in points],
                "y": [error for _, error in points],
                "line": {"color": colour},
                "marker": {"size": 9},
                "hovertemplate": "%{x} layers: %{y}%",
            }
            for (name, points), colour in zip(lines, (BLUE, ORANGE), strict=False)
        ],
        "layout": {
            "height": 320,
            "uirevision": "depth",
            "hovermode": "x unified",
            "xaxis": axis("Layers", tickvals=[18, 34, 50, 101, 152]),
            "yaxis": axis("Top-1 error (%)"),
        },
    }
