"""Two sections of the page Pixels are numbers: a digit moved, and its pixels shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.imaging.pixels import distance, permutation, shifted, shuffled
from cnnviz.inspection.digits import accuracy, digits, probabilities
from cnnviz.ui.lab.pixels.digits import table
from cnnviz.ui.lab.pixels.picture import choose_digit
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOVE_CODE = """import torch
import torch.nn.functional as F

x = torch.tensor({x})
right, down = {right}, {down}
moved = F.pad(x, (right, -right, down, -down))  # what leaves is cut off, zeros come in
print(moved, moved - x, (moved - x).norm())
"""
_SHUFFLE_CODE = """import torch

x = torch.tensor({x})
order = torch.tensor({order})  # where each pixel of the result was before
print(x.flatten()[order].reshape(8, 8))
"""


def moved_and_shuffled(picture: NDArray[np.float64] | None) -> None:
    """Draw what moving and what shuffling a digit's pixels does to its vector and its answer.

    Args:
        picture: 8×8, 0 to 255; None to let a test digit be chosen.
    """
    digit, moved = _moved(picture)
    _shuffled(digit, moved)


def _moved(picture: NDArray[np.float64] | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The digit, and the same moved."""
    st.header("One pixel to the side")
    st.caption("Move a digit: people still see the same digit, but its vector changes.")
    right, left = figure_and_settings("moved", settings_first=True)
    with left:
        digit = choose_digit() if picture is None else picture
        across = paired("Pixels to the right", -3, 3, 1, key="px_dx")
        down = paired("Pixels down", -3, 3, 0, key="px_dy")
    moved = shifted(digit, down, across)
    answers = probabilities(np.stack([digit, moved]))
    cells = np.arange(64)
    came_from = shifted(cells.reshape(8, 8), down, across, fill=-1).ravel().astype(int)[:, None]
    with right:
        linked_grids(
            [
                Panel("Digit", digit, "pixels", limits=(0, 255)),
                Panel("Moved", moved, "pixels", limits=(0, 255), sign="→"),
                Panel("Difference", moved - digit, sign="|"),
            ],
            [
                Link(1, 0, came_from),
                Link(2, 1, cells[:, None]),
                Link(2, 0, cells[:, None], np.array([-1.0])),
            ],
            key="px_shift",
            alt="A digit, the same digit moved, and their difference",
            driver=1,
            pytorch=_MOVE_CODE.format(x=digit.tolist(), right=across, down=down),
        )
        samples = digits()
        others = samples.images[samples.labels != answers[0].argmax(), 0]
        nearest = min(distance(digit, other) for other in others)
        st.markdown(
            f"**The vector:** {np.count_nonzero(moved != digit)} of 64 numbers change; it moves by"
            f" **{distance(digit, moved):,.0f}** (Euclidean distance). The nearest test"
            f" picture that shows another digit is **{nearest:,.0f}** away."
        )
        table({"The digit": answers[0], "Moved": answers[1]})
    return digit, moved


def _shuffled(digit: NDArray[np.float64], moved: NDArray[np.float64]) -> None:
    st.header("Shuffled pixels")
    st.caption(
        "Shuffle the pixels in the same way in every picture. The distances between pictures stay"
        " the same, so a method that sees only vectors loses nothing. People and convolutions do."
    )
    right, left = figure_and_settings("shuffled", settings_first=True)
    with left:
        seed = paired("Shuffle (seed)", 0, 20, 0, key="px_seed")
        mixed, order = shuffled(digit, seed), permutation(64, seed)
    with right:
        linked_grids(
            [
                Panel("Digit", digit, "pixels", limits=(0, 255)),
                Panel("Shuffled", mixed, "pixels", limits=(0, 255), sign="→"),
            ],
            [Link(1, 0, order[:, None])],
            key="px_shuffled",
            alt="A digit and the same pixels in other places",
            play=False,
            pytorch=_SHUFFLE_CODE.format(x=digit.tolist(), order=order.tolist()),
        )
        apart = distance(mixed, shuffled(moved, seed))
        lab.check("Same distance to the moved digit as before", abs(apart - distance(digit, moved)))
        answers = np.concatenate([probabilities(digit), probabilities(mixed)])
        table({"The digit": answers[0], "Shuffled": answers[1]})
        st.markdown(
            f"Of all {len(digits().images)} test digits, the network gets"
            f" **{accuracy(None):.1%}** right, but only **{accuracy(seed):.1%}** after shuffling."
        )
