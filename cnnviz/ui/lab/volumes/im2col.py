"""A view of the page Volumes: the whole layer as one product of two matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution.volumes import Columns

_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x}).double()[None]
filters = torch.tensor({filters}).double()
bias = torch.tensor({bias}).double()
columns = F.unfold(x, {side})[0]
print(filters.flatten(1) @ columns + bias[:, None])
"""


def show_columns(pixels: NDArray[np.float64], bank: NDArray[np.float64], laid: Columns) -> None:
    """Draw filters · windows = output, and where the windows come from.

    Args:
        pixels: C×H×W, 0 to 255.
        bank: F×C×k×k.
        laid: The same convolution as matrices.
    """
    rows, positions = laid.columns.shape
    largest, biases = float(np.abs(bank).max()) or 1.0, laid.weights[:, -1]
    beyond = np.abs(biases).max() > largest
    st.caption(
        f"Each window of the picture (on the right) becomes a column of {rows - 1} numbers and a 1"
        " for the bias. Each filter becomes a row of its weights and its bias. The product of the"
        " two matrices is the whole layer."
        + (" The colour scale of the filters covers the weights, not the bias." * bool(beyond))
    )
    colours = pixels.reshape(-1, pixels.shape[2])
    cells = np.arange(laid.output.size)
    of_windows = np.arange(rows) * positions + (cells % positions)[:, None]
    of_picture = np.vstack([laid.reads.T.reshape(-1, 1), np.full((positions, 1), -1)])
    linked_grids(
        [
            Panel("Filters as rows", laid.weights, "weights", zoom=0.4, limits=(-largest, largest)),
            Panel(
                "Windows as columns", laid.columns, "pixels", sign="·", zoom=0.5, limits=(0, 255)
            ),
            Panel("Output", laid.output, note=f"{len(bank)}×{positions}", sign="=", zoom=0.7),
            Panel("Red, green, blue", colours, "pixels", sign="|", limits=(0, 255)),
        ],
        [
            Link(2, 1, of_windows, laid.weights[cells // positions], sum=True),
            Link(2, 0, (cells // positions)[:, None] * rows + np.arange(rows)),
            Link(1, 3, of_picture),
        ],
        key="vo_grids",
        driver=2,
        alt="A convolution over three channels as a product of two matrices",
        pytorch=_CODE.format(
            x=pixels.astype(int).tolist(),
            filters=bank.tolist(),
            bias=biases.tolist(),
            side=bank.shape[2],
        ),
    )
