"""What an inception module costs with and without 1×1 convolutions in front."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks import network_from_line, summary
from cnnviz.networks.papers import INCEPTION
from cnnviz.ui.shared.tables import localized

MODULE = (192, 28, 28)


def module_lines() -> tuple[str, str]:
    """GoogLeNet's module 3a as it is, and without 1×1 convolutions before and behind."""
    one, before3, three, before5, five, behind = INCEPTION["3a"]
    reduced = (
        f"cat[c{one}k1b0 | c{before3}k1b0 c{three}k3p1b0 | c{before5}k1b0 c{five}k5p2b0"
        f" | p3s1p1 c{behind}k1b0]"
    )
    return reduced, f"cat[c{one}k1b0 | c{three}k3p1b0 | c{five}k5p2b0 | p3s1p1]"


def inception_costs() -> None:
    """Draw the costs of module 3a with and without 1×1 convolutions in front."""
    st.header("At full size: module 3a of GoogLeNet")
    rows = [summary(network_from_line(line), MODULE) for line in module_lines()]
    weights = [sum(row.parameters for row in found) for found in rows]
    st.dataframe(
        {
            "Module": ["With 1×1 convolutions", "Without"],
            "Weights": weights,
            "Multiply-adds": [sum(row.macs for row in found) for found in rows],
            "Maps out": [found[-1].output_shape[0] for found in rows],
        },
        hide_index=True,
        column_config=localized("Weights", "Multiply-adds"),
        alt="Weights, multiply-adds and depth of an inception module with and without reduction",
    )
    st.caption(
        "The input is 192 maps of 28×28. Without 1×1 convolutions, the module has"
        f" {weights[1] / weights[0]:.1f} times the weights, and its output contains all 192 pooled"
        " maps: the depth would grow from module to module."
    )
