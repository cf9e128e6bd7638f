"""A section of the page Volumes: which of the four kinds of layer have parameters, to fill in."""

from __future__ import annotations

from typing import Any

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


def fill_in() -> None:
    """Draw a table of four kinds of layer with two columns to tick, and what is right."""
    st.header("Who learns?")
    truth = lecture_case("s3-layer-table")["expected"]
    st.caption(
        "A network is a stack of four kinds of layer. Which have parameters, numbers that training"
        " changes? Which have hyper-parameters, numbers that somebody chooses before? Tick the"
        f" boxes; nothing is kept. The table is from the {lecture_source('s3-layer-table')}, where"
        " the first column is left blank."
    )
    columns = {"Parameters": truth["parameters"], "Hyper-parameters": truth["hyperparameters"]}
    answered: dict[str, Any] = st.data_editor(
        {
            "Layer": list(_LAYERS.values()),
            **{title: [False] * len(_LAYERS) for title in columns},
        },
        hide_index=True,
        disabled=["Layer"],
        key="_vo_learns",
    )
    wrong = [
        (layer, title)
        for title, right in columns.items()
        for layer, ticked in zip(_LAYERS, answered[title], strict=True)
        if ticked != right[layer]
    ]
    if not any(any(answered[title]) for title in columns):
        st.caption("Tick a box to begin.")
    elif not wrong:
        st.success("All eight are right.", icon=":material/check:")
        st.markdown("\n".join(f"- **{_LAYERS[layer]}**: {why}" for layer, why in _WHY.items()))
    else:
        layer, _title = wrong[0]
        st.info(
            f"{8 - len(wrong)} of 8 boxes are right. Think again about **{_LAYERS[layer]}**.",
            icon=":material/lightbulb:",
        )
