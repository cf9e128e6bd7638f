"""Building blocks: inception, residual and dense blocks, mlpconv and depthwise convolution."""

import streamlit as st

from cnnviz.components.block import block
from cnnviz.networks.blocks import BLOCKS
from cnnviz.ui.networks.blocks.depthwise_separable import separable_costs
from cnnviz.ui.networks.blocks.inception import inception_costs
from cnnviz.ui.networks.blocks.volume import volumes
from cnnviz.ui.shared.choice import choice

name = choice(
    st.segmented_control, "Block", {id: one.title for id, one in BLOCKS.items()}, "inception",
    key="block", label_visibility="collapsed",
)  # fmt: skip
chosen = BLOCKS[name]
st.markdown(chosen.about)
block(chosen, volumes(), key=f"bl_{name}", alt=f"The maps of a block: {chosen.title}")
st.caption(
    "The input is the red, green, blue and grey channel of a picture. The weights are not learned:"
    " they are samples of a sine wave, so that a layer keeps its weights when others are added or"
    " removed."
)
if name == "inception":
    inception_costs()
if name == "separable":
    separable_costs()
