"""Six networks side by side, one of one's own, and what flows through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
import torch

from cnnviz.datasets import data_code, load_dataset, normalise
from cnnviz.training.experiments.vanishing_gradients import (
    Bend,
    DeepNet,
    Flow,
    Start,
    flow_code,
    measure,
)
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings

if TYPE_CHECKING:
    from torch import Tensor

PICTURES, SEED = 64, 0
SIX: dict[str, DeepNet] = {
    "PyTorch's default": DeepNet(),
    "He": DeepNet(start="he"),
    "He, batch norm": DeepNet(start="he", norm=True),
    "Default, skips": DeepNet(skip=True),
    "Sigmoid": DeepNet(bend="sigmoid"),
    "Sigmoid, skips": DeepNet(bend="sigmoid", skip=True),
}
STARTS: dict[Start, str] = {
    "pytorch": "PyTorch's default",
    "he": "He",
    "xavier": "Xavier",
    "small": "Half of He",
    "large": "Twice He",
}
BENDS: dict[Bend, str] = {
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "tanh": "tanh",
    "identity": "None",
}


@st.cache_resource(show_spinner=False)
def _batch() -> tuple[Tensor, Tensor]:
    """The first digits, normalised by the mean and spread of all, and their labels."""
    data = load_dataset("digits")
    images = torch.from_numpy(data.train_images[:PICTURES].copy())
    labels = torch.from_numpy(data.train_labels[:PICTURES].copy())
    return normalise(images, data.mean, data.std), labels


@st.cache_data(max_entries=256, show_spinner=False)
def flow(net: DeepNet) -> Flow:
    """What is measured of a network with the first digits."""
    return measure(net, *_batch(), seed=SEED)


def own_net(depth: int) -> DeepNet:
    """The network that the switches say."""
    with settings("own"):
        st.markdown("Beside six that stay as their names say, **your own**, of as many layers:")
    with settings("own_switches", horizontal=True):
        start = choice(st.selectbox, "Initial weights", STARTS, "he", key="va_start", width=180)
        bend = choice(st.selectbox, "Activation", BENDS, "relu", key="va_bend", width=130)
        norm = st.toggle("Batch norm", key="va_norm", bind="query-params")
        skip = st.toggle("Skips", value=True, key="va_skip", bind="query-params")
    return DeepNet(depth, start, bend, norm, skip)


def code(net: DeepNet) -> str:
    """Lines that print the gradients of a network."""
    return flow_code(net, data_code("digits"), PICTURES, seed=SEED)
