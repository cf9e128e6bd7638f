"""What a depthwise separable convolution saves, and what depthwise means."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks import network_from_line, summary
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.tables import localized


def separable_costs() -> None:
    """Draw the costs of a full and of a depthwise separable convolution, and a correction."""
    st.header("At full size: 256 maps of 14×14")
    lines = {
        "Full 3×3": "c256k3p1b0",
        "32 groups": "c256k3p1g32b0",
        "Depthwise": "c256k3p1g256b0",
        "Depthwise, then 1×1": "c256k3p1g256b0 c256k1b0",
    }
    rows = [summary(network_from_line(line), (256, 14, 14)) for line in lines.values()]
    st.dataframe(
        {
            "Convolution": list(lines),
            "Weights": [sum(row.parameters for row in found) for found in rows],
            "Multiply-adds": [sum(row.macs for row in found) for found in rows],
        },
        hide_index=True,
        column_config=localized("Weights", "Multiply-adds"),
        alt="Weights and multiply-adds of full, grouped and depthwise convolutions",
    )
    lab.correction(
        "A 1×1 convolution sums over all maps at one place: it is **pointwise**. Depthwise is the"
        " other half: one map each, over a window.",
        "a 1×1 convolution is “a depthwise conv”",
        "s1-1x1-depthwise",
    )
