"""A section of the page Box, Gaussian, median: kernels made of one another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Panel, linked_grids
from cnnviz.convolution import lecture_case
from cnnviz.imaging import KERNELS
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice

_IDENTITY = {side: np.pad([[1.0]], side // 2) for side in (3, 5)}
_LAPLACIAN = np.array(lecture_case("s4-laplacian-sign")["inputs"]["deck1"], dtype=np.float64)
_EDGE = np.array(lecture_case("s4-laplacian-sign")["inputs"]["deck4"], dtype=np.float64)
_ROW = np.array([[1.0, 4, 6, 4, 1]])


class _Identity(NamedTuple):
    title: str
    words: str
    parts: tuple[Panel, ...]
    made: np.ndarray


def _kernel(id: str) -> np.ndarray:
    return np.asarray(KERNELS[id].weights, dtype=np.float64)


def _identities() -> dict[str, _Identity]:
    gaussian = _kernel("gaussian-5")
    column, row = np.array([[1.0], [2], [1]]), np.array([[-1.0, 0, 1]])
    return {
        "unsharp": _Identity(
            "Unsharp masking",
            "Twice the picture minus its blurred version: what blurring takes away is added once"
            " more.",
            (Panel("2 · Identity", 2 * _IDENTITY[5], "weights"),
             Panel("Gaussian", gaussian, "weights", sign="−")),
            2 * _IDENTITY[5] - gaussian,
        ),
        "sharpen": _Identity(
            "Sharpen",
            "The picture plus its edges.",
            (Panel("Identity", _IDENTITY[3], "weights"),
             Panel("Edges", _EDGE, "weights", sign="+")),
            _IDENTITY[3] + _EDGE,
        ),
        "laplacian": _Identity(
            "Two signs of the Laplacian",
            "Lectures print this kernel with either sign; the results differ in sign only.",
            (Panel("−1", [[-1.0]], "weights"),
             Panel("Centre −4", _LAPLACIAN, "weights", sign="·")),
            _EDGE,
        ),
        "gaussian": _Identity(
            "Gaussian 5×5",
            "A column times a row, so it is separable: two passes of 5 weights do the work of 25.",
            (Panel("Column / 16", _ROW.T / 16, "weights"),
             Panel("Row / 16", _ROW / 16, "weights", sign="·")),
            _ROW.T @ _ROW / 256,
        ),
        "sobel": _Identity(
            "Sobel",
            "Smooth down, subtract across: it is separable, too.",
            (Panel("Smooth", column, "weights"), Panel("Subtract", row, "weights", sign="·")),
            column @ row,
        ),
    }  # fmt: skip


_STANDS_FOR = {
    "unsharp": "unsharp-5", "sharpen": "sharpen", "gaussian": "gaussian-5", "sobel": "sobel-x",
}  # fmt: skip


def kernel_identities() -> None:
    """Draw a kernel as what it is made of, checked against the catalogue's."""
    st.header("Kernels made of kernels")
    found = _identities()
    titles = {id: one.title for id, one in found.items()}
    chosen = choice(
        st.segmented_control, "Kernel", titles, "unsharp", key="sm_made",
        label_visibility="collapsed",
    )  # fmt: skip
    one = found[chosen]
    st.caption(one.words)
    linked_grids(
        [*one.parts, Panel(one.title, one.made, "weights", sign="=")],
        [],
        key=f"sm_made_{chosen}",
        alt=f"{one.title}, and the kernels that it is made of",
        play=False,
    )
    if chosen in _STANDS_FOR:
        lab.agree(
            "Matches the kernel of Filters", one.made, _kernel(_STANDS_FOR[chosen]), within=1e-6
        )
    else:
        lab.agree("Matches minus the other", one.made, -_LAPLACIAN)
