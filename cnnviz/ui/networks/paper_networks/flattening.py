"""Maps put one after another into a vector, as a fully connected layer reads them."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import pool2d
from cnnviz.inspection.digits import digits, first_maps
from cnnviz.numbers.formatting import formatted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.networks.stages import Stage

MAPS = 2
DIGIT = 3  # of the test pictures
_CODE = """import torch

maps = torch.tensor({maps})
print(maps.flatten())
"""


def show_flattening(title: str, steps: Sequence[Stage], parameters: int) -> None:
    """Draw how maps become a vector, for a network that has maps before a fully connected layer.

    Args:
        title: The network's name.
        steps: Its steps.
        parameters: Of the whole network.
    """
    for before, after in pairwise(steps):
        if len(before.shape) == 3 and len(after.shape) == 1 and prod(before.shape[1:]) > 1:
            break
    else:
        return
    depth, height, width = before.shape
    numbers, units = before.units, after.units
    st.header("From maps to a vector")
    st.markdown(
        f"A fully connected layer reads one vector: the maps are **flattened**, row by row and map"
        f" by map. In {title}, {depth}×{height}×{width} become {numbers:,} numbers, and each of the"
        f" {units:,} units has a weight for every one of them:"
        f" **{after.parameters / parameters:.0%} of all parameters** are in this layer. Which"
        " numbers were neighbours is lost to it: any other order, the same for all pictures, would"
        " do as well."
    )
    maps = np.stack([pool2d(one, 2, stride=2) for one in first_maps(digits().images[DIGIT, 0])])
    vector_of_maps(maps[:MAPS])
    st.caption(
        f"Here are {MAPS} of the {len(maps)} maps that the digits network's first layer makes of a"
        " test digit, max pooled to 4×4. PyTorch numbers the cell in map c, row i, column j of C"
        " maps of H×W as c·H·W + i·W + j."
    )


def vector_of_maps(maps: NDArray[np.float64]) -> None:
    """Draw maps and the vector they become; each cell is linked to its place.

    Args:
        maps: C×H×W.
    """
    count, height, width = maps.shape
    vector, cells = maps.ravel(), height * width
    at = np.arange(len(vector))
    words = [
        f"{index} = {index // cells}·{cells} + {index % cells // width}·{width} + {index % width}:"
        f" {formatted(vector[index])}"
        for index in at.tolist()
    ]
    limits = (0.0, float(vector.max()))
    linked_grids(
        [
            *(Panel(f"Map {number}", one, limits=limits) for number, one in enumerate(maps)),
            Panel(
                "Vector", vector[None], note=f"{len(vector)}", sign="→", limits=limits, words=words
            ),
        ],
        [
            Link(count, number, np.where(at // cells == number, at % cells, -1)[:, None])
            for number in range(count)
        ],
        key="pn_flattening",
        alt=f"{count} maps of {height}×{width} flattened into a vector of {len(vector)}",
        pytorch=_CODE.format(maps=np.round(maps, 4).tolist()),
    )
