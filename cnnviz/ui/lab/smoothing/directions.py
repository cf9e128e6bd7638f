"""A section of the page Box, Gaussian, median: which kernel blurs evenly in all directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import correlate2d, lecture_case
from cnnviz.convolution.roundness import shape, unevenness
from cnnviz.imaging import KERNELS, gaussian_kernel
from cnnviz.inspection import torch_reference
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

if TYPE_CHECKING:
    from typing import Literal

_SHAPES: dict[Literal["dot", "bar", "disc"], str] = {"dot": "Dot", "bar": "Bar", "disc": "Disc"}
_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x}).double()[None, None]
box = torch.full((1, 1, 7, 7), 1 / 49).double()
print(F.conv2d(x, box, padding=3)[0, 0])
gaussian = torch.tensor({gaussian}).double()[None, None]
print(F.conv2d(x, gaussian, padding="same")[0, 0])
"""


def all_directions() -> None:
    """Draw a shape, and what a box and a Gaussian of the same spread make of it."""
    st.caption(
        "A box filter averages over a square, so it spreads farther along the diagonals. The"
        " weights of a Gaussian depend on the distance alone: it spreads alike in every direction."
        " Both here spread by 2 pixels down and across (standard deviation). Turn the bar and see"
        " how its ends change."
    )
    # So much of the width that the three grids stand beside each other.
    right, left = figure_and_settings("directions", shares=(7, 2), settings_first=True)
    with left:
        kind = choice(st.segmented_control, "Shape", _SHAPES, "dot", key="sm_shape")
        degrees = paired("Turned by, in degrees", 0, 90, 30, key="sm_turn") if kind == "bar" else 0
        radius = paired("Distance from the middle", 1.0, 6.0, 4.0, step=0.5, key="sm_radius")
    drawn = shape(kind, 19, degrees)
    box = np.asarray(KERNELS["box-7"].weights, dtype=np.float64)
    gaussian = gaussian_kernel(2).astype(np.float64)
    by_box, by_gaussian = (
        correlate2d(drawn, kernel, padding=len(kernel) // 2) for kernel in (box, gaussian)
    )
    cells = np.arange(by_box.size)[:, None]
    with right:
        top = float(max(by_box.max(), by_gaussian.max()))
        linked_grids(
            [
                Panel("Shape", drawn, "pixels", limits=(0, 1)),
                Panel("Box 7×7", by_box, "pixels", sign="→", limits=(0, top)),
                Panel("Gaussian, σ = 2", by_gaussian, "pixels", sign="|", limits=(0, top)),
            ],
            [Link(2, 1, cells)],
            key="sm_directions",
            alt="A shape, blurred by a box and by a Gaussian",
            start=by_box.size // 2,
            play=False,
            pytorch=_CODE.format(x=drawn.tolist(), gaussian=gaussian.tolist()),
        )
        lab.agree(
            "Matches torch conv2d", by_gaussian, torch_reference.conv(drawn, gaussian, padding=6)
        )
        st.markdown(
            f"At {radius:g} pixels from the middle, values differ between directions by"
            f" **{unevenness(by_box, radius):.1%}** of their mean after the box and by"
            f" **{unevenness(by_gaussian, radius):.1%}** after the Gaussian (standard deviation"
            " over 72 directions)." + (" A bar is itself not round." * (kind == "bar"))
        )
        integral = lecture_case("s0-gauss-density")["expected"]["slide_value"]["integral"]
        lab.correction(
            r"The Gaussian's weights follow its density,"
            r" $h(u, v) = \frac{1}{2\pi\sigma^2} e^{-(u^2 + v^2)/(2\sigma^2)}$. Over the whole"
            " plane it adds up to **1**, so a blurred picture stays as bright.",
            f"σ² in the exponent without the 2, with which it would add up to {integral}",
            "s0-gauss-density",
        )
