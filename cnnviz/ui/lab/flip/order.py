"""A section of the page Convolution and correlation: the order of the two does not matter."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.linked_grids import Panel, linked_grids
from cnnviz.convolution import lecture_case, trace
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.projecting import figure_and_settings

_FULL_CODE = """import torch
import torch.nn.functional as F

a = torch.tensor({a})[None, None]
b = torch.tensor({b})[None, None]
high, wide = b.shape[2] - 1, b.shape[3] - 1
print(F.conv2d(F.pad(a, (wide, wide, high, high)), b.flip(2, 3)))  # every overlap
"""


def order_does_not_matter() -> None:
    """Draw f ∗ g and g ∗ f, every overlap counted."""
    st.header("Order does not matter")
    st.caption(
        "For the full convolution, f ∗ g = g ∗ f: each sum has the same products. Correlation does"
        " not have this property."
    )
    right, left = figure_and_settings("order", settings_first=True)
    case = lecture_case("s2-conv-integral-commutes")["inputs"]
    with left:
        f = lab.grid_field(":blue[f]", [case["a"]], key="fl_f1", height=70)
        g = lab.grid_field(":violet[g]", [case["b"]], key="fl_g1", height=70)
    both = [trace(a, b, padding="full", flip=True) for a, b in ((f, g), (g, f))]
    with right:
        for name, other, first, second, result in (
            ("f", "g", f, g, both[0]),
            ("g", "f", g, f, both[1]),
        ):
            linked_grids(
                [
                    Panel(f"{name}, padded", result.padded[0]),
                    Panel(f"{other}, rotated", second[::-1, ::-1], "weights", sign="⋆"),
                    Panel(f"{name} ∗ {other}", result.output, sign="="),
                ],
                [
                    lab.sums(2, 0, result),
                    lab.weighed(2, 1, result),
                ],
                key=f"fl_order_{name}",
                alt=f"The full convolution of {name} with {other}",
                play=name == "f",
                pytorch=_FULL_CODE.format(a=first.tolist(), b=second.tolist()),
            )
        lab.agree("f ∗ g equals g ∗ f", both[0].output, both[1].output)
