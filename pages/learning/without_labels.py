"""Filters without labels: k-means on patches, its centroids as layers, and what they are worth."""

import streamlit as st

from cnnviz.ui.learning.without_labels.data import STACKS, offered, pictures
from cnnviz.ui.learning.without_labels.layers import first_layer, show_film
from cnnviz.ui.learning.without_labels.sections import show_layers, show_whitening
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import settings

with settings("k-means", horizontal=True):
    id = choice(
        st.segmented_control, "Pictures", offered(), "digits", key="wl_data",
        unknown="The pictures “{}” are not on this computer. The digits are shown instead.",
    )  # fmt: skip
    whiten = st.toggle("Whiten the patches", value=True, key="wl_white", bind="query-params")
data, stack = pictures(id), STACKS[id]
learned = first_layer(id, whiten=whiten)
st.markdown(
    f"No label is read here. {len(learned.patches):,} patches of {stack.size}×{stack.size} pixels"
    f" are cut out of {len(data.images):,} pictures at random. **k-means** begins with"
    f" {stack.filters} of them and moves each to the mean of the patches that are nearest to it,"
    " again and again. What it arrives at looks like filters: strokes and edges."
)
show_film(id, learned, whiten=whiten)

lazy_section("whitening", show_whitening, learned, whiten=whiten)
lazy_section("contest", show_layers, id, learned, whiten=whiten)
