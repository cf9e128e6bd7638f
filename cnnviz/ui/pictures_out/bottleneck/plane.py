"""A section of the page Through the bottleneck: two numbers, and what decoders make of them."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.latent_plane import latent_plane
from cnnviz.ui.pictures_out.bottleneck.networks import (
    DECODE,
    FIRST_PLANE,
    TITLES,
    planes,
    samples,
)
from cnnviz.ui.shared.background_training import train_live


def show_plane() -> None:
    """Draw the plane of two numbers, of six networks."""
    st.header("A plane that becomes pictures")
    st.caption(
        "Two numbers, and what a decoder makes of each place. A **variational autoencoder** is"
        " trained so that the places of all pictures together lie about as a standard normal"
        " distribution, whose two standard deviations the circle marks. So a place drawn by chance"
        " can be decoded, which makes it a generative model. A plain autoencoder puts"
        " its pictures anywhere."
    )
    images, labels, _ = samples()
    latent_plane(
        images, labels, TITLES, planes(), start=FIRST_PLANE, parameter="bo_kl", key="bo_plane",
        alt="The plane of two numbers with what they are decoded to, and where test pictures lie",
        pytorch=DECODE,
    )  # fmt: skip
    st.markdown(
        "The slider steps through six networks that were trained alike in advance, for 1,400 steps"
        " of 64 clothes, but for the weight β of one term: nothing is trained while you move it."
        " The loss is the squared error, summed over the pixels, plus β times the divergence"
        " ½ Σ (μ² + σ² − ln σ² − 1), which keeps each picture's cloud of places near the middle"
        " (Kingma and Welling 2013; the name β is Higgins and others', 2017). Between two kinds of"
        " things the decoder blends them.\n\n"
        "- **β = 0** is a plain autoencoder: most of the circle is empty, and the decoder has never"
        " learned what to make of it. These are **holes**. A test that needs no eye: encode what"
        " was decoded. Where that lands elsewhere, the place stands for nothing; shade these"
        " places. Far out, where no picture lies, no plane has learned anything.\n"
        "- **β up to about 2** closes most holes and costs nothing here: new pictures come back as"
        " well as without.\n"
        "- **β = 32** is too much: all clouds are almost the same one, the divergence is nearly 0,"
        " and a place says hardly anything of its picture, which comes back as one blur for all"
        " (posterior collapse)."
    )
    train_live(
        "Train a variational autoencoder live, on digits", "sampled", "vae", "bundled-sampled"
    )
