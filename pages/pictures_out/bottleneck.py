"""Through the bottleneck: what autoencoders and pooling lose, and a plane that becomes pictures."""

import streamlit as st

from cnnviz.components.autoencoder import autoencoder
from cnnviz.components.latent_plane import latent_plane
from cnnviz.components.unpooling import unpooling
from cnnviz.ui.pictures_out.bottleneck.networks import (
    DECODE,
    FIRST_PLANE,
    RECONSTRUCT,
    TITLES,
    UNPOOL,
    WINDOWS,
    bottlenecks,
    planes,
    samples,
)
from cnnviz.ui.shared.background_training import train_live
from cnnviz.ui.shared.choice import choice

images, labels, titles = samples()
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

st.header("Pooled, and unpooled")
st.caption(
    "Max pooling keeps the largest value of each window and forgets where it was. A decoder has to"
    " enlarge the small picture again. The residual shows what is gone."
)
window = choice(st.segmented_control, "Window", WINDOWS, 2, key="bo_window")
unpooling(
    images, titles, window, key="bo_unpooling",
    alt="A picture with the place of each window's largest value, the pooled picture, and three"
    " ways to enlarge it",
    pytorch=UNPOOL,
)  # fmt: skip
st.markdown(
    "- **Nearest neighbour** repeats the value. The mean error is small, but each edge has moved"
    " to the edge of its window.\n"
    "- A **bed of nails** puts the value at the top left and zeros around it: it is in the wrong"
    " place, unless the window's largest value was there by chance.\n"
    "- **Max unpooling** puts it where it was, since pooling wrote that down: its *switch*. What"
    " it puts is exact, and the residual is negative or 0: only what was not the largest is"
    " missing. The convolutions that follow in a decoder fill the gaps in.\n\n"
    "Max unpooling has a lower PSNR than nearest neighbour, because most pixels stay 0. Its"
    " strength is that outlines keep their places. Zeiler and Fergus (2013) used switches to show"
    " what a filter responds to, and SegNet to enlarge maps without learning to. A switch is"
    " information that goes past the bottleneck, as a skip's maps do, but cheaper: one position"
    " a window."
)

st.header("A plane that becomes pictures")
st.caption(
    "Two numbers, and what a decoder makes of each place. A **variational autoencoder** is trained"
    " so that the places of all pictures together lie about as a standard normal distribution,"
    " whose two standard deviations the circle marks. So a place drawn by chance can be decoded,"
    " which makes it a generative model. A plain autoencoder puts its pictures anywhere."
)
latent_plane(
    images, labels, TITLES, planes(), start=FIRST_PLANE, parameter="bo_kl", key="bo_plane",
    alt="The plane of two numbers with what they are decoded to, and where test pictures lie",
    pytorch=DECODE,
)  # fmt: skip
st.markdown(
    "The slider steps through six networks that were trained alike in advance, for 1,400 steps of"
    " 64 clothes, but for the weight β of one term: nothing is trained while you move it. The loss"
    " is the squared error, summed over the pixels, plus β times the divergence"
    " ½ Σ (μ² + σ² − ln σ² − 1), which keeps each picture's cloud of places near the middle"
    " (Kingma and Welling 2013; the name β is Higgins and others', 2017). Between two kinds of"
    " things the decoder blends them.\n\n"
    "- **β = 0** is a plain autoencoder: most of the circle is empty, and the decoder has never"
    " learned what to make of it. These are **holes**. A test that needs no eye: encode what was"
    " decoded. Where that lands elsewhere, the place stands for nothing; shade these places. Far"
    " out, where no picture lies, no plane has learned anything.\n"
    "- **β up to about 2** closes most holes and costs nothing here: new pictures come back as well"
    " as without.\n"
    "- **β = 32** is too much: all clouds are almost the same one, the divergence is nearly 0, and"
    " a place says hardly anything of its picture, which comes back as one blur for all (posterior"
    " collapse)."
)
train_live("Train a variational autoencoder live, on digits", "sampled", "vae", "bundled-sampled")
