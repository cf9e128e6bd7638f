"""Filters without labels: k-means on patches, its centroids as layers, and what they are worth."""

import streamlit as st

from cnnviz.numbers.formatting import formatted
from cnnviz.ui.learning.without_labels.data import STACKS, offered, pictures
from cnnviz.ui.learning.without_labels.layers import (
    correlation,
    first_layer,
    show_contest,
    show_film,
    show_patches,
)
from cnnviz.ui.shared.choice import choice
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

st.header("What whitening does")
show_patches(learned)
before, after = correlation(learned)
if whiten:
    st.caption(
        "Whitening (ZCA) makes pixels of a patch uncorrelated and changes it as little as possible:"
        f" the correlation of neighbours falls from {formatted(before, '.2f')} to"
        f" {formatted(after, '.2f')}. Without it, k-means spends its centroids on blurry blobs."
    )
else:
    st.caption(
        f"Neighbouring pixels are correlated, {formatted(before, '.2f')}, so a few broad, blurry"
        " shapes are most of the distance. Whiten the patches, and the centroids get sharper."
    )

st.header("As layers of a network")
st.markdown(
    f"Each centroid is now a filter. Its response is max(0, *mean* − *z*), where *z* is its"
    " distance to the patch and *mean* that of all centroids: 0 for about half of them. The maps"
    f" are averaged over {stack.regions}×{stack.regions} parts of the picture, and a linear"
    " classifier learns from that. The **second layer** is learned in the same way, from patches"
    f" of the first layer's maps: {stack.second_filters} centroids of"
    f" {stack.second_size}×{stack.second_size}×{stack.filters}. The first stays as it is:"
    " this is greedy, layer by layer. Beside it, a"
    " network of the same sizes (convolution, ReLU, pooling) learns everything at once, from the"
    " labelled pictures alone."
)
budgets = {"100": "100", "300": "300", "all": f"All {len(data.images):,}"}
budget = choice(
    st.segmented_control, "Pictures with a label", budgets, "100", key="wl_labels",
)  # fmt: skip
show_contest(id, learned, len(data.images) if budget == "all" else int(budget), whiten=whiten)
st.caption(
    f"Tested on {len(data.test):,} pictures: one picture more or less is"
    f" {1 / len(data.test):.1%}. Grey bars have not looked at unlabelled pictures. With few labels,"
    " layers that needed none beat training end to end; with many, that advantage goes. And filters"
    " need not be learned to be of use: on pictures this small, random patches, even random"
    " filters, do about as well as centroids (A. Coates et al., 2011; K. Jarrett et al., 2009)."
    " Greedy training was popular from 2007 to 2013; today, networks with enough labels are trained"
    " end to end."
)
