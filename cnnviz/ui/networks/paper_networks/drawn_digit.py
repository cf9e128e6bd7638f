"""LeNet-5 on a digit that is drawn: C1, S2, C3, S4, C5, F6 follow the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.components.draw import draw
from cnnviz.components.network import LAYER, network_map
from cnnviz.datasets import load_dataset
from cnnviz.training.experiments import lenet5
from cnnviz.ui.shared.choice import choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAD = "pn_pad"


@st.cache_data(show_spinner=False)
def _digits() -> NDArray[np.uint8]:
    """The first test picture of each digit: 10×1×32×32."""
    data = load_dataset("mnist5k")
    first = [int(np.flatnonzero(data.test_labels == digit)[0]) for digit in range(10)]
    return np.pad(data.test_images[first], ((0, 0), (0, 0), (2, 2), (2, 2)))


def show_drawn_digit() -> None:
    """Draw the pad, and the network that reads it."""
    config, weights = lenet5.config(), lenet5.shipped().state_dict()
    st.markdown(
        "The paper’s network, trained here on 4,000 of MNIST’s digits; it reads"
        f" {lenet5.accuracy():.1%} of 1,000 others. Draw a digit: all layers follow the pen. The"
        " scores are minus the squared distances of F6 to each digit’s picture of 7×12, so they"
        " are nearer to 0 the better."
    )
    beside, figure = st.columns([1, 4], gap="medium")
    with beside:
        digit = choice(
            st.selectbox, "Until you draw", {at: f"A {at} of MNIST" for at in range(10)}, 2,
            key="digit",
        )  # fmt: skip
        seen = _digits()[digit]
        draw(config, key=_PAD, known=np.zeros((1, 32, 32), np.uint8), on_draw=None)
    with figure:
        network_map(
            config, weights, lenet5.inputs_of(torch.from_numpy(seen[None, :, 2:-2, 2:-2]))[0],
            key="pn_digit",
            name=f"A {digit} of MNIST",
            picture=_PAD,
            pytorch=lenet5.maps_code(seen, LAYER),
            note="It gives the numbers of the digit that is shown until you draw.",
            names=lenet5.NAMES,
            waits=True,
        )  # fmt: skip
