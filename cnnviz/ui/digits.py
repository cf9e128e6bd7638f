"""The digits network that comes with cnnviz, and the test pictures to show to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.datasets import normalise
from cnnviz.imaging.pixels import shuffled
from cnnviz.inspection import Samples, load_model, load_samples, untouched
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor, nn

RUN = Run(SHIPPED / "digits-gap", shipped=True)


@st.cache_resource(show_spinner="Reading the digits", max_entries=1)
def digits() -> Samples:
    """The test pictures: N×1×8×8 `uint8`, light strokes on a dark ground."""
    return load_samples(RUN)


@st.cache_resource(show_spinner=False, max_entries=1)
def _network() -> nn.Module:
    return load_model(RUN)


def probabilities(images: ArrayLike) -> NDArray[np.float32]:
    """What the network says of digits.

    Args:
        images: N×8×8 or 8×8, 0 to 255.

    Returns:
        N×10 (N = 1 for a single picture), each row sums to 1.
    """
    config, model = RUN.config, _network()
    values: Tensor = torch.as_tensor(np.asarray(images, dtype=np.float32)).reshape(-1, 1, 8, 8)
    with untouched(model), torch.no_grad():
        answers: Tensor = model(normalise(values, config.mean, config.std)).softmax(1)
    result: NDArray[np.float32] = answers.numpy()
    return result


@st.cache_data(show_spinner=False, max_entries=32)
def accuracy(shuffle: int | None) -> float:
    """Share of the test digits that the network gets right.

    Args:
        shuffle: Seed of the permutation of the pixels that all of them go through; None for none.
    """
    samples = digits()
    images = samples.images[:, 0]
    answers = probabilities(images if shuffle is None else shuffled(images, shuffle)).argmax(1)
    return float((answers == samples.labels).mean())


def table(answers: Mapping[str, NDArray[np.float32]]) -> None:
    """Draw what the network takes each picture for, and how sure it is.

    Args:
        answers: Probabilities of the ten digits, by the picture's name.
    """
    st.dataframe(
        {
            "": list(answers),
            "Prediction": [int(answer.argmax()) for answer in answers.values()],
            "Probability": [float(answer.max()) for answer in answers.values()],
        },
        hide_index=True,
        width="content",
        column_config={"Probability": st.column_config.NumberColumn(format="percent")},
        alt="The network's prediction for each picture",
    )
