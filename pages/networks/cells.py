"""Where it began: simple and complex cells of the cat, and the Neocognitron's S and C cells."""

import streamlit as st

from cnnviz.components.block import block
from cnnviz.components.cortex import cortex
from cnnviz.networks.blocks import NEOCOGNITRON
from cnnviz.ui.networks.cells.code import CELLS
from cnnviz.ui.networks.cells.digits import shifted_digits

st.caption(
    "In 1959 Hubel and Wiesel found cells in a cat's visual cortex that respond to a bar of light"
    " only if it lies in one direction. A simple cell also wants it in one place: its field has a"
    " bright middle (blue) and dark flanks (orange), like a filter. A complex cell responds"
    " anywhere in its field."
)
cortex(
    key="ce_cortex",
    alt="A bar of light over the field of a simple and a complex cell, and how both respond",
    pytorch=CELLS,
)
st.markdown(
    "The simple cell is modelled as a Gabor filter with a ReLU, max(0, *a*); the complex cell as"
    " √(*a*² + *b*²) of two such filters a quarter of a wave apart, so its response hardly"
    " depends on where the bar is. Convolution and pooling are this pair again. Hypercomplex cells,"
    " the third kind, stop responding if the bar is too long. Responses are dimensionless: numbers"
    " that a model gives, not spikes per second."
)

st.header("The Neocognitron, 1980")
st.markdown(NEOCOGNITRON.about)
block(
    NEOCOGNITRON, shifted_digits(), key="ce_neocognitron",
    alt="A digit that is shifted, and the maps of S and C cells",
)  # fmt: skip
st.caption(
    "Fukushima's network stacked such pairs and learned its templates without a teacher; here they"
    " are given. What is compared is the cosine of the angle between the maps now and before the"
    " shift: 100% where nothing changed."
)
