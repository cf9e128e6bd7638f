"""Local response normalisation: AlexNet's formula on maps of one's own picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.convolution.response_norm import (
    ALEXNET,
    neighbours,
    response_norm,
    squared_neighbours,
)
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.imaging.simple_and_complex_cells import edge_filter
from cnnviz.inspection import torch_reference
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import small_square

SIDE, MAPS, KERNEL = 32, 8, 7


def response_norm_section() -> None:
    """Draw maps before and after, and one row of them number by number."""
    figure, side = figure_and_settings()
    with side:
        n = paired(":blue[Maps, n]", 1, 2 * MAPS - 1, int(ALEXNET["n"]), step=2, key="tr_n")
        alpha = paired(
            ":violet[α]", 0.0, 0.002, ALEXNET["alpha"], step=0.0001, format="%.4f", key="tr_alpha"
        )
        beta = paired(":violet[β]", 0.0, 1.5, ALEXNET["beta"], step=0.05, key="tr_beta")
        k = paired("k", 0.5, 5.0, ALEXNET["k"], step=0.5, key="tr_k")
        row = paired("Row of the maps", 0, SIDE - KERNEL, 12, key="tr_row")
    grey = small_square(SIDE).mean(axis=2)
    filters = np.stack([edge_filter(180 * at / MAPS, KERNEL) for at in range(MAPS)])
    maps = np.maximum(torch_reference.conv_layer(grey[None], filters[:, None]), 0)
    after = response_norm(maps, n=n, alpha=alpha, beta=beta, k=k)
    width = maps.shape[2]
    cells = np.arange(MAPS * width).reshape(MAPS, width)
    reads = neighbours(MAPS, n)
    over = np.where(reads[:, None] >= 0, cells.T[:, reads].transpose(1, 0, 2), -1)
    over = over.reshape(-1, n)
    with figure:
        st.latex(
            rf"b^i = a^i \Big/ \Big({k:g} + {alpha:g} \sum_{{j = i - {n // 2}}}^{{i + {n // 2}}}"
            rf" (a^j)^2\Big)^{{{beta:g}}}"
        )
        linked_grids(
            [
                Panel(f"Maps a, row {row}", maps[:, row], note="maps × columns"),
                Panel("Sum of squares", squared_neighbours(maps, n)[:, row], "counts", sign="→"),
                Panel("Maps b", after[:, row], sign="→"),
            ],
            [
                Link(1, 0, over),
                Link(2, 1, cells.reshape(-1, 1)),
                Link(2, 0, cells.reshape(-1, 1)),
            ],
            key="tr_lrn",
            alt="One row of eight maps before and after local response normalisation",
            start=3 * width + width // 2,
            pytorch=_code(maps[:, row], n, alpha, beta, k),
        )
        lab.agree(
            "Matches PyTorch", after,
            torch_reference.local_response_norm(maps, n=n, alpha=alpha, beta=beta, k=k),
        )  # fmt: skip
        map_sheet(
            [Group("Before", maps, unsigned=True), Group("After", after, unsigned=True)],
            key="tr_lrn_maps",
            scale="layer",
            stops=DIVERGING_STOPS,
            side=80,
            alt="Eight maps before and after local response normalisation",
        )
        st.caption(
            f"The picture, {SIDE}×{SIDE}, with pixels from 0 to 255 as AlexNet read them, under"
            f" {MAPS} filters that want an edge in one direction each, and a ReLU. Neighbours are"
            " neighbouring directions here; in a trained network the order of the maps means"
            " nothing until this layer gives it one. PyTorch divides α by *n*:"
            f" `nn.LocalResponseNorm({n}, alpha={alpha * n:g}, beta={beta:g}, k={k:g})` is"
            f" AlexNet's formula with α = {alpha:g}."
        )


def _code(maps: np.ndarray, n: int, alpha: float, beta: float, k: float) -> str:
    return (
        "import torch\nimport torch.nn.functional as F\n\n"
        f"a = torch.tensor({maps.round(3).tolist()})  # maps × columns\n"
        f"b = F.local_response_norm(a[None], {n}, alpha={alpha:g} * {n}, beta={beta:g},"
        f" k={k:g})[0]\n"
        "print(b)\n"
    )
