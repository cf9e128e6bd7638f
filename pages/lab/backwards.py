"""Backwards: the gradient through a convolution and through pooling."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.components.board import Link, Panel, board
from cnnviz.convolution import (
    ConvolutionError,
    backward,
    correlate2d,
    finite_differences,
    flow,
    lecture_case,
    pool2d,
    trace,
    trace_pool,
)
from cnnviz.ui import lab
from cnnviz.ui.choice import choice

OPERATORS = {"conv": "Convolution", "max": "Max pooling", "mean": "Average pooling"}
CASES = {"conv": "s3-backward-is-conv", "max": "s2-maxpool-gradient", "mean": "s2-avgpool-gradient"}
CONV_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None].requires_grad_()
w = torch.tensor({w})[None, None].requires_grad_()
F.conv2d(x, w).backward(torch.tensor({delta})[None, None])
print(x.grad, w.grad)
"""
POOL_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None].requires_grad_()
F.{pool}_pool2d(x, 2).backward(torch.tensor({delta})[None, None])
print(x.grad)
"""

figure, side = st.columns([3, 1], gap="medium")
with figure:
    operator = choice(
        st.segmented_control, "Through", OPERATORS, "conv", key="bw_op",
        label_visibility="collapsed",
    )  # fmt: skip
with side:
    given = lecture_case(CASES[operator])["inputs"]
    image = lab.grid_field(":blue[Input x]", given["image"], key=f"bw_x_{operator}")
    kernel = None
    if operator == "conv":
        kernel = lab.grid_field(":violet[Kernel w]", given["kernel"], key="bw_w", height=100)
    upstream = lab.grid_field("Upstream δ", given["upstream"], key=f"bw_d_{operator}", height=100)

try:
    traced = trace_pool(image, 2, reduction=operator) if kernel is None else trace(image, kernel)
    gradients = backward(traced, upstream)
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    st.stop()


def forward(x: np.ndarray) -> np.ndarray:
    return pool2d(x, 2, reduction=operator) if kernel is None else correlate2d(x, kernel)


def by_autograd() -> list[np.ndarray]:
    """∂L/∂x, and ∂L/∂w if there are weights."""
    leaves = [torch.tensor(a, requires_grad=True) for a in (image, kernel) if a is not None]
    x = leaves[0][None, None]
    if kernel is not None:
        output = F.conv2d(x, leaves[1][None, None])
    else:
        output = (F.max_pool2d if operator == "max" else F.avg_pool2d)(x, 2)
    output.backward(torch.from_numpy(upstream)[None, None])
    return [leaf.grad.numpy() for leaf in leaves]


autograd = by_autograd()
values = {"x": image.tolist(), "delta": upstream.tolist(), "pool": operator.replace("mean", "avg")}
with figure:
    st.caption(
        "δ says how much the loss changes with each output. Point at a cell of it to see where it"
        " flows, or at a cell of a gradient to see what it is the sum of."
    )
    sources = flow(traced)
    panels = [
        Panel("Input x", image),
        Panel("Upstream δ", upstream, sign="←"),
        Panel("∂L/∂x", gradients.image[0], sign="→"),
    ]
    links = [Link(1, 0, traced.reads), Link(2, 1, sources.outputs, sources.shares, sum=True)]
    code = POOL_CODE.format(**values)
    if kernel is not None:
        every = np.tile(np.arange(upstream.size), (kernel.size, 1))
        met = traced.padded.flat[traced.reads].T  # what each weight met at each output
        panels.append(Panel("∂L/∂w", gradients.kernel[0], "weights", sign="and"))
        links += [Link(3, 1, every, met, sum=True), Link(3, 0, traced.reads.T)]
        code = CONV_CODE.format(w=kernel.tolist(), **values)
    board(
        panels, links, key=f"bw_board_{operator}", driver=1, pytorch=code,
        alt="A gradient carried back from the outputs to the inputs",
    )  # fmt: skip
    tied = operator == "max" and any(
        np.count_nonzero(window == window.max()) > 1 for window in image.flat[traced.reads]
    )
    with st.container(horizontal=True):
        lab.check("∂L/∂x and autograd", float(np.abs(gradients.image[0] - autograd[0]).max()))
        if kernel is not None:
            lab.check("∂L/∂w and autograd", float(np.abs(gradients.kernel[0] - autograd[1]).max()))
        if not tied:
            measured = finite_differences(lambda x: float((upstream * forward(x)).sum()), image)
            gap = float(np.abs(gradients.image[0] - measured).max())
            lab.check("∂L/∂x and finite differences", gap, within=1e-5)
    if tied:
        st.info(
            "Two cells of a window share its maximum. There the maximum has no derivative: PyTorch"
            " sends all of δ to the first of them, and finite differences find something else.",
            icon=":material/join_inner:",
        )

if kernel is None:
    st.caption(
        "Max pooling gives all of δ to the winner, average pooling spreads it evenly over the"
        " window; neither has weights to learn."
    )
    st.stop()
st.subheader("The backward pass is a convolution too")
st.caption(
    "Pad δ on every side and slide the kernel, turned by 180°, over it: that is ∂L/∂x. Slide δ"
    " itself over x, and that is ∂L/∂w."
)
whole = trace(upstream, kernel, padding="full", flip=True)
board(
    [
        Panel("δ, padded", whole.padded[0], pads=whole.pads),
        Panel("w, turned", whole.kernel[0], "weights", sign="⋆"),
        Panel("∂L/∂x", whole.output, sign="="),
    ],
    [
        Link(2, 0, whole.reads, whole.kernel.flat[whole.taps], sum=True),
        Link(2, 1, np.tile(whole.taps, (whole.output.size, 1))),
    ],
    key="bw_turned",
    alt="The gradient of the input as a full convolution of δ with the kernel",
)
lab.check("And autograd", float(np.abs(whole.output - autograd[0]).max()))
with st.expander("A formula on the slides that is off"):
    st.markdown(lecture_case("s2-conv-gradient")["note"])
