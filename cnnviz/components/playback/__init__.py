"""Numbers at many steps, all computed before: grids, bars and curves, played in the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnnviz.components.packing import digest, packed
from cnnviz.components.sources import register
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_component = register("playback")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A grid of numbers that changes from step to step, or stays.

    Attributes:
        title: What it is; must differ from the others'.
        values: T×H×W, or H×W for a grid that stays.
        palette: `signed` and `weights` are symmetric about 0, `pixels` goes from black to white.
        sign: Written before it, such as "→".
    """

    title: str
    values: NDArray[Any]
    palette: Literal["signed", "weights", "pixels"] = "signed"
    sign: str = ""


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars side by side, such as probabilities or a histogram.

    Attributes:
        title: What they are; must differ from the others'.
        values: T×B, or B for bars that stay.
        ticks: What is written below: a text by the place of its bar, which may lie between two.
        names: What each bar is called in the table; its number by default.
    """

    title: str
    values: NDArray[Any]
    ticks: Mapping[float, str]
    names: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines over all steps, with the step in view marked.

    Attributes:
        title: What the vertical axis is.
        lines: T numbers by what they are; a single one is drawn level.
    """

    title: str
    lines: Mapping[str, NDArray[Any]]


def playback(
    sheets: Sequence[Sheet],
    bars: Sequence[Bars],
    curves: Sequence[Curves],
    words: Sequence[str],
    *,
    key: str,
    alt: str,
    step: str = "Step",
    pytorch: str = "",
) -> None:
    """Draw what is there at a step, and play or scrub through all; the server is not called.

    Args:
        sheets: Grids, one at least.
        bars: Bar charts.
        curves: Line charts.
        words: What to say of each step, T sentences.
        key: Streamlit key. Other numbers under the same key are played from their beginning.
        alt: What the figure shows, for screen readers.
        step: What a step is called, such as "Batch".
        pytorch: Code that gives these numbers.
    """
    data = payload(sheets, bars, curves, words, alt=alt, step=step, pytorch=pytorch)
    _component(key=key, data=data)


def payload(
    sheets: Sequence[Sheet],
    bars: Sequence[Bars],
    curves: Sequence[Curves],
    words: Sequence[str],
    *,
    alt: str,
    step: str = "Step",
    pytorch: str = "",
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; numbers are float32."""
    content = {
        "alt": alt,
        "pytorch": pytorch,
        "step": step,
        "words": list(words),
        "sheets": [
            {
                "title": one.title,
                "sign": one.sign,
                "palette": one.palette,
                "stops": WEIGHT_STOPS if one.palette == "weights" else DIVERGING_STOPS,
                "values": packed(one.values, np.float32),
            }
            for one in sheets
        ],
        "bars": [
            {
                "title": one.title,
                "values": packed(np.atleast_2d(one.values), np.float32),
                "ticks": [[place, text] for place, text in one.ticks.items()],
                "names": list(one.names),
            }
            for one in bars
        ],
        "curves": [
            {
                "title": one.title,
                "lines": [
                    {"title": title, "values": packed(np.atleast_1d(values), np.float32)}
                    for title, values in one.lines.items()
                ],
            }
            for one in curves
        ],
    }
    return content | {"id": digest(content)}
