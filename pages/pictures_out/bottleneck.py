"""Through the bottleneck: what autoencoders and pooling lose, and a plane that becomes pictures."""

import streamlit as st

from cnnviz.components.autoencoder import autoencoder
from cnnviz.ui.pictures_out.bottleneck.networks import RECONSTRUCT, bottlenecks, samples
from cnnviz.ui.pictures_out.bottleneck.plane import show_plane
from cnnviz.ui.pictures_out.bottleneck.unpooled import show_unpooled
from cnnviz.ui.shared.background_training import train_live
from cnnviz.ui.shared.lazy_section import lazy_section

images, _, titles = samples()
st.caption(
    "An autoencoder (a bow-tie) squeezes 28×28 pixels into a few numbers and makes a picture of"
    " them again. What does not fit through is lost. These clothes are test pictures: none of the"
    " networks has learned from them."
)
autoencoder(
    images, titles, bottlenecks(), key="bo_autoencoder",
    alt="A picture, and what comes out of bottlenecks of 2 to 128 numbers",
    pytorch=RECONSTRUCT,
)  # fmt: skip
st.markdown(
    "Two numbers keep the kind of thing, more keep more of its outline, and blur stays: the"
    " loss is a mean squared error, which is smallest for the average of all pictures that"
    " fit. The networks were trained for 700 steps of 64 pictures (with two numbers, 1,400);"
    " longer training would sharpen the large ones. **Pooling** loses in another way: of each"
    " window one number is left, and enlarged again it fills the window. The error shows the"
    " edges, which are what is gone."
)

train_live("Train an autoencoder live, on digits", "squeezed", "autoencoder", "bundled-squeezed-08")

lazy_section("unpooled", show_unpooled)
lazy_section("plane", show_plane)
