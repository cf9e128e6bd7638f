"""Invent: a generator and a discriminator that learn from each other, and what goes wrong."""

import streamlit as st

from cnnviz.pages import page_at
from cnnviz.ui.pictures_out.gan.duel import show_duel
from cnnviz.ui.shared.background_training import train_live

st.caption(
    "A **generator** makes a picture of 16 random numbers. A **discriminator** says of a picture"
    " how probable it is that it is real. Each learns from the other: the generator never sees a"
    " real picture, only what the discriminator's gradient tells it of each of its pixels."
)
show_duel()
train_live("Train both live, on digits", "invented", "dcgan")

st.header("A step, taken apart")
st.markdown(
    "1. The generator makes a batch; the discriminator gives D for each picture, real and made.\n"
    "2. **The discriminator's step.** Its loss is −log D(x) − log(1 − D(G(z))): D should rise for"
    " real pictures and fall for made ones. Switch to its step above and compare the means.\n"
    "3. **The gradient's message.** The slope of log D(G(z)) goes back through the discriminator to"
    " each pixel of a made picture, and from there into the generator's weights.\n"
    "4. **The generator's step.** Its loss is −log D(G(z)): its pictures change a little, so that D"
    " rises for them again.\n\n"
    "Neither loss has to fall: each grows when the other network gets better. That is why a loss"
    " curve says little of how good the pictures are."
)

st.header("Mode collapse")
st.markdown(
    "With *a hasty generator*, which takes eight steps for each of the discriminator, the generator"
    " finds the few pictures that the discriminator believes most just now, and makes little else:"
    " **mode collapse**. Once the discriminator has learned to refuse them, the generator jumps to"
    " others. The counts of a classifier that learned apart from both show it, and so does the"
    " spread of the pixels. Even the run with equal steps has favourites: the digits that it makes"
    " are not as frequent as in the data, where all ten are alike. In a run that you train live"
    " with the loss *the generator takes 8 steps a turn*, the variety is measured, and the"
    " diagnosis names the collapse when it happens."
)
st.markdown(
    "These networks are small and were trained for a few minutes on 4,000 digits, so many pictures"
    " are no digits at all. In the first seconds there is only noise, and each training takes"
    " another course: adversarial training is **unstable**. Batch norm in both networks uses"
    " its running averages here, in training those of each batch."
)
st.page_link(page_at("bottleneck").script, label="A plane that becomes pictures, by an autoencoder")
st.page_link(page_at("transposed").script, label="Why upsampling, and not transposed convolution")
