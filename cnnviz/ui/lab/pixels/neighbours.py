"""A section of the page Pixels are numbers: each pixel beside its right neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.neighbours import neighbours_figure
from cnnviz.imaging.pixels import neighbours, pearson, shuffled
from cnnviz.numbers.formatting import formatted

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray


def similar_neighbours(
    image: NDArray[np.float64], unit: Literal[1, 255], steps: NDArray[np.float64] | None
) -> None:
    """Draw the pairs of neighbours, of the picture and of its pixels shuffled.

    Args:
        image: H×W, 0 to 255.
        unit: What the charts count white as.
        steps: A picture whose mean step between neighbours is told; None for none.
    """
    st.header("Neighbouring pixels are similar")
    st.caption(
        "Each dot is a pixel and its right neighbour. In a picture, the dots gather around the"
        " line. If you shuffle the pixels, a pixel tells you nothing about the next. A small kernel"
        " relies on what neighbours have in common."
    )
    low, high = image.min(), max(image.max(), image.min() + 1)
    for place, (words, values) in zip(
        st.columns(2, gap="medium"),
        (("Original", image), ("The same pixels, shuffled", shuffled(image, 0))),
        strict=True,
    ):
        pairs = neighbours(values)
        r = pearson(*pairs)
        correlation = "undefined (all equal)" if r is None else formatted(r, ".3f")
        with place:
            st.markdown(f"**{words}**: Pearson's r = **{correlation}**, {len(pairs[0])} pairs")
            chart(
                neighbours_figure(*pairs, low=low, high=high, unit=unit),
                key=f"_px_chart_{words[:2]}",
                alt=f"{words}: every pixel against its right neighbour",
            )
    if steps is not None:
        between = np.abs(np.concatenate([np.diff(steps, axis=axis).ravel() for axis in (0, 1)]))
        st.caption(f"Horizontal and vertical neighbours differ by {between.mean():.3f} on average.")
