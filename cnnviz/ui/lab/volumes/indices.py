"""A section of the page Volumes: one output number, with every index of the textbook's formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def show_indices(pixels: NDArray[np.float64], bank: NDArray[np.float64]) -> None:
    """Draw Z_ijk as the sum that it is, with the index ranges that it runs over.

    Args:
        pixels: V, channels×H×W.
        bank: K, filters×channels×h×w.
    """
    st.header("In index notation")
    st.caption(
        "Textbooks write a layer with tensors: V is the input (channel, row, column), K the kernels"
        " (output channel, input channel, row, column), Z the output. Choose a cell of Z and see"
        " which cells its sum runs over. Textbooks count from 1, Python from 0. The bias is left"
        " out here."
    )
    filters, depth, high, wide = bank.shape
    output = torch_reference.conv_layer(pixels, bank)
    right, left = figure_and_settings("indices", settings_first=True)
    with left:
        i, j, k = (
            paired(title, 1, size, min(start, size), key=f"vo_at_{letter}") if size > 1 else 1
            for letter, title, size, start in zip(
                "ijk",
                ("Output channel i of Z", "Row j of Z", "Column k of Z"),
                output.shape,
                (2, 3, 1),
                strict=True,
            )
        )
    window = pixels[:, j - 1 : j - 1 + high, k - 1 : k - 1 + wide]
    parts = [float((window[at] * bank[i - 1, at]).sum()) for at in range(depth)]
    with right:
        st.latex(
            rf"Z_{{{i},{j},{k}}} = \sum_{{l=1}}^{{{depth}}}\!\sum_{{m=1}}^{{{high}}}\!"
            rf"\sum_{{n=1}}^{{{wide}}} V_{{l,{j}+m-1,{k}+n-1}} K_{{{i},l,m,n}}"
        )
        st.dataframe(
            {
                "Index": ["l", "m", "n"],
                "Runs over": [f"1 to {depth}", f"1 to {high}", f"1 to {wide}"],
                "Of V": [
                    f"channels 1 to {depth}",
                    f"rows {j} to {j + high - 1}",
                    f"columns {k} to {k + wide - 1}",
                ],
                f"Of K, filter {i} of {filters}": ["its channels", "its rows", "its columns"],
            },
            hide_index=True,
            alt="What each index of the sum runs over, in the input and in the kernel",
        )
        terms = " + ".join(f"({formatted(part, '.6g')})" for part in parts)
        st.markdown(
            f"{depth * high * wide} products. The parts of channel l = 1 to {depth}:"
            f" {terms} = **{formatted(sum(parts), '.6g')}**"
        )
        lab.agree("Matches torch conv2d", sum(parts), output[i - 1, j - 1, k - 1])
        st.markdown(
            f"`Z[{i - 1}, {j - 1}, {k - 1}] == (V[:, {j - 1}:{j - 1 + high},"
            f" {k - 1}:{k - 1 + wide}] * K[{i - 1}]).sum()`"
        )
