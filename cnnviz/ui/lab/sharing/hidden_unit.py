"""A section of the page From fully connected to convolutional: one hidden unit, computed whole."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import lecture_case, lecture_source, trace
from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import sides
from cnnviz.ui.lab.sharing.pictures import clothes
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

_KERNEL = np.repeat([[-0.4, -0.2, 0.0, 0.2, 0.4]], 5, axis=0)
_CODE = """import torch
import torch.nn.functional as F

a = torch.tensor({a}).double()[None, None] / 255
w = torch.tensor({w}).double()[None, None]
z = F.conv2d(a, w, bias=torch.tensor([{b}]).double())
print(z[0, 0], torch.sigmoid(z)[0, 0])
"""


def hidden_unit() -> None:
    """Draw a 28×28 picture, one 5×5 kernel, and the 24×24 hidden units that share it."""
    st.header("One hidden unit")
    expected = lecture_case("s1-shared-weights-formula")["expected"]
    st.caption(
        "Unit (j, k) adds up 25 products of its 5×5 field and the bias, and squeezes the sum by"
        " the sigmoid σ. Point at a unit to see its field and its sum. All"
        f" {sides(expected['hidden'])} units share these 25 weights and one bias:"
        f" {expected['parameters_per_map']} parameters in all."
    )
    st.latex(r"\sigma\Big(b + \sum_{l=0}^{4}\sum_{m=0}^{4} w_{l,m}\, a_{j+l,\,k+m}\Big)")
    right, left = figure_and_settings("unit", settings_first=True)
    with left:
        number = paired("Picture", 0, 49, 3, key="sh_picture")
        bias = paired("Bias b", -4.0, 4.0, 0.0, step=0.1, key="sh_bias")
        kernel = lab.grid_field(":violet[Weights w]", _KERNEL, key="sh_kernel")
    picture = clothes()[number].astype(np.float64) / 255
    with right:
        if kernel.shape != (5, 5):
            st.error(
                f"There are {kernel.shape[0]}×{kernel.shape[1]} weights: type five rows of five.",
                icon=":material/grid_off:",
            )
            return
        traced = trace(picture, kernel, bias=bias)
        units = torch_reference.activated("sigmoid", traced.output)
        cells = np.arange(units.size)[:, None]
        linked_grids(
            [
                Panel("a, the picture", picture, "pixels", limits=(0, 1)),
                Panel("w", kernel, "weights", zoom=1.5),
                Panel("The sums with b", traced.output, sign="→", bias=bias),
                Panel("The units, after σ", units, "pixels", sign="→", limits=(0, 1)),
            ],
            [lab.sums(2, 0, traced), lab.weighed(2, 1, traced), Link(3, 2, cells)],
            key="sh_unit",
            alt="A 28×28 picture, a kernel of 5×5, the sums and the hidden units",
            pytorch=_CODE.format(a=clothes()[number].tolist(), w=kernel.tolist(), b=float(bias)),
        )
        exact = torch_reference.conv(picture, kernel) + bias
        lab.agree("The sums match torch conv2d", traced.output, exact)
        st.caption(
            "The picture is a test picture of Fashion-MNIST, which has the size of MNIST's digits."
            f" The formula is from the {lecture_source('s1-shared-weights-formula')}; its index"
            " a with j + l and k + m makes it a correlation: the kernel is not flipped."
        )
