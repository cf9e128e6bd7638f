"""Learn the kernel: what goes in, what should come out, how to descend, and the slide's target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError, correlate2d, lecture_case, lecture_source, trace
from cnnviz.convolution.fitting import Fit, fit_kernel
from cnnviz.imaging import KERNELS
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TARGETS = {
    "right": "A blur of the input",
    "printed": "A blur with four wrong cells",
    "filter": "Made by a filter",
    "kernel": "Made by a kernel you type",
    "typed": "A target you type",
}
_FILTERS = {
    name: kernel.title for name, kernel in KERNELS.items() if kernel.weights.shape == (3, 3)
}
_LARGEST = 16
RATES = (0.001, 0.1)
"""The least learning rate, which is also the distance between two, and the largest."""
MOST_STEPS = 600


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is to be learned, and how.

    Attributes:
        image: H×W.
        target: Of the shape that the kernel gives.
        start: kh×kw, the weights before the first step.
        rate: The learning rate.
        steps: How many steps.
        best: The kernel that least squares finds.
    """

    image: NDArray[np.float64]
    target: NDArray[np.float64]
    start: NDArray[np.float64]
    rate: float
    steps: int
    best: Fit


def choose_lesson() -> Lesson:
    """Draw the settings.

    Raises:
        ConvolutionError: With a sentence, where input and target do not go together.
    """
    source = choice(st.selectbox, "The target", _TARGETS, "right", key="le_target")
    default = lecture_case("s4-learned-theta")["inputs"]["image"]
    image = lab.grid_field(":blue[Input]", default, key="le_x", height=190)
    if max(image.shape) > _LARGEST:
        raise ConvolutionError(
            f"The input has {image.shape[0]}×{image.shape[1]} cells; {_LARGEST}×{_LARGEST} is the"
            " largest input for which every step can be shown."
        )
    size = (3, 3)
    if source == "filter":
        name = choice(st.selectbox, "Filter", _FILTERS, next(iter(_FILTERS)), key="le_filter")
        target = correlate2d(image, KERNELS[name].weights)
    elif source == "kernel":
        blur = lecture_case("s4-blur")["inputs"]["kernel"]
        hidden = lab.grid_field(":violet[Kernel to be found]", blur, key="le_k", height=100)
        size = (hidden.shape[0], hidden.shape[1])
        target = correlate2d(image, hidden)
    elif source == "typed":
        target = lab.grid_field("Target", _slide_target(), key="le_y", height=150)
    else:
        target = _right_target() if source == "right" else _slide_target()
    best = fit_kernel(image, target, size)
    rate = paired("Learning rate", *RATES, 0.02, step=RATES[0], format="%g", key="le_rate")
    steps = paired("Steps", 20, MOST_STEPS, 300, step=20, key="le_steps")
    seed = paired(
        "Initial weights (seed)",
        0,
        9,
        0,
        key="le_seed",
        help=("0 starts from all zeros, 1 to 9 from random weights."),
    )
    if np.isfinite(best.largest_rate):
        st.caption(
            "For this input, descent converges if the learning rate is below"
            f" {best.largest_rate:.3g}."
        )
    random = np.random.default_rng(seed).normal(0, 0.3, size).round(2)
    return Lesson(image, target, random if seed else np.zeros(size), rate, steps, best)


def slide_section() -> None:
    """Show a target that no kernel can reach, and which of its cells are to blame."""
    st.header("A target that no kernel can reach")
    picture = lecture_case("s4-learned-theta")["inputs"]["image"]
    slide, right = _slide_target(), _right_target()
    wrong = fit_kernel(picture, slide)
    lab.correction(
        "Four wrong cells in a blurred picture are enough: **no 3×3 kernel gives this target**, and"
        f" the best one leaves a loss of {wrong.residual:.4f}. With the right cells, gradient"
        " descent and least squares find the blur kernel exactly.",
        "it learns a kernel from the target with the wrong cells, which come from"
        f" the {lecture_source('s4-blur')}",
        "s4-learned-theta",
    )
    blur = lecture_case("s4-blur")["inputs"]["kernel"]
    traced = trace(picture, blur)
    words = [
        f"{a:g} instead of {b:g}" if a != b else f"{a:g}, which is right"
        for a, b in zip(slide.flat, right.flat, strict=True)
    ]
    linked_grids(
        [
            Panel("Input", traced.image[0]),
            Panel("Blurred", traced.output, sign="→"),
            Panel("With wrong cells", slide, sign="|", words=words),
            Panel(
                "Difference", (slide - right).round(9), sign="→", words=words, note="wrong − right"
            ),
        ],
        [
            lab.sums(1, 0, traced),
            *(Link(other, 1, np.arange(slide.size)[:, None]) for other in (2, 3)),
        ],
        key="le_wrong",
        alt="The blurred picture, the same with four wrong cells, and their difference",
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.tensor({np.asarray(picture, float).tolist()})[None, None]\n"
        f"kernel = torch.tensor({blur})[None, None]\n"
        f"slide = torch.tensor({slide.tolist()})\n"
        "blurred = F.conv2d(x, kernel)[0, 0]\nprint(blurred, slide - blurred)\n",
        driver=3,
        start=5,
        play=False,
    )


def _slide_target() -> NDArray[np.float64]:
    """The target as the slide prints it, four cells wrong."""
    return np.array(lecture_case("s4-learned-theta")["expected"]["slide_value"], float)


def _right_target() -> NDArray[np.float64]:
    """The target that the deck's blur really gives."""
    return np.array(lecture_case("s4-learned-theta")["inputs"]["target"], float)
