"""A section of the page The frequency domain: separable kernels, exact and approximate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import trace
from cnnviz.convolution.low_rank import low_rank
from cnnviz.imaging import to_grey
from cnnviz.inspection import torch_reference
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import small_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE = 7
_KERNELS = {
    "gaussian": "Gaussian",
    "disc": "Disc",
    "log": "Laplacian of Gaussian",
    "random": "Random",
}
_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x}).double()[None, None]
kernel = torch.tensor({kernel}).double()
u, s, v = torch.linalg.svd(kernel)
terms = {terms}
y = 0
for i in range(terms):  # a vertical kernel, then a horizontal one
    down = F.conv2d(x, (u[:, i] * s[i]).reshape(1, 1, -1, 1))
    y = y + F.conv2d(down, v[i].reshape(1, 1, 1, -1))
print(y[0, 0], F.conv2d(x, kernel[None, None])[0, 0] - y[0, 0])
"""


def _kernel(name: str) -> NDArray[np.float64]:
    at = np.arange(_SIDE) - _SIDE // 2
    squares = np.asarray(at[:, None] ** 2 + at**2, dtype=np.float64)
    if name == "log":
        waves = (squares / 2 - 2) * np.exp(-squares / 4)
        return np.asarray(np.round(waves - waves.mean(), 3), dtype=np.float64)
    if name == "random":
        return np.round(np.random.default_rng(0).normal(size=(_SIDE, _SIDE)), 2)
    heights = squares <= 9 if name == "disc" else np.exp(-squares / 4.5)
    return np.asarray(heights / np.sum(heights), dtype=np.float64)


def show_low_rank() -> None:
    """Draw a kernel as a sum of separable kernels, and what is lost with too few of them."""
    st.header("Two thin kernels instead of one")
    st.caption(
        "A separable kernel is a column times a row: convolve with the one, then with the other."
        " Any kernel is a sum of such products, and its first few terms come close. The fewest"
        " terms that are exact are the kernel's rank."
    )
    right, left = figure_and_settings("low_rank", settings_first=True)
    with left:
        name = choice(st.selectbox, "Kernel of 7×7", _KERNELS, "disc", key="fq_low")
        terms = paired("Terms", 1, _SIDE, 2, key="fq_terms")
    kernel = _kernel(name)
    found = low_rank(kernel, terms)
    picture = to_grey(small_square(24)).astype(np.float64)
    exact = trace(picture, kernel).output
    near = sum(
        trace(trace(picture, column[:, None]).output, row[None]).output
        for column, row in zip(found.columns.T, found.rows, strict=True)
    )
    scale = float(np.abs(kernel).max())
    at, cells = np.arange(kernel.size)[:, None], np.arange(exact.size)[:, None]
    each = np.arange(terms)
    with right:
        linked_grids(
            [
                Panel("Kernel", kernel, "weights", limits=(-scale, scale)),
                Panel(
                    "Its approximation", found.kernel, "weights", sign="≈", limits=(-scale, scale)
                ),
                Panel("Columns", found.columns, "weights", sign="=", note=f"7×{terms}"),
                Panel("Rows", found.rows, "weights", sign="·", note=f"{terms}×7"),
            ],
            [
                Link(1, 0, at),
                Link(1, 2, at // _SIDE * terms + each),
                Link(1, 3, each * _SIDE + at % _SIDE),
            ],
            key="fq_low_kernels",
            alt="A kernel, its approximation, and the columns and rows that it is the product of",
            driver=1,
            play=False,
        )
        linked_grids(
            [
                Panel("With the whole kernel", exact),
                Panel("With its approximation", near, sign="−"),
                Panel("Difference", exact - near, sign="="),
            ],
            [Link(2, 0, cells), Link(2, 1, cells, np.array([-1.0]))],
            key="fq_low_results",
            alt="The picture convolved with the kernel, with its approximation, and the difference",
            play=False,
            pytorch=_CODE.format(x=picture.tolist(), kernel=kernel.tolist(), terms=terms),
        )
        by = torch_reference.conv(picture, found.kernel)
        lab.agree("The approximation matches torch conv2d", near, by)
        off = float(np.linalg.norm(exact - near)) / max(float(np.linalg.norm(exact)), 1e-12)
        st.markdown(
            f"Rank **{found.rank}**. With {terms} {'term' if terms == 1 else 'terms'}, the kernel"
            f" is off by **{found.error:.2%}** and this picture's result by **{off:.2%}** (root of"
            f" the summed squares, relative). Products per pixel: {_SIDE * _SIDE} for the whole"
            f" kernel, {terms} · (7 + 7) = **{terms * 2 * _SIDE}** for the thin ones"
            + ("." if terms * 2 * _SIDE < _SIDE * _SIDE else ": no longer fewer.")
        )
        st.caption(
            "Such savings matter most where a network is only used: it is trained once, on large"
            " machines, but then predicts millions of times, often on a phone. So tools for"
            " deployment (TensorRT, TensorFlow Lite, Core ML and others) make only the **forward**"
            " pass faster."
        )
