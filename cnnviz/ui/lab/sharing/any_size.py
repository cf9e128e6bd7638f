"""A section of the page From fully connected to convolutional: pictures of another size."""

from __future__ import annotations

import streamlit as st

from cnnviz.inspection.digits import accuracy_at, at_size, digits, refusal
from cnnviz.numbers.formatting import sides
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings


def any_size() -> None:
    """Draw what a trained network makes of digits of another size than it was trained on."""
    st.header("Pictures of another size")
    st.caption(
        "A convolution works on pictures of any size: the same filters slide over more or fewer"
        " positions. A fully connected layer has one weight for each input, so it fits a single"
        " size. This network was trained on 8×8 digits; here they are enlarged or reduced."
    )
    right, left = figure_and_settings("any_size", settings_first=True)
    with left:
        side = paired(":blue[Side of the picture]", 2, 64, 16, key="sh_side")
    before, after = (at_size(digits().images[:1, 0], size) for size in (8, side))
    with right:
        st.dataframe(
            {
                "Layer": [name for name, _ in before],
                "For 8×8": [sides(shape) for _, shape in before],
                f"For {side}×{side}": [sides(shape) for _, shape in after],
            },
            hide_index=True,
            height="content",
            alt=f"Shapes of each layer for pictures of 8×8 and of {side}×{side}",
        )
        st.markdown(
            "**Convolutions, then an average over each map**: runs at any size. At"
            f" {side}×{side} it classifies **{accuracy_at(side):.1%}** of the"
            f" {len(digits().images)} test digits correctly, at 8×8 {accuracy_at(8):.1%}."
            + (" Running is not recognising: strokes of another width are new to it." * (side != 8))
        )
        message = refusal(side)
        if message:
            st.markdown("**The same convolutions, then a fully connected layer**: PyTorch refuses.")
            st.markdown(f"`RuntimeError: {message}`")
        else:
            st.markdown(
                "**The same convolutions, then a fully connected layer**: fits at this size only."
            )
