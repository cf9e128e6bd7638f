"""Backpropagation: the gradient through a convolution and through pooling."""

from typing import Literal

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
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
from cnnviz.inspection import torch_reference
from cnnviz.ui.lab.gradient.as_convolution import backward_as_convolution
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import figure_and_settings

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

figure, side = figure_and_settings()
with figure:
    operator = choice(
        st.segmented_control, "Through", OPERATORS, "conv", key="bw_op",
        label_visibility="collapsed",
    )  # fmt: skip
with side:
    example = lecture_case(CASES[operator])["inputs"]
    image = lab.grid_field(":blue[Input x]", example["image"], key=f"bw_x_{operator}")
    kernel = None
    rule: Literal["max", "mean"] = "mean" if operator == "mean" else "max"
    if operator == "conv":
        kernel = lab.grid_field(":violet[Kernel w]", example["kernel"], key="bw_w", height=100)
    upstream = lab.grid_field("Upstream δ", example["upstream"], key=f"bw_d_{operator}", height=100)

try:
    traced = trace_pool(image, 2, reduction=rule) if kernel is None else trace(image, kernel)
    gradients = backward(traced, upstream)
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    st.stop()


def loss(x: np.ndarray, w: np.ndarray | None) -> float:
    """A loss whose gradient is δ at the outputs."""
    output = pool2d(x, 2, reduction=rule) if w is None else correlate2d(x, w)
    return float((upstream * output).sum())


autograd = torch_reference.gradients(image, kernel, upstream, rule=rule)
values = {"x": image.tolist(), "delta": upstream.tolist(), "pool": operator.replace("mean", "avg")}
with figure:
    st.caption(
        "δ = ∂L/∂y is the derivative of the loss with respect to each output. Point at a cell of δ"
        " to see where it flows, or at a cell of a gradient to see the terms of its sum."
    )
    sources = flow(traced)
    panels = [
        Panel("Input x", image),
        Panel("Upstream δ", upstream, sign="←"),
        Panel("∂L/∂x", gradients.image[0], sign="→"),
    ]
    links = [Link(1, 0, traced.reads), Link(2, 1, sources.outputs, sources.shares, sum=True)]
    code = POOL_CODE.format(**values)
    if kernel is not None and gradients.kernel is not None:
        every = np.tile(np.arange(upstream.size), (kernel.size, 1))
        met = traced.padded.flat[traced.reads].T  # what each weight met at each output
        panels.append(Panel("∂L/∂w", gradients.kernel[0], "weights", sign="and"))
        links += [Link(3, 1, every, met, sum=True), Link(3, 0, traced.reads.T)]
        code = CONV_CODE.format(w=kernel.tolist(), **values)
    linked_grids(
        panels, links, key=f"bw_grids_{operator}", driver=1, pytorch=code,
        alt="A gradient carried back from the outputs to the inputs",
    )  # fmt: skip
    tied = operator == "max" and any(
        np.count_nonzero(window == window.max()) > 1 for window in image.flat[traced.reads]
    )
    with st.container(horizontal=True):
        lab.agree("∂L/∂x matches autograd", gradients.image, autograd[0])
        if not tied:
            measured = finite_differences(lambda x: loss(x, kernel), image)
            lab.agree("∂L/∂x matches finite differences", gradients.image, measured, within=1e-5)
        if kernel is not None and gradients.kernel is not None:
            lab.agree("∂L/∂w matches autograd", gradients.kernel, autograd[1])
            measured = finite_differences(lambda w: loss(image, w), kernel)
            lab.agree("∂L/∂w matches finite differences", gradients.kernel, measured, within=1e-5)
    if tied:
        st.info(
            "Several cells of a window share its maximum, so the maximum has no derivative there,"
            " only subgradients: any split of δ between these cells. PyTorch sends all of it to the"
            " first of them, and finite differences give something else.",
            icon=":material/join_inner:",
        )

if kernel is None:
    st.caption(
        "Max pooling sends all of δ to the largest input; average pooling spreads it evenly over"
        " the window. Neither has weights to learn. Change the input: make another cell the"
        " largest, or two cells equally large."
    )
    st.stop()
backward_as_convolution(image, kernel, upstream, autograd)
