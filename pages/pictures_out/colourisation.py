"""Colour for grey pictures: why a squared error gives brown, and what classes of colour do."""

import streamlit as st

from cnnviz.components.colouriser import colouriser
from cnnviz.pages import page_at
from cnnviz.ui.pictures_out.colourisation.cifar10 import show_cifar10
from cnnviz.ui.pictures_out.colourisation.pictures import (
    KINDS,
    class_titles,
    code,
    has_colours,
    networks,
    pictures,
)
from cnnviz.ui.shared.address import PICTURE
from cnnviz.ui.shared.background_training import train_live
from cnnviz.ui.shared.choice import arriving, choice, choose
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.text import plain

_LIVE = {"digits": "greydigits", "photos": "greyphotos", "cifar10": "greycifar10"}

st.caption(
    "A grey picture does not say what colour a thing had, but a network can learn which colours are"
    " likely. Two networks with the same layers predict the two numbers Cb and Cr, which together"
    " with the grey level make a colour; they differ in their loss."
)
chosen = current_picture().digest
if not arriving("co_kind") and st.session_state.get("_co_chosen") != chosen:
    choose("co_kind", "photos")
st.session_state["_co_chosen"] = chosen
kind = choice(st.segmented_control, "Pictures", KINDS, "digits", key="co_kind")
if kind != "photos":
    st.caption("The picture chosen above is coloured under “Photos”; here are others.")
if kind == "cifar10":
    show_cifar10()
else:
    known = networks(kind)
    images, titles = pictures(kind)
    if kind == "photos":
        st.caption(
            "The networks read 64×64 pixels and give as many: the first picture is the middle"
            f" square of “{plain(titles[0])}”, the one chosen above, at this size."
        )
    colouriser(
        images, titles, class_titles(kind, known), known, key=f"co_{kind}",
        alt="A grey picture, its true colours, and the colours that two networks give it",
        pytorch=code(kind, known), still=kind == "photos" and PICTURE.read() is not None,
        unknown=kind == "photos" and not has_colours(images[0]),
    )  # fmt: skip
if kind == "digits":
    st.markdown(
        "The digits are real (5,000 of MNIST); their colours were assigned here: 0 to 4 have"
        " one colour each, **5 to 9 have one of two, by the toss of a coin**. So for these the"
        " right answer is known to be two colours, each with probability ½: 5 is red or cyan, 6"
        " orange or blue, 7 green or magenta, 8 red or green, 9 orange or magenta. No network can"
        " know how the coin fell."
    )
elif kind == "photos":
    st.markdown(
        "The networks learned from the left 70% of four photos (an astronaut, a cat, a cup of"
        " coffee, a rocket) and are shown parts of the right 30%. Choose your own picture"
        " above. Four photos are very little: they know skin, fur, wood and sky of these, and not"
        " much else. The classes are what k-means found in the photos' colours."
    )
else:
    st.markdown(
        "CIFAR-10 has 60,000 photos of 32×32 pixels in ten classes (A. Krizhevsky, 2009). The"
        " classes of colour are what k-means finds in 200 of those for training."
    )

st.header("Why a dull brown")
st.markdown(
    "The **squared error** is smallest for the *mean* of all possible colours. The mean of two"
    " opposite colours is grey; of red and green, a dull brown: a colour that the thing never"
    " has.\n\n"
    "With **colour classes**, a network gives each pixel a probability for each class, trained"
    " with the cross-entropy. Two colours can be likely at the same time: point at a digit from 5"
    " to 9 and see two discs. To make a picture one has to choose: at T = 0 the most probable class"
    " of each pixel, so neighbours may disagree; at T = 1 the mean of the distribution, which"
    " is dull again, as the squared error's. Zhang, Isola and Efros (2016) took T = 0.38 between"
    " them, and let rare colours count more in the loss, as here."
)

st.header("Watch it learn")
st.markdown(
    "On the page Train, a network learns colours while a class looks on, from these pictures or"
    " from your own. There the same network is trained by either loss: it always gives each pixel a"
    " probability for each of 37 colour classes, and the pixel gets their mean at T = 0.38."
)
train_live("Train a colouring network live", _LIVE[kind], "unet")
race = page_at("race")
st.page_link(
    race.script, label="Race: squared error against colour classes", icon=race.icon,
    query_params={"r_preset": "colourloss", "r_data": _LIVE[kind]},
)  # fmt: skip
