"""What all figures share: their colours, their axes, and how numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

Figure = dict[str, Any]

BLUE: Final = "#4a97d2"
ORANGE: Final = "#dd7a1f"
GREEN: Final = "#2f9e5a"
VIOLET: Final = "#8482dc"
GREY: Final = "#8a8f98"
"""Each stands out from a white page and from a dark one by 3 to 1, which is what WCAG asks of
lines."""


def axis(title: str, **options: Any) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": title}, **options}


def signed_colours(values: ArrayLike, stops: Sequence[tuple[float, str]]) -> dict[str, Any]:
    """The colours of a surface or heat map of signed numbers, with the neutral colour at 0.

    Args:
        values: The numbers.
        stops: Colours, each with its place in 0..1.
    """
    limit = float(np.abs(np.asarray(values, dtype=np.float64)).max(initial=0)) or 1.0
    return {"colorscale": [list(stop) for stop in stops], "cmin": -limit, "cmax": limit}
