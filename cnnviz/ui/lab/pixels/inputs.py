"""A section of the page Pixels are numbers: how many inputs and weights a picture means."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution import lecture_case, lecture_source, linear_parameters
from cnnviz.numbers.formatting import counted, sides, thousands
from cnnviz.ui.shared.controls import paired

_COUNTS = {  # W, H, C and the number of neurons
    "s2-hd-inputs": (1920, 1080, 3, 1),
    "s2-200M": (256, 256, 3, 1000),
    "s3-3e6": (1000, 1000, 3, 1),
}


def input_counts() -> None:
    """Draw W, H, C and the neurons n, and what they multiply to."""
    st.header("How many inputs and how many weights?")
    with st.container(horizontal=True):
        for case, (*size, neurons) in _COUNTS.items():
            words = counted(neurons, "neuron")
            label = f"{sides(size)}, {words}"
            st.button(label, key=f"_px_{case}", on_click=_pick, args=((*size, neurons),))
    left, right = st.columns([1, 2], gap="medium")
    with left:
        w = paired(":blue[Width W]", 1, 4096, 1920, key="px_w")
        h = paired(":blue[Height H]", 1, 4096, 1080, key="px_h")
        c = paired(":blue[Channels C]", 1, 16, 3, key="px_c")
        n = paired(":violet[Neurons n]", 1, 4096, 1, key="px_n")
    weights, biases = linear_parameters(w * h * c, n)
    with right:
        st.markdown(
            f"Inputs: :blue[{w}] · :blue[{h}] · :blue[{c}] = **{thousands(w * h * c)}**\n\n"
            f"Weights, if each neuron is connected to each input: {thousands(w * h * c)} ·"
            f" :violet[{n}] = **{thousands(weights)}**, and {thousands(biases)}"
            f" bias{'es' * (biases > 1)}. At 4 bytes per weight, that is"
            f" **{thousands(weights * 4 / 2**20)} MiB**."
        )
        for case, counts in _COUNTS.items():
            if (w, h, c, n) == counts:
                st.caption(f"{lecture_case(case)['statement']}, says the {lecture_source(case)}.")


def _pick(counts: tuple[int, ...]) -> None:
    st.session_state.update(zip(("px_w", "px_h", "px_c", "px_n"), counts, strict=True))
