"""Volumes: filters through the full depth, maps that stack up, and what a layer costs."""

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.components.stepper import stepper
from cnnviz.components.volume import volume
from cnnviz.convolution import trace
from cnnviz.convolution.volumes import as_columns
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.lab.volumes.costs import layer_costs
from cnnviz.ui.lab.volumes.im2col import show_columns
from cnnviz.ui.lab.volumes.indices import show_indices
from cnnviz.ui.lab.volumes.learns import fill_in
from cnnviz.ui.lab.volumes.pointwise import pointwise
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import small_square

VIEWS = {"step": "Step by step", "space": "In space", "columns": "As columns", "maps": "All maps"}
_CODE = """import torch

x = torch.tensor({x})[None]
filters = torch.tensor({filters})
print(torch.nn.functional.conv2d(x, filters, torch.tensor({biases}))[0])
"""


def filter_bank(count: int, depth: int, side: int) -> np.ndarray:
    """The same small whole weights each time, easy to follow."""
    return np.random.default_rng(4).integers(-2, 3, (count, depth, side, side)).astype(float)


figure, side = figure_and_settings()
with figure:
    view = choice(
        st.segmented_control, "Show", VIEWS, "step", key="vo_view", label_visibility="collapsed"
    )
with side:
    size = paired(
        ":blue[Side of the picture]",
        5,
        32,
        32 if view in {"maps", "space"} else 9,
        key=f"vo_{view}",
    )
    kernel = paired(":violet[Side of the filters]", 1, 5, 5, step=2, key="vo_k")
    filters = paired(":violet[Filters]", 1, 32, 6, key="vo_n")
    bias = paired(":violet[Bias of the first filter]", -50, 50, 10, key="vo_b")
pixels = small_square(size).transpose(2, 0, 1).astype(np.float64)
bank = filter_bank(filters, 3, kernel)
biases = np.r_[float(bias), np.zeros(filters - 1)]
laid = as_columns(pixels, bank, biases)
exact = torch_reference.conv_layer(pixels, bank, biases)
dot = laid.columns.shape[0] - 1
with figure:
    if view == "space":
        st.caption(
            f"A filter reads all three colours at once: a block of {kernel}×{kernel}×3 walks"
            " through the block of the picture. Each filter has a colour; its map has it, too."
        )
        volume(
            pixels, bank, biases, laid.output.reshape(laid.shape), key="vo_volume",
            alt=f"A picture of {size}×{size}×3 and its {filters} maps, in space",
            pytorch=_CODE.format(x=pixels.tolist(), filters=bank.tolist(), biases=biases.tolist()),
        )  # fmt: skip
    elif view == "step":
        st.caption(
            f"A {kernel}×{kernel}×3 filter reads all three colours at once. One step is a dot"
            f" product of **{dot}** pairs plus the bias; it gives one number."
        )
        stepper(trace(pixels, bank[0], bias=bias), key="vo_stepper", pixels=True)
    elif view == "columns":
        show_columns(pixels, bank, laid)
    else:
        st.caption(
            f"{filters} filters give {filters} maps, which are stacked into the next volume:"
            f" **{laid.shape[1]}×{laid.shape[2]}×{filters}**. Click a map to enlarge it."
        )
        map_sheet(
            [Group(f"{filters} maps", laid.output.reshape(laid.shape))],
            key="vo_map_sheet", scale="layer", stops=DIVERGING_STOPS, side=160,
            alt=f"{filters} maps of {laid.shape[1]}×{laid.shape[2]}",
        )  # fmt: skip
    lab.agree("All filters match torch.nn.Conv2d", laid.output, exact)
    st.markdown(
        f"**{size}×{size}×3** → {filters} filters of {kernel}×{kernel}×3 → "
        f"**{laid.shape[1]}×{laid.shape[2]}×{filters}**, with {filters}·({dot} + 1) ="
        f" {thousands(filters * (dot + 1))} parameters."
    )

lazy_section("pointwise", pointwise)
lazy_section("costs", layer_costs)
lazy_section("indices", show_indices, pixels, bank)
lazy_section("learns", fill_in)
