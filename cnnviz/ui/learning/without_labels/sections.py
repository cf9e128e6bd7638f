"""Two sections of the page Filters without labels: whitening, and centroids as layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.numbers.formatting import formatted
from cnnviz.ui.learning.without_labels.data import STACKS, pictures
from cnnviz.ui.learning.without_labels.layers import correlation, show_contest, show_patches
from cnnviz.ui.shared.choice import choice

if TYPE_CHECKING:
    from cnnviz.training.experiments.k_means import Learned


def show_whitening(learned: Learned, *, whiten: bool) -> None:
    """Draw patches as they are cut out and as k-means sees them."""
    st.header("What whitening does")
    show_patches(learned)
    before, after = correlation(learned)
    if whiten:
        st.caption(
            "Whitening (ZCA) makes pixels of a patch uncorrelated and changes it as little as"
            f" possible: the correlation of neighbours falls from {formatted(before, '.2f')} to"
            f" {formatted(after, '.2f')}. Without it, k-means spends its centroids on blurry blobs."
        )
    else:
        st.caption(
            f"Neighbouring pixels are correlated, {formatted(before, '.2f')}, so a few broad,"
            " blurry shapes are most of the distance. Whiten the patches, and the"
            " centroids get sharper."
        )


def show_layers(id: str, learned: Learned, *, whiten: bool) -> None:
    """Draw what the centroids are worth as layers, while it is found out."""
    data, stack = pictures(id), STACKS[id]
    st.header("As layers of a network")
    st.markdown(
        f"Each centroid is now a filter. Its response is max(0, *mean* − *z*), where *z* is its"
        " distance to the patch and *mean* that of all centroids: 0 for about half of them. The"
        f" maps are averaged over {stack.regions}×{stack.regions} parts of the picture, and a"
        " linear classifier learns from that. The **second layer** is learned in the same way, from"
        f" patches of the first layer's maps: {stack.second_filters} centroids of"
        f" {stack.second_size}×{stack.second_size}×{stack.filters}. The first stays as it is:"
        " this is greedy, layer by layer. Beside it, a network of the same sizes"
        " (convolution, ReLU, pooling) learns everything at once, from the labelled pictures alone."
    )
    budgets = {"100": "100", "300": "300", "all": f"All {len(data.images):,}"}
    budget = choice(
        st.segmented_control, "Pictures with a label", budgets, "100", key="wl_labels",
    )  # fmt: skip
    show_contest(id, learned, len(data.images) if budget == "all" else int(budget), whiten=whiten)
    st.caption(
        f"Tested on {len(data.test):,} pictures: one picture more or less is"
        f" {1 / len(data.test):.1%}. Grey bars have not looked at unlabelled pictures. With few"
        " labels, layers that needed none beat training end to end; with many, that advantage goes."
        " And filters need not be learned to be of use: on pictures this small, random patches,"
        " even random filters, do about as well as centroids (A. Coates et al., 2011; K. Jarrett et"
        " al., 2009). Greedy training was popular from 2007 to 2013; today, networks with enough"
        " labels are trained end to end."
    )
