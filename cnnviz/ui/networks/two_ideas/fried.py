"""A section of the page Two streams, Deep Fried: a fully connected layer of few numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st
from scipy.linalg import hadamard

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.networks.fastfood import dense, fastfood
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.tables import localized

_LAYERS = {"8 to 8": 8, "4,096 to 4,096": 4096}  # the figure's, and AlexNet's
_CODE = """import torch

H = torch.ones(1, 1).double()
for _ in range(3):  # to 8×8
    H = torch.cat([torch.cat([H, H], 1), torch.cat([H, -H], 1)])
S = torch.tensor({scale}, dtype=torch.float64).diag()
G = torch.tensor({gauss}, dtype=torch.float64).diag()
B = torch.tensor({signs}, dtype=torch.float64).diag()
P = torch.eye(8).double()[{order}]
print(S @ H @ G @ P @ H @ B)
"""


def deep_fried() -> None:
    """Draw Fastfood's factors for n = 8, their product, and the counts at full size."""
    st.header("Deep Fried: a layer of three diagonals")
    right, left = figure_and_settings("fried", settings_first=True)
    with left:
        seed = paired("Random numbers (seed)", 0, 20, 0, key="ti_seed")
    parts = fastfood(8, seed)
    matrix = dense(parts)
    walsh = hadamard(8).astype(np.float64)
    permuted = np.eye(8)[parts.order]
    factors = {
        "S": np.diag(parts.scale), "H": walsh, "G": np.diag(parts.gauss), "Π": permuted,
        "H again": walsh, "B": np.diag(parts.signs),
    }  # fmt: skip
    cells = np.arange(64)[:, None]
    with right:
        linked_grids(
            [
                *(
                    Panel(name, factor, "weights", sign="·" if at else "", zoom=0.6)
                    for at, (name, factor) in enumerate(factors.items())
                ),
                Panel("V", matrix, "weights", sign="="),
            ],
            [Link(6, 0, cells // 8 * 8 + np.arange(8)), Link(6, 5, np.arange(8) * 8 + cells % 8)],
            key="ti_fried",
            alt="The six factors of a Fastfood matrix of 8×8, and their product",
            play=False,
            pytorch=_CODE.format(**{name: part.tolist() for name, part in parts._asdict().items()}),
        )
        product = np.linalg.multi_dot(list(factors.values()))
        lab.agree("The fast way matches the product of the six", matrix, product)
        rows = {
            f"{title}, {kind}": counts
            for title, n in _LAYERS.items()
            for kind, *counts in (
                ("full", n * n, n * n),
                ("Fastfood", 3 * n, 2 * n * (n.bit_length() - 1) + 3 * n),
            )
        }
        st.dataframe(
            {
                "Layer": list(rows),
                "Weights": [weights for weights, _ in rows.values()],
                "Operations": [operations for _, operations in rows.values()],
            },
            hide_index=True,
            column_config=localized("Weights", "Operations"),
            alt="Weights and operations of a fully connected and of a Fastfood layer",
        )
        st.caption(
            "A full layer's operations are multiply-adds, Fastfood's are additions and products."
            " AlexNet has a layer of 4,096 to 4,096. Only the diagonals of S, G"
            " and B are learned; H holds ±1, and Π reorders. Every output still depends on"
            " every input. Deep Fried networks (Yang et al., 2015) put it in the"
            " place of the fully connected layers, which hold most weights of AlexNet and VGG. It"
            " cannot be just any matrix."
        )
