"""Dropout at work: many thinned networks, and their average beside the whole one.

N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 2014.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection.digits import RUN
from cnnviz.inspection.guard import untouched
from cnnviz.inspection.models import load_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.datasets import Dataset

UNITS = 64
NETS = 100


@dataclass(frozen=True, eq=False)
class Thinned:
    """Networks that dropout makes of one, asked about one digit and about all test digits.

    Attributes:
        picture: The digit, 8×8, 0 to 255.
        hidden: The units that are dropped: UNITS.
        masks: What dropout multiplies them by, NETS×UNITS: 0 or 1 ∕ (1 − p).
        each: Probabilities of each thinned network, NETS×10.
        average: The mean of the first 1, 2, … of them, NETS×10.
        whole: The network with all units, as at test time: 10.
        distance: How far the mean of the thinned networks' logits is from the whole network's:
            the largest difference, NETS.
        each_right: Share of test digits that each thinned network names rightly, NETS.
        average_right: Share that the mean of the probabilities so far names rightly, NETS.
        whole_right: The whole network's.
    """

    picture: NDArray[np.uint8]
    hidden: NDArray[np.float32]
    masks: NDArray[np.float32]
    each: NDArray[np.float32]
    average: NDArray[np.float32]
    whole: NDArray[np.float32]
    distance: NDArray[np.float32]
    each_right: NDArray[np.float32]
    average_right: NDArray[np.float32]
    whole_right: float


def thinned(number: int, rate: float, seed: int) -> Thinned:
    """Drop units in front of the digits network's last layer, again and again.

    The network was trained without dropout.

    Args:
        number: Which of the test digits to show.
        rate: Probability p that a unit is dropped, from 0 to below 1.
        seed: Of the masks.
    """
    features, weight, bias = _last_layer()
    data = load_digits()
    labels = torch.from_numpy(data.test_labels)
    masks = dropout_masks(rate, seed)
    # A mask on the units is the same mask on the weights that read them.
    masked = (weight * masks[:, None]).flatten(0, 1)
    logits = (features @ masked.T).reshape(len(features), NETS, -1).transpose(0, 1) + bias
    whole = features @ weight.T + bias
    probabilities = logits.softmax(2)
    so_far = torch.arange(1, NETS + 1)
    means = probabilities.cumsum(0) / so_far.view(-1, 1, 1)
    mean_logits = logits[:, number].cumsum(0) / so_far[:, None]
    return Thinned(
        picture=data.test_images[number, 0],
        hidden=features[number].numpy(),
        masks=masks.numpy(),
        each=probabilities[:, number].numpy(),
        average=means[:, number].numpy(),
        whole=whole[number].softmax(0).numpy(),
        distance=(mean_logits - whole[number]).abs().amax(1).numpy(),
        each_right=(logits.argmax(2) == labels).float().mean(1).numpy(),
        average_right=(means.argmax(2) == labels).float().mean(1).numpy(),
        whole_right=float((whole.argmax(1) == labels).float().mean()),
    )


def dropout_masks(rate: float, seed: int) -> Tensor:
    """What `torch.nn.functional.dropout` makes of ones: NETS×UNITS of 0 and 1 ∕ (1 − p)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return F.dropout(torch.ones(NETS, UNITS), rate)


def dropout_code(number: int, rate: float, seed: int) -> str:
    """PyTorch code that prints the thinned networks' average and the whole network's answer."""
    features, weight, bias = _last_layer()
    units = [round(value, 4) for value in features[number].tolist()]
    weights = [[round(value, 4) for value in row] for row in weight.tolist()]
    biases = [round(value, 4) for value in bias.tolist()]
    return (
        "import torch\nimport torch.nn.functional as F\n\n"
        f"units = torch.tensor({units})\n"
        f"weight = torch.tensor({weights})\n"
        f"bias = torch.tensor({biases})\n\n"
        f"torch.manual_seed({seed})\n"
        f"masks = F.dropout(torch.ones({NETS}, {UNITS}), {rate:g})\n"
        "thinned = F.linear(units * masks, weight, bias)\n"
        "average = thinned.softmax(1).mean(0)\n"
        "whole = F.linear(units, weight, bias).softmax(0)\n"
        "print(average, whole)\n"
    )


@functools.cache
def load_digits() -> Dataset:
    """The digits."""
    return load_dataset("digits")


@functools.cache
def _last_layer() -> tuple[Tensor, Tensor, Tensor]:
    """What enters the last layer for all test digits, N×UNITS, its weights 10×UNITS and biases."""
    model, config = load_model(RUN), RUN.config
    *before, last = model.children()
    with untouched(model), torch.no_grad():
        x = normalise(torch.from_numpy(load_digits().test_images).float(), config.mean, config.std)
        for layer in before:
            x = layer(x)
        return x.clone(), last.weight.clone(), last.bias.clone()  # type: ignore[operator]
