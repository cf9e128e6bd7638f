"""The settings of the page Equivariance: an object, what is done with it, and what that breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.convolution import lecture_case
from cnnviz.convolution.equivariance import Scene
from cnnviz.convolution.features import cut_out
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import SHIFT
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired, select

if TYPE_CHECKING:
    from cnnviz.convolution.equivariance import Edges, Pooling

POOLED = "s3-pool-invariance"
_EXAMPLES = {"s3-equivariance": "Convolution", POOLED: "Max pooling"}
_EDGES: dict[Edges, str] = {
    "zero": "Zero padding",
    "circular": "Circular",
    "valid": "No padding",
}
_POOLING: dict[Pooling, str] = {"none": "None", "max": "Max 2×2", "mean": "Average 2×2"}
_FARTHEST = 32  # a shift in the address, in cells


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        example: Id of the lecture case.
        scene: The object and what is done with it.
        suggested: How far the example moves it, down and right.
    """

    example: str
    scene: Scene
    suggested: tuple[int, int]


def choose_scene() -> Choice:
    """Draw the settings.

    Raises:
        ConvolutionError: With a sentence, where the parts do not fit together.
    """
    name = choice(st.selectbox, "Example", _EXAMPLES, "s3-equivariance", key="eq_example")
    example, pooled = lecture_case(name)["inputs"], name == POOLED
    image = example["images"][0] if pooled else example["image"]
    first, home = cut_out(image)
    shape = lab.grid_field(":blue[Object]", first, key=f"eq_x_{name}", height=110)
    default = np.ones((1, 1)) if pooled else example["kernel"]
    kernel = lab.grid_field(":violet[Kernel]", default, key=f"eq_k_{name}", height=110)
    side = paired(":blue[Side of the canvas]", 4, 16, len(image), key=f"eq_n_{name}")
    background = paired(":blue[Background]", 0, 3, 0, key="eq_bg")
    stride = paired(":green[Stride]", 1, 3, 1, key="eq_s")
    edges = select(":orange[Edges]", _EDGES, "zero", key="eq_edges")
    usual: Pooling = "max" if pooled else "none"
    pooling = choice(st.selectbox, "Pooling", _POOLING, usual, key=f"eq_pool_{name}")
    scene = Scene(
        shape,
        side,
        home,
        float(background),
        kernel,
        stride,
        edges=edges,
        pooling=pooling,
    )
    down, right = (1, 1) if pooled else example["shift"]
    return Choice(name, scene, (down, right))


def linked_shift() -> tuple[int, int] | None:
    """The shift that the address names, down and right; None if it names none."""
    if not (asked := SHIFT.read()):
        return None
    down, right = asked
    return max(-_FARTHEST, min(down, _FARTHEST)), max(-_FARTHEST, min(right, _FARTHEST))


def show_reasons(scene: Scene) -> None:
    """Say what in a scene breaks equivariance, and why."""
    reasons = []
    if scene.stride > 1:
        reasons.append(
            f"**Stride {scene.stride}** uses only one window in {scene.stride}. An object moved by"
            " one cell is seen by other windows; only moves by a multiple of the stride are exact."
        )
    if scene.pooling != "none":
        number = "maximum" if scene.pooling == "max" else "average"
        reasons.append(
            f"**Pooling** turns four numbers into one. A move inside a window does not change its"
            f" {number}: this is invariance, but only to small moves. A move across a window's edge"
            " changes the output."
        )
    if scene.edges == "zero" and scene.background:
        reasons.append(
            "**Zero padding** creates a rim where the background ends. The rim stays in place when"
            " the object moves, but it moves when the output is shifted."
        )
    if scene.edges == "circular" and scene.step == 1:
        reasons.append(
            "**Circular** edges have no rim, so equivariance is exact at every position."
        )
    if reasons:
        st.markdown("\n".join(f"- {reason}" for reason in reasons))
