"""Batch normalisation at work: a batch before and after, in training and in evaluation.

S. Ioffe and C. Szegedy, Batch Normalization, ICML 2015.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection.digits import RUN
from cnnviz.inspection.guard import untouched
from cnnviz.inspection.models import load_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

BATCHES = 60
CHANNELS = 16
BINS = 31
EPS = 1e-5
REACH = 4.0
"""How far the histograms reach to either side of the middle, in standard deviations of all
pictures."""


@dataclass(frozen=True, eq=False)
class Normalised:
    """One channel of many batches, T = BATCHES.

    Attributes:
        maps: The channel of a batch's first picture: before, in training, in evaluation, each
            T×H×W.
        histograms: Shares of the batch's numbers in BINS bins: before, in training, in evaluation,
            each T×BINS.
        before_edges: BINS + 1 edges of the histogram before; those after reach from −REACH to
            REACH.
        batch_mean: Of the channel over pictures and places, T.
        batch_variance: The same of its variance (divided by the count), T.
        running_mean: The running mean after each batch, T.
        running_variance: The running variance, T.
        after: Mean and standard deviation in training and in evaluation: 4 by T.
    """

    maps: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    histograms: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    before_edges: NDArray[np.float64]
    batch_mean: NDArray[np.float64]
    batch_variance: NDArray[np.float64]
    running_mean: NDArray[np.float64]
    running_variance: NDArray[np.float64]
    after: NDArray[np.float64]


def normalised(channel: int, size: int, momentum: float) -> Normalised:
    """Follow a channel of the digits network's first layer through batches of training digits.

    Each batch is normalised by its own statistics, as in training, and by the running ones so far,
    as in evaluation. Scale and shift are 1 and 0, as at the start of training.

    Args:
        channel: From 0 to CHANNELS − 1.
        size: Pictures in a batch, 1 or more.
        momentum: Share of the new batch in the running statistics.
    """
    every = first_maps()[:, channel]
    values = every[torch.stack(batches(size))]  # T×N×H×W
    # Each batch as a channel of its own: all are normalised at once.
    x = values.transpose(0, 1)
    training = F.batch_norm(x, None, None, training=True, eps=EPS).transpose(0, 1)
    means = values.mean((1, 2, 3)).double().numpy()
    variances = values.var((1, 2, 3), correction=0).double().numpy()
    running = np.array(list(_running(means, variances, values[0].numel(), momentum))).T
    mean, variance = (torch.from_numpy(part).float().view(-1, 1, 1, 1) for part in running)
    evaluation = (values - mean) / (variance + EPS).sqrt()
    middle, spread = float(every.mean()), float(every.std())
    edges = np.linspace(middle - REACH * spread, middle + REACH * spread, BINS + 1)
    after_edges = np.linspace(-REACH, REACH, BINS + 1)
    parts = (values, training, evaluation)
    before, trained, evaluated = (part[:, 0].numpy() for part in parts)
    shares = [
        _histograms(part, bins)
        for part, bins in zip(parts, (edges, after_edges, after_edges), strict=True)
    ]
    after = [
        statistic.numpy()
        for part in parts[1:]
        for statistic in (part.mean((1, 2, 3)), part.std((1, 2, 3), correction=0))
    ]
    return Normalised(
        (before, trained, evaluated),
        (shares[0], shares[1], shares[2]),
        edges,
        means,
        variances,
        running[0],
        running[1],
        np.stack(after),
    )


def _running(
    means: NDArray[np.float64], variances: NDArray[np.float64], count: int, momentum: float
) -> Iterator[tuple[float, float]]:
    """The running mean and variance after each batch of `count` numbers, from 0 and 1.

    As in PyTorch, the batch's variance is divided by count − 1 here, by count in training.
    """
    mean, variance = 0.0, 1.0
    for batch_mean, batch_variance in zip(means, variances, strict=True):
        mean += momentum * (batch_mean - mean)
        variance += momentum * (batch_variance * count / (count - 1) - variance)
        yield mean, variance


def batches(size: int) -> list[Tensor]:
    """Which training digits each batch has: a shuffled order, begun anew at its end."""
    order = torch.randperm(len(first_maps()), generator=torch.Generator().manual_seed(0))
    at = torch.arange(BATCHES * size).reshape(BATCHES, size) % len(order)
    return list(order[at])


@functools.cache
def first_maps() -> Tensor:
    """What enters the first batch norm of the digits network, for all training digits: N×16×4×4."""
    images, model, config = load_dataset("digits").train_images, load_model(RUN), RUN.config
    with untouched(model), torch.no_grad():
        x = normalise(torch.from_numpy(images).float(), config.mean, config.std)
        for layer in model.children():
            if isinstance(layer, torch.nn.BatchNorm2d):
                break
            x = layer(x)
    return x.clone()


def batch_norm_code(channel: int, size: int, momentum: float) -> str:
    """PyTorch code for the first batch on screen, in training and then in evaluation."""
    numbers = [
        round(value, 4) for value in first_maps()[batches(size)[0], channel].flatten().tolist()
    ]
    return (
        "import torch\nfrom torch import nn\n\n"
        f"x = torch.tensor({numbers}).reshape({size}, 1, 4, 4)\n"
        f"norm = nn.BatchNorm2d(1, momentum={momentum:g})\n\n"
        "norm.train()\n"
        "after = norm(x)\n"
        "print('in training:', after.mean(), after.std(correction=0))\n"
        "norm.eval()\n"
        "after = norm(x)\n"
        "print('in evaluation:', after.mean(), after.std(correction=0))\n"
        "print('running:', norm.running_mean, norm.running_var)\n"
    )


def _histograms(values: Tensor, edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """The share of each batch's numbers in each bin, T×BINS; those beyond the ends are in the last.

    Args:
        values: T×N×H×W.
        edges: BINS + 1.
    """
    flat = values.flatten(1).numpy()
    places = np.floor((flat - edges[0]) / (edges[1] - edges[0])).astype(np.int64)
    places = places.clip(0, BINS - 1) + BINS * np.arange(len(flat))[:, None]
    counts = np.bincount(places.ravel(), minlength=BINS * len(flat)).reshape(-1, BINS)
    shares: NDArray[np.float32] = (counts / flat.shape[1]).astype(np.float32)
    return shares
