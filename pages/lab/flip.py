"""Convolution and correlation: the flip, the order of the two, and the integral."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.components.board import Link, Panel, board
from cnnviz.components.sliding import sliding
from cnnviz.convolution import ConvolutionError, lecture_case, trace
from cnnviz.convolution.signals import symmetric
from cnnviz.ui import lab
from cnnviz.ui.choice import choice

SHAPES = {
    "box": "Box",
    "triangle": "Triangle",
    "exponential": "Exponential",
    "gaussian": "Gaussian",
    "ramp": "Ramp",
}


def torch_conv(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    x, w = (torch.from_numpy(np.ascontiguousarray(a))[None, None] for a in (image, kernel))
    return F.conv2d(x, w)[0, 0].numpy()


def flip_and_compare() -> None:
    given = lecture_case("s3-correlation-vs-convolution")["inputs"]
    figure, side = st.columns([3, 1], gap="medium")
    with side:
        flip = st.toggle(
            "Flip the kernel", True, key="fl_flip", bind="query-params",
            help="On: the convolution of mathematics. Off: cross-correlation, which libraries call"
            " convolution.",
        )  # fmt: skip
        image = lab.grid_field(":blue[Picture I]", given["image"], key="fl_x")
        kernel = lab.grid_field(":violet[Kernel K]", given["kernel"], key="fl_k", height=100)
        if st.toggle("Make the kernel symmetric", key="fl_even", bind="query-params"):
            kernel = symmetric(kernel)
    with figure:
        st.caption(
            "The convolution of mathematics turns the kernel by 180° before it slides. Flip the"
            " switch to see which kernel makes which result; make the kernel symmetric, and the"
            " difference is gone."
        )
        try:
            slid, turned = trace(image, kernel), trace(image, kernel, flip=True)
        except ConvolutionError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        used = turned if flip else slid
        cells = np.arange(used.output.size)[:, None]
        difference = turned.output - slid.output
        board(
            [
                Panel("I", image),
                Panel(
                    "K, turned" if flip else "K",
                    used.kernel[0],
                    "weights",
                    sign="⋆",
                ),
                Panel("Convolution I ∗ K", turned.output, sign="="),
                Panel("Correlation I ⋆ K", slid.output, sign="|"),
                Panel("Difference", difference, sign="|"),
            ],
            [
                Link(2, 0, turned.reads, turned.kernel.flat[turned.taps], sum=True),
                Link(3, 0, slid.reads, slid.kernel.flat[slid.taps], sum=True),
                Link(2 if flip else 3, 1, np.tile(used.taps, (used.output.size, 1))),
                Link(4, 2, cells),
                Link(4, 3, cells, np.array([-1.0])),
            ],
            key="fl_board",
            alt="Convolution and correlation of the same picture and kernel, and their difference",
            driver=2 if flip else 3,
            pytorch="import torch\nimport torch.nn.functional as F\n\n"
            f"I = torch.tensor({image.tolist()})[None, None]\n"
            f"K = torch.tensor({kernel.tolist()})[None, None]\n"
            "correlation = F.conv2d(I, K)\nconvolution = F.conv2d(I, K.flip(2, 3))\n"
            "print(convolution, correlation, convolution - correlation)\n",
        )
        with st.container(horizontal=True):
            exact = torch_conv(image, kernel)
            lab.check("Correlation against torch conv2d", float(np.abs(slid.output - exact).max()))
            exact = torch_conv(image, kernel[::-1, ::-1])
            lab.check("Convolution: conv2d, K flipped", float(np.abs(turned.output - exact).max()))
        if difference.any():
            st.markdown(f"**{np.count_nonzero(difference)} of {difference.size} cells differ.**")
        else:
            same = np.array_equal(kernel, kernel[::-1, ::-1])
            why = "the kernel looks the same turned by 180°." if same else "by chance."
            st.markdown(f"**No difference:** {why}")


flip_and_compare()

st.subheader("Order does not matter")
st.caption(
    "With every overlap counted, f ∗ g = g ∗ f: each sum has the same products. For correlation"
    " this is not so."
)
left, right = st.columns([1, 3], gap="medium")
case = lecture_case("s2-conv-integral-commutes")["inputs"]
with left:
    f = lab.grid_field(":blue[f]", [case["a"]], key="fl_f1", height=70)
    g = lab.grid_field(":violet[g]", [case["b"]], key="fl_g1", height=70)
both = [trace(a, b, padding="full", flip=True) for a, b in ((f, g), (g, f))]
with right:
    for (name, other), second, result in zip(("fg", "gf"), (g, f), both, strict=True):
        board(
            [
                Panel(f"{name}, padded", result.padded[0]),
                Panel(f"{other}, turned", second[::-1, ::-1], "weights", sign="⋆"),
                Panel(f"{name} ∗ {other}", result.output, sign="="),
            ],
            [
                Link(2, 0, result.reads, result.kernel.flat[result.taps], sum=True),
                Link(2, 1, np.tile(result.taps, (result.output.size, 1))),
            ],
            key=f"fl_order_{name}",
            alt=f"The full convolution of {name} with {other}",
            play=name == "f",
        )
    lab.check("f ∗ g against g ∗ f", float(np.abs(both[0].output - both[1].output).max()))

st.subheader("The continuous picture")
st.caption(
    "g is reversed and slid over f. At every t the product of the two encloses an area: that is the"
    " result."
)
with st.container(horizontal=True):
    shape_f = choice(st.selectbox, ":blue[f]", SHAPES, "box", key="fl_f", width=180)
    shape_g = choice(st.selectbox, ":violet[g]", SHAPES, "exponential", key="fl_g", width=180)
sliding(
    shape_f,
    shape_g,
    key="fl_sliding",
    alt=f"A {SHAPES[shape_f].lower()} and a reversed {SHAPES[shape_g].lower()} that slides over it",
    start=st.query_params.get("fl_at"),
    url_parameter="fl_at",
)
