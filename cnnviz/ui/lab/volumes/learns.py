"""A section of the page Volumes: which of the four kinds of layer have parameters, to fill in."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution import lecture_case, lecture_source

_LAYERS = {
    "CONV": "Convolution",
    "RELU": "ReLU",
    "POOL": "Pooling",
    "FC": "Fully connected",
}
_WHY = {
    "CONV": "Its filters and biases are learned; how many, how large, stride and padding are set.",
    "RELU": "max(0, x): there is nothing to learn and nothing to set.",
    "POOL": "Nothing is learned; its window and stride are set.",
    "FC": "A weight for each pair of input and output is learned; the number of outputs is set.",
}


_QUESTIONS = {
    "parameters": "Which have parameters, that is, numbers learned in training?",
    "hyperparameters": "Which have hyper-parameters, that is, numbers chosen before training?",
}


def fill_in() -> None:
    """Draw two questions on four kinds of layer, each to tick, and what is right."""
    st.header("Which layers have parameters?")
    truth = lecture_case("s3-layer-table")["expected"]
    st.caption(
        "A network is a stack of four kinds of layer. The questions are those of a table of the"
        f" {lecture_source('s3-layer-table')}, in which the first column is left blank."
    )
    wrong: list[str] = []
    started = False
    for id, question in _QUESTIONS.items():
        ticked = st.pills(
            question,
            list(_LAYERS),
            selection_mode="multi",
            format_func=_LAYERS.__getitem__,
            key=f"_vo_{id}",
        )
        started |= bool(ticked)
        wrong += [layer for layer in _LAYERS if (layer in ticked) != truth[id][layer]]
    if not started:
        st.caption("Select your answers; nothing is kept.")
    elif wrong:
        st.info(
            f"{8 - len(wrong)} of 8 are correct. Think again about **{_LAYERS[wrong[0]]}**.",
            icon=":material/lightbulb:",
        )
    else:
        st.success("All eight are correct.", icon=":material/check:")
        st.markdown("\n".join(f"- **{_LAYERS[layer]}**: {why}" for layer, why in _WHY.items()))
