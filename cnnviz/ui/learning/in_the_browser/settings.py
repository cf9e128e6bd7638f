"""What can be chosen: the network, as a line too, and how it steps."""

from __future__ import annotations

import streamlit as st

from cnnviz.training.experiments.in_browser import Lesson, lesson, starting_lines
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired, select

OPTIMISERS = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"}
_RATES = {"sgd": 0.05, "momentum": 0.01, "adam": 0.002}
_OWN, _LONGEST = "own", 300


@st.cache_resource(max_entries=8, show_spinner=False)
def prepared(dataset: str, line: str, seed: int) -> Lesson:
    """The network and its pictures; see `cnnviz.training.experiments.in_browser.lesson`."""
    return lesson(dataset, line, seed)


def choose_line(dataset: str) -> str:
    """The network's line, which is shown: one to begin with, or one that is typed."""
    lines = starting_lines(dataset)
    titles = {id: title for id, (title, _) in lines.items()} | {_OWN: "Your own"}
    network = select("Network", titles, "two", key="ib_net")
    if network != _OWN:
        line = lines[network][1]
        st.markdown(f"`{line}`")
        return line
    return st.text_input(
        "Layers",
        lines["two"][1],
        key="ib_line",
        bind="query-params",
        max_chars=_LONGEST,
        help="The words of Train's builder: c8k5p2 is a convolution with 8 filters of 5×5 and 2"
        " pixels of padding, p2 max pooling, fc10 a fully connected layer with 10 outputs.",
    )


def choose_optimiser() -> tuple[str, float, float]:
    """The optimiser, its learning rate, and the momentum."""
    optimiser = choice(st.segmented_control, "Optimiser", OPTIMISERS, "adam", key="ib_rule")
    rate = paired(
        ":blue[Learning rate]", 0.0001, 0.5, _RATES[optimiser], step=0.0001, format="%.4f",
        key=f"ib_rate_{optimiser}",
    )  # fmt: skip
    if optimiser != "momentum":
        return optimiser, rate, 0.9
    return optimiser, rate, paired("Momentum", 0.0, 0.99, 0.9, step=0.01, key="ib_momentum")
