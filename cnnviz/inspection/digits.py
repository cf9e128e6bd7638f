"""The digits network that comes with cnnviz, asked about pictures of 8×8 pixels."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.datasets import normalise
from cnnviz.imaging.pixels import shuffled
from cnnviz.inspection.guard import untouched
from cnnviz.inspection.models import load_model
from cnnviz.inspection.samples import Samples, load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor, nn

RUN = Run(SHIPPED / "digits-gap", shipped=True)


@functools.cache
def digits() -> Samples:
    """The test pictures: N×1×8×8 `uint8`, light strokes on a dark ground.

    Raises:
        InspectionError: They cannot be read.
        RunError: The network's run cannot be read.
    """
    return load_samples(RUN)


@functools.cache
def _network() -> nn.Module:
    return load_model(RUN)


def probabilities(images: ArrayLike) -> NDArray[np.float32]:
    """The network's prediction for digits.

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


@functools.lru_cache(maxsize=32)
def accuracy(shuffle: int | None) -> float:
    """Share of the test digits that the network classifies correctly.

    Args:
        shuffle: Seed of the permutation of the pixels that all of them go through; None for none.
    """
    samples = digits()
    images = samples.images[:, 0]
    answers = probabilities(images if shuffle is None else shuffled(images, shuffle)).argmax(1)
    return float((answers == samples.labels).mean())
