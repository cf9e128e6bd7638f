"""A section of the page Backpropagation: the backward pass of a convolution is two convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.linked_grids import Panel, linked_grids
from cnnviz.convolution import trace
from cnnviz.ui.shared import lab

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_TURNED_CODE = """import torch
import torch.nn.functional as F

delta = torch.tensor({delta})[None, None]
w = torch.tensor({w})[None, None]
print(F.conv2d(F.pad(delta, [w.shape[3] - 1] * 2 + [w.shape[2] - 1] * 2), w.flip(2, 3)))
"""
_OVER_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})[None, None]
delta = torch.tensor({delta})[None, None]
print(F.conv2d(x, delta))
"""


def backward_as_convolution(
    image: NDArray[np.float64],
    kernel: NDArray[np.float64],
    upstream: NDArray[np.float64],
    autograd: Sequence[NDArray[np.float64]],
) -> None:
    """Draw both gradients of a convolution as convolutions.

    Args:
        image: H×W.
        kernel: kh×kw.
        upstream: The gradient at the outputs, (H−kh+1)×(W−kw+1).
        autograd: What PyTorch gives for the image and the kernel, to check against.
    """
    values = {"x": image.tolist(), "w": kernel.tolist(), "delta": upstream.tolist()}
    st.header("The backward pass is a convolution too")
    st.caption(
        "Pad δ on every side and slide the kernel, rotated by 180°, over it: this gives ∂L/∂x."
        " Slide δ itself over x: this gives ∂L/∂w."
    )
    whole = trace(upstream, kernel, padding="full", flip=True)
    linked_grids(
        [
            Panel("δ, padded", whole.padded[0], pads=whole.pads),
            Panel("w, rotated", kernel[::-1, ::-1], "weights", sign="⋆"),
            Panel("∂L/∂x", whole.output, sign="="),
        ],
        [
            lab.sums(2, 0, whole),
            lab.weighed(2, 1, whole),
        ],
        key="bw_turned",
        alt="The gradient of the input as a full convolution of δ with the kernel",
        pytorch=_TURNED_CODE.format(**values),
    )
    over = trace(image, upstream)
    linked_grids(
        [
            Panel("x", image),
            Panel("δ", upstream, "weights", sign="⋆"),
            Panel("∂L/∂w", over.output, sign="="),
        ],
        [
            lab.sums(2, 0, over),
            lab.weighed(2, 1, over),
        ],
        key="bw_over",
        alt="The gradient of the kernel: δ slides over x",
        play=False,
        pytorch=_OVER_CODE.format(**values),
    )
    with st.container(horizontal=True):
        lab.agree("This ∂L/∂x matches autograd", whole.output, autograd[0])
        lab.agree("This ∂L/∂w matches autograd", over.output, autograd[1])
    derivative = r"\partial a_{rc}/\partial\theta_{ij}"
    lab.correction(
        rf"One output depends on each weight once: **${derivative} = x_{{r-i,\,c-j}}$**. The loss"
        r" depends on it through all outputs:"
        r" **$\partial L/\partial\theta_{ij} = \sum_{r, c} \delta_{rc}\, x_{r-i,\,c-j}$**.",
        rf"${derivative} = \sum_{{r, c}} x_{{r-i,\,c-j}}$, which is the derivative of the sum of"
        r" all"
        " outputs (every δ = 1); its sums also run one position too far",
        "s2-conv-gradient",
    )
