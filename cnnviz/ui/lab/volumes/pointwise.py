"""A section of the page Volumes: a 1×1 convolution, which mixes the channels of each pixel."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import lecture_case
from cnnviz.convolution.volumes import as_columns
from cnnviz.inspection import torch_reference
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.small_picture import small_square


def pointwise() -> None:
    """Draw two mixtures of red, green and blue at each of 16 pixels."""
    st.header("1×1 convolution: mixing the channels of each pixel")
    st.caption(
        "A 1×1 convolution reads no neighbours: every pixel is a column of channels, and each"
        " filter mixes them into one number. These two filters compute brightness and red"
        " minus blue."
    )
    tiny = small_square(4).transpose(2, 0, 1).astype(np.float64)
    mixing = np.array([[0.299, 0.587, 0.114], [0.5, 0, -0.5]])
    mixed = as_columns(tiny, mixing[:, :, None, None], np.zeros(2))
    at = np.arange(mixed.output.size)
    linked_grids(
        [
            Panel("Filters", mixing, "weights", note="2×3", zoom=1.6),
            Panel("Pixels", tiny.reshape(3, -1), "pixels", note="3×16", limits=(0, 255), sign="·"),
            Panel("Mixed", mixed.output, note="2×16", sign="="),
        ],
        [
            Link(2, 1, np.arange(3) * 16 + (at % 16)[:, None], mixing[at // 16], sum=True),
            Link(2, 0, (at // 16)[:, None] * 3 + np.arange(3)),
        ],
        key="vo_mix",
        alt="A 1×1 convolution: two mixtures of red, green and blue at each of 16 pixels",
        play=False,
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.tensor({tiny.tolist()})[None]\n"
        f"filters = torch.tensor({mixing.tolist()})[:, :, None, None]\n"
        "print(F.conv2d(x, filters))\n",
    )
    exact = torch_reference.conv_layer(tiny, mixing[:, :, None, None])
    lab.agree("Matches torch conv2d", mixed.output, exact)
    wrong = lecture_case("s1-1x1-depthwise")
    lab.correction(
        "A 1×1 convolution is a **pointwise** convolution. A depthwise convolution is the opposite:"
        " one spatial filter for each channel, and no mixing of channels.",
        f"it calls a 1×1 convolution “a {wrong['expected']['slide_value']}”",
        "s1-1x1-depthwise",
    )
