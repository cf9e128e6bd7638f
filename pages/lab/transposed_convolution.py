"""Upsampling: transposed convolution as stamps, as a view and as a matrix; the checkerboard."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import (
    ConvolutionError,
    lecture_case,
    trace,
    trace_transposed,
)
from cnnviz.convolution.upsampling import down_matrix
from cnnviz.inspection import torch_reference
from cnnviz.ui.lab.transposed_convolution.upsampling import checkerboard, three_ways
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

EXAMPLES = {
    "s3-transposed-2to5": "2×2 to 5×5, stride 2",
    "s1-transposed-spreadsheet": "Ones everywhere",
}
VIEWS = {"stamps": "As stamps", "view": "From the output's side", "matrix": "As a matrix"}
WHAT = {
    "stamps": "Each input cell stamps the kernel, multiplied by the cell's value, onto the output,"
    " one stride apart. Where stamps overlap, they add up. Point at an input to see its stamp.",
    "view": "Each output cell is a weighted sum of the few inputs that reach it, each with a"
    " different weight of the kernel. Point at an output.",
    "matrix": "A convolution, which goes down in size, is a matrix W. A transposed convolution goes"
    " up with W transposed: the same weights, with rows and columns swapped.",
}
CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None]
kernel = torch.tensor({w})[None, None]
up = F.conv_transpose2d(x, kernel, stride={s}, padding={p})
print(up)
"""
BACK_CODE = f"{CODE}print(F.conv2d(up, kernel, stride={{s}}, padding={{p}}))  # down again\n"


figure, side = figure_and_settings()
with side:
    name = choice(st.selectbox, "Example", EXAMPLES, next(iter(EXAMPLES)), key="up_example")
    example = lecture_case(name)["inputs"]
    image = lab.grid_field(":blue[Input]", example["image"], key=f"up_x_{name}", height=110)
    kernel = lab.grid_field(":violet[Kernel]", example["kernel"], key=f"up_w_{name}", height=100)
    stride = paired(":green[Stride]", 1, 4, example["stride"], key=f"up_s_{name}")
    crop = paired(":orange[Padding], removed from the output", 0, 3, example["pad"], key="up_p")


def go_up() -> None:
    """The chosen example; what is below it stays where it is refused."""
    with figure:
        view = choice(
            st.segmented_control,
            "Show",
            VIEWS,
            "stamps",
            key="up_view",
            label_visibility="collapsed",
        )
        st.caption(WHAT[view])
        try:
            up = trace_transposed(image, kernel, stride=stride, padding=crop)
        except ConvolutionError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        operands = {"x": image.tolist(), "w": kernel.tolist(), "s": stride, "p": crop}
        panels = [Panel("Input", image), Panel("Output", up.output, sign="→")]
        links = [lab.sums(1, 0, up)]
        down = trace(up.output, kernel, stride=stride, padding=crop)
        matrix = down_matrix(up.output, kernel, stride=stride, padding=crop)
        if view == "stamps":
            landed = (up.reads >= 0).sum(1).reshape(up.output.shape)
            panels.append(Panel("Stamps on each cell", landed, "counts", sign="|"))
            links.append(Link(2, 0, up.reads))
        elif view == "matrix":
            inputs, outputs = matrix.shape
            cells = np.arange(matrix.size)
            panels.insert(0, Panel("Wᵀ", matrix.T, "weights", zoom=0.6))
            panels[1], panels[2] = (
                Panel("Input", image, sign="·"),
                Panel("Output", up.output, sign="="),
            )
            links = [
                lab.sums(2, 1, up),
                Link(0, 1, np.where(matrix.T.ravel() == 0, -1, cells % inputs)[:, np.newaxis]),
                Link(2, 0, np.arange(outputs)[:, np.newaxis] * inputs + np.arange(inputs)),
            ]
        linked_grids(
            panels, links, key=f"up_{view}", driver=0 if view == "stamps" else -1,
            alt=f"Transposed convolution. {WHAT[view]}",
            pytorch=CODE.format(**operands),
        )  # fmt: skip
        exact = torch_reference.transposed(image, kernel, stride=stride, crop=crop)
        with st.container(horizontal=True):
            lab.agree("Matches PyTorch", up.output, exact)
            lab.agree("Wᵀ · input matches the stamps", matrix.T @ image.ravel(), up.output)
        st.markdown("Height: " + "".join(part.text for part in up.size_formula(0)))

    st.header("It is not the inverse")
    back = "and here so are the values" if np.allclose(down.output, image) else "but not the values"
    st.caption(f"Up with Wᵀ and down again with W: the size is restored, {back}.")
    linked_grids(
        [
            Panel("Input", image),
            Panel("Up", up.output, sign="→"),
            Panel("Down again", down.output, sign="→"),
        ],
        [lab.sums(1, 0, up)],
        key="up_back",
        alt="The input after a transposed convolution, and after a convolution of that",
        play=False,
        pytorch=BACK_CODE.format(**operands),
    )


go_up()
checkerboard()
three_ways()

slip = lecture_case("s3-conv-after-fc")["expected"]
lab.correction(
    "A convolution **can follow a fully connected layer** if its output vector is reshaped into a"
    " volume. Decoders and the generators of GANs do this: a vector, then a small volume, then"
    " transposed convolutions up to a picture. In classifiers it is unusual.",
    f"convolutions after a fully connected layer are {slip['slide_value']}",
    "s3-conv-after-fc",
)
