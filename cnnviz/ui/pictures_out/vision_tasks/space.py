"""A box in space around the cup of a photo."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.space_box import Box, Camera, space_box
from cnnviz.imaging.samples import SAMPLES, sample_image

# Nobody measured this camera: with these numbers, box and cup fit by eye.
CAMERA = Camera(focal=833, centre=(300, 200), pitch=55, distance=25)
CUP = Box(x=-0.35, y=-0.45, width=5.9, length=5.9, height=4.8, turn=0)


def show_space() -> None:
    """Draw the box over the photo."""
    sample = SAMPLES["coffee"]
    space_box(
        sample_image("coffee"),
        CAMERA,
        CUP,
        key="vt_space",
        alt="A photo of a cup on a table with a box around it, in the picture and in space",
        parameter="vt_box",
    )
    st.caption(
        f"Photo: {sample.source}, {sample.licence}. Its camera is not known; focal length, height"
        " and pitch are set by eye, so that a box as large as such a cup fits. No network is at"
        " work here: a 3-D detector gives the seven numbers, which hands give here."
    )
