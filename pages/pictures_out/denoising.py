"""Undo: a network that takes a cross-hair, strokes or noise off a picture while they are drawn."""

import streamlit as st

from cnnviz.components.undo import undo
from cnnviz.ui.pictures_out.denoising.networks import CODE, networks, pictures
from cnnviz.ui.shared.background_training import train_live

st.caption(
    "A denoising autoencoder was shown spoiled pictures and asked for the clean ones. It never sees"
    " the clean picture here: it knows what digits and clothes look like, and puts that in the"
    " place of what does not fit. Draw on the second picture and see."
)

undo(
    pictures(), networks(), key="de_undo",
    alt="A clean picture, the same spoiled, and what two networks make of the spoiled one",
    pytorch=CODE,
)  # fmt: skip

st.header("How it learned")
st.markdown(
    "Both networks were trained on clothes (20,000 of Fashion-MNIST) and small handwritten digits,"
    " each time spoiled anew: a cross-hair, one to four strokes, Gaussian noise up to σ = 0.4, or"
    " several of these. The loss is the mean squared error against the clean picture, so it is the"
    " PSNR that was made large. What the loss makes small is an average of all clean pictures that"
    " fit, and an average is blurred. The network without skips has to rebuild everything from"
    " maps of 7×7, so it also blurs what was never spoiled; with skips, fine detail goes past."
)
train_live(
    "Train a network that takes noise off live, on digits", "noisy", "unet", "bundled-noisy-unet"
)
