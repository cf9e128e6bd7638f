"""A section of the page Through the bottleneck: what pooling loses, and three ways back."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.unpooling import unpooling
from cnnviz.ui.pictures_out.bottleneck.networks import UNPOOL, WINDOWS, samples
from cnnviz.ui.shared.choice import choice


def show_unpooled() -> None:
    """Draw a picture, its maxima, and three ways to put them back."""
    st.header("Pooled, and unpooled")
    st.caption(
        "Max pooling keeps the largest value of each window and forgets where it was. A decoder has"
        " to enlarge the small picture again. The residual shows what is gone."
    )
    window = choice(st.segmented_control, "Window", WINDOWS, 2, key="bo_window")
    images, _, titles = samples()
    unpooling(
        images, titles, window, key="bo_unpooling",
        alt="A picture with the place of each window's largest value, the pooled picture, and three"
        " ways to enlarge it",
        pytorch=UNPOOL,
    )  # fmt: skip
    st.markdown(
        "- **Nearest neighbour** repeats the value. The mean error is small, but each edge has"
        " moved to the edge of its window.\n"
        "- A **bed of nails** puts the value at the top left and zeros around it: it is in the"
        " wrong place, unless the window's largest value was there by chance.\n"
        "- **Max unpooling** puts it where it was, since pooling wrote that down: its *switch*."
        " What it puts is exact, and the residual is negative or 0: only what was not the largest"
        " is missing. The convolutions that follow in a decoder fill the gaps in.\n\n"
        "Max unpooling has a lower PSNR than nearest neighbour, because most pixels stay 0. Its"
        " strength is that outlines keep their places. Zeiler and Fergus (2013) used switches to"
        " show what a filter responds to, and SegNet to enlarge maps without learning to. A switch"
        " is information that goes past the bottleneck, as a skip's maps do, but cheaper: one"
        " position a window."
    )
