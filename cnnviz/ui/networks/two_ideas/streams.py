"""A section of the page Two streams, Deep Fried: a frame, and its motion."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.imaging import DIVERGING_STOPS, encode_jpeg, resize_to_fit, to_grey
from cnnviz.imaging.flow import Motion, flow_code, motion
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.projecting import figure_and_settings

_SIDE = 240
_FIRST = (96, 7, 7)  # maps, and rows and columns of a filter: the first layer of both streams
_FLOWS = 10


@st.cache_data(max_entries=32, show_spinner=False)
def _motion(
    digest: str, right: int, down: int, degrees: int, percent: int, _pixels: np.ndarray  # noqa: ARG001
) -> Motion:  # fmt: skip
    grey = np.round(to_grey(resize_to_fit(_pixels, _SIDE))).astype(np.uint8)
    return motion(grey, right=right, down=down, degrees=degrees, larger=1 + percent / 100)


def two_streams() -> None:
    """Draw two frames and the flow between them, and what the two networks would read."""
    picture = current_picture()
    right, left = figure_and_settings("streams", settings_first=True)
    with left:
        across = paired("Pixels to the right", -8, 8, 4, key="ti_right")
        down = paired("Pixels down", -8, 8, 0, key="ti_down")
        degrees = paired("Turned by, in degrees", -6, 6, 0, key="ti_turn")
        percent = paired("Larger by, in %", -6, 6, 0, key="ti_zoom")
    found = _motion(picture.digest, across, down, degrees, percent, picture.pixels)
    with right:
        first, second = st.columns(2)
        for place, frame, name in (
            (first, found.first, "First frame"), (second, found.second, "Second frame, moved"),
        ):  # fmt: skip
            place.image(encode_jpeg(frame), name, width="stretch", alt=name)
        step = max(1, max(found.first.shape) // 80)
        flow, truth = (
            np.ascontiguousarray(one[::step, ::step].transpose(2, 0, 1))
            for one in (found.flow, found.truth)
        )
        map_sheet(
            [
                Group("Optical flow in pixels: to the right, down", flow, tile="part"),
                Group("The true motion in pixels", truth, tile="part"),
            ],
            key="ti_flow",
            scale="all",
            stops=DIVERGING_STOPS,
            side=200,
            alt="Estimated and true motion: pixels to the right and pixels down",
        )
        st.markdown(
            "The flow is estimated from the two frames alone. Away from the edges it is off by"
            f" **{found.error:.2f} pixels** on average; where the picture has no structure, nothing"
            " tells how it moved."
        )
        maps, high, wide = _FIRST
        st.caption(
            "A two-stream network (Simonyan and Zisserman, 2014) lets one CNN look at a frame and"
            f" another at the flow of {_FLOWS} frames in a row, and averages their answers. With"
            f" {maps} filters of {high}×{wide}, the first layer has"
            f" {thousands(maps * high * wide * 3)} weights for a frame's 3 channels and"
            f" {thousands(maps * high * wide * 2 * _FLOWS)} for {2 * _FLOWS} channels of flow."
        )
        code = flow_code(right=across, down=down, degrees=degrees, larger=1 + percent / 100)
        copy_code("OpenCV code: optical flow", code, picture=found.first)
