"""The convolution as a matrix: linear, sparse, and with few different weights."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import (
    ConvolutionError,
    as_matrix,
    conv_parameters,
    conv_shape,
    lecture_case,
    linear_parameters,
    trace,
)
from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import sides, thousands
from cnnviz.ui.lab.matrix.operations import count_operations
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings

CODE = """import torch
import torch.nn.functional as F

f = torch.tensor({image})
kernel = torch.tensor({kernel})
cells = torch.eye(f.numel()).reshape(-1, 1, *f.shape)  # every cell alone, as one picture
W = F.conv2d(cells, kernel[None, None], stride={stride}).flatten(1).T
print(W.shape, W @ f.flatten())
print(F.conv2d(f[None, None], kernel[None, None], stride={stride}).flatten())
"""

example = lecture_case("s0-conv-as-sparse-matrix")["inputs"]
figure, side = figure_and_settings()
with side:
    image = lab.grid_field(":blue[f], the picture", example["image"], key="mx_f")
    kernel = lab.grid_field(":violet[h], the kernel", example["kernel"], key="mx_h", height=100)
    stride = paired(":green[Stride]", 1, 3, 1, key="mx_s")
    if max(image.shape) > 9:
        st.caption("Above 9×9, the cells of the matrix are too small to tell apart.")


def show_matrix() -> None:
    st.caption(
        "Each row of W computes one cell of g: it has the kernel's weights where the window is, and"
        " 0 elsewhere. Point at a cell of g, or anywhere in W."
    )
    try:
        traced = trace(image, kernel, stride=stride)
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    matrix = as_matrix(traced)
    rows, columns = matrix.shape
    cells = np.arange(matrix.size)
    linked_grids(
        [
            Panel("W", matrix, "weights", zoom=0.6 if columns > 16 else 1),
            Panel("f", traced.image[0], sign="·"),
            Panel("g", traced.output, sign="="),
        ],
        [
            lab.sums(2, 1, traced),
            Link(0, 1, np.where(matrix.ravel() == 0, -1, cells % columns)[:, None]),
            Link(2, 0, np.arange(rows)[:, None] * columns + np.arange(columns)),
        ],
        key="mx_grids",
        alt="A convolution written as a matrix times the picture",
        pytorch=CODE.format(image=image.tolist(), kernel=kernel.tolist(), stride=stride),
    )
    slid = torch_reference.conv(image, kernel, stride=stride)
    lab.agree("W · f matches torch conv2d", matrix @ image.flat, slid)
    slots, taken = rows * kernel.size, np.count_nonzero(matrix)
    st.markdown(
        f"W is **{rows}×{columns}**: {matrix.size} cells. A window covers {kernel.size} cells, so"
        f" {slots} entries ({slots / matrix.size:.1%}) can be non-zero, and {taken} are. All of"
        f" them are copies of the same **{kernel.size} weights**."
    )


with figure:
    show_matrix()

st.header("Compared with a fully connected layer")
st.caption("A fully connected layer of the same size has the same matrix, but every entry is free.")
left, right = st.columns([1, 2], gap="medium")
with left:
    size = paired(":blue[Side of the picture]", 8, 64, 32, key="mx_side")
    window = paired(":violet[Side of the kernel]", 1, 7, 5, key="mx_k")
    depth = paired("Channels in", 1, 64, 3, key="mx_in")
    maps = paired("Maps out", 1, 64, 6, key="mx_out")
shape = conv_shape((depth, size, size), window, maps)
inputs, outputs = depth * size * size, int(np.prod(shape))
shared = conv_parameters(window, depth, maps, bias=False).weights
dense = linear_parameters(inputs, outputs, bias=False).weights
sparse = outputs * window * window * depth
with right:
    st.dataframe(
        {
            "Layer": ["Fully connected", "Local, weights not shared", "Convolution"],
            "Weights": [dense, sparse, shared],
            "Multiply-adds": [dense, sparse, sparse],
            "Share of the matrix": [1.0, sparse / dense, sparse / dense],
        },
        hide_index=True,
        column_config={
            "Weights": st.column_config.NumberColumn(format="localized"),
            "Multiply-adds": st.column_config.NumberColumn(format="localized"),
            "Share of the matrix": st.column_config.NumberColumn(format="percent"),
        },
        alt="Weights and multiply-adds of three layers between the same two volumes",
    )
    st.caption(
        f"{thousands(inputs)} inputs, {thousands(outputs)} outputs"
        f" ({sides(shape)}); biases are not counted."
    )
    if (size, window, depth, maps) == (32, 5, 3, 6):
        lab.correction(
            "The fully connected layer has 32·32·3 inputs and 28·28·6 outputs, which makes"
            " 3,072 × 4,704 = **14,450,688** weights.",
            "1.4 million, a tenth of it",
            "s0-W-nonzeros",
        )

lazy_section("operations", count_operations)
