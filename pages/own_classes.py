"""Your own classes: a few pictures of each, learned in a moment on top of a trained network."""

import streamlit as st

from cnnviz.ui.own_classes.answer import show_answer, show_weights
from cnnviz.ui.own_classes.examples import (
    are_samples,
    follow_the_address,
    look_at_all,
    own_classes,
    show_classes,
)
from cnnviz.ui.own_classes.learning import show_learning
from cnnviz.ui.own_classes.taught import teach, thaw
from cnnviz.ui.shared.zoo import always_there

network = always_there()
classes = own_classes()
follow_the_address(classes)
st.markdown(
    f"{network.title} was trained by others, on a million photos of 1,000 other things. It stays"
    " as it is, unless you thaw it under “How it learned”; one linear layer on top of it learns"
    " your classes, and a handful of pictures is enough."
)
beside, figure = st.columns([1, 2], gap="medium")
with beside:
    show_classes(classes)
with figure:
    waiting = st.empty()
    look_at_all(network, classes, waiting)
    taught = teach(network, classes, waiting)
    if taught:
        thawed = thaw(network, taught, waiting)
        answer, weights, learning = st.tabs(
            ["Answer", "What the head weighs", "How it learned"], key="oc_tab", bind="query-params"
        )
        if answer.open:
            with answer:
                show_answer(taught, thawed)
        if weights.open:
            with weights:
                show_weights(taught, thawed)
        if learning.open:
            with learning:
                show_learning(network, taught, waiting)
        if are_samples(classes):
            st.caption(
                "The three classes are pieces of three sample pictures, which is easy for any"
                " network. Add your own pictures, or choose another picture in the header."
            )
