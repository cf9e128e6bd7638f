"""A small network, trained in the browser alone."""

from typing import Any

import streamlit as st

from cnnviz.components.browser_training import browser_training
from cnnviz.networks import NetworkError
from cnnviz.pages import page_at
from cnnviz.training.experiments.in_browser import lesson_code
from cnnviz.ui.learning.in_the_browser.settings import (
    OPTIMISERS,
    choose_line,
    choose_optimiser,
    prepared,
)
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.text import plain

SETS = {"mnist5k": "MNIST, 28×28", "digits": "Digits, 8×8"}

st.markdown(
    "Each step takes a few pictures, sends them through the network, and their error back: every"
    " weight learns how the loss would change with it, and moves a little the other way. All of it"
    " happens **in this browser**."
)
figure, side = figure_and_settings()
with side:
    dataset = choice(st.segmented_control, "Pictures", SETS, "mnist5k", key="ib_data")
    line = choose_line(dataset)
    optimiser, rate, momentum = choose_optimiser()
    batch = paired("Pictures per step", 2, 50, 10, key="ib_batch")
    seed = paired("First weights and order (seed)", 0, 9, 0, key="ib_seed")
    st.caption(
        f"{OPTIMISERS[optimiser]}, its rate and the pictures per step can be changed while it"
        " learns; the rest begins anew."
    )
with figure:
    try:
        lesson = prepared(dataset, line, seed)
    except NetworkError as error:
        st.error(plain(str(error)))
    else:
        settings: dict[str, Any] = {
            "batch": batch,
            "optimiser": optimiser,
            "rate": rate,
            "momentum": momentum,
        }
        code = lesson_code(lesson, seed, **settings)
        browser_training(lesson, **settings, key="ib_training", pytorch=code)
    st.caption("A larger network, more pictures, and a class that looks on:")
    st.page_link(page_at("train").script, label="Train", icon=page_at("train").icon)
