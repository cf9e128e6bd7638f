"""Two sections of the page Upsampling: the checkerboard, and three ways to enlarge a picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import lecture_case
from cnnviz.convolution.upsampling import away_from_edges, stamps
from cnnviz.inspection.torch_reference import upsampled
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

_SIDE = 5  # of the flat picture
_CHECKER_CODE = """import torch
import torch.nn.functional as F

flat, stamp = torch.ones(1, 1, {side}, {side}), torch.ones(1, 1, {kernel}, {kernel})
stamps = F.conv_transpose2d(flat, stamp, stride={stride})
print(stamps)
print(stamps * {stride}**2 / {kernel}**2)  # a kernel of equal weights that keeps the brightness
"""
_WAYS_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None]
w = torch.outer(*[torch.tensor([1.0, 3, 3, 1])] * 2) / 16
print(F.interpolate(x, scale_factor=2, mode='nearest'))
print(F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False))
print(F.conv_transpose2d(x, w[None, None], stride=2, padding=1))
"""


def checkerboard() -> None:
    """Draw how many stamps land on each cell, for any kernel and stride."""
    st.header("The checkerboard")
    st.caption(
        "How many stamps cover each cell. If the kernel's side is not a multiple of the stride,"
        " some cells get more stamps than their neighbours, and a flat picture turns into a"
        " pattern."
    )
    right, left = figure_and_settings("upsampling", settings_first=True)
    with left:
        kernel = paired(":violet[Kernel]", 1, 6, 3, key="up_ck")
        stride = paired(":green[Stride]", 1, 4, 2, key="up_cs")
    landed = stamps(_SIDE, kernel, stride)
    middle = away_from_edges(landed, kernel)
    with right:
        linked_grids(
            [
                Panel("Stamps on each cell", landed, "counts"),
                Panel(
                    "A picture of ones, upsampled",
                    landed * stride**2 / kernel**2,
                    "pixels",
                    limits=(0, 2),
                    sign="→",
                ),
            ],
            [Link(1, 0, np.arange(landed.size)[:, np.newaxis])],
            key="up_checker",
            alt="How many stamps cover each output cell, and a flat picture after upsampling",
            play=False,
            pytorch=_CHECKER_CODE.format(side=_SIDE, kernel=kernel, stride=stride),
        )
        even = "**even** in the middle"
        uneven = f"**uneven**, {middle.min():g} to {middle.max():g} stamps in the middle"
        st.markdown(
            f"{kernel} divided by {stride} leaves {kernel % stride}:"
            f" {even if np.ptp(middle) == 0 else uneven}."
        )


def three_ways() -> None:
    """Draw a picture twice as large: nearest, bilinear, and by a transposed convolution."""
    st.header("Three ways to upsample")
    field, _ = st.columns([1, 3])
    with field:
        example = lecture_case("s1-upsample-nn")["inputs"]["image"]
        small = lab.grid_field(":blue[Input]", example, key="up_small", height=80)
    ends = (min(0.0, float(small.min())), max(float(small.max()), float(small.min()) + 1e-9))
    linked_grids(
        [
            Panel("Input", small, "pixels", limits=ends),
            *(
                Panel(title, values, "pixels", sign="→", limits=ends)
                for title, values in upsampled(small).items()
            ),
        ],
        [],
        key="up_ways",
        alt="Nearest, bilinear and transposed upsampling by 2",
        play=False,
        pytorch=_WAYS_CODE.format(x=small.tolist()),
    )
    st.caption(
        "Nearest repeats each pixel; bilinear interpolates between neighbours"
        " (`align_corners=False`); a transposed convolution does what its weights say. With these"
        " 4×4 weights it is bilinear except at the edge, where there are fewer stamps. Its weights"
        " can be learned."
    )
