"""The tricks of learning, switched one by one in a small deep network that learns digits."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.networks import build, network_from_line
from cnnviz.training.experiments.side_by_side import Contest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

LAYERS = 10
"""Convolutions, of 3×3."""
MAPS, MANY_MAPS = 8, 16
RATES = {"SGD": 0.1, "Adam": 0.005}
DROPPED = 0.3
_PICTURES = 400


class Tricks(NamedTuple):
    """Which tricks a network and its training have.

    Attributes:
        relu: ReLU behind each convolution, in place of a sigmoid.
        norm: Batch norm between them.
        skips: Each layer but the first adds what it was given to what it computes.
        adam: Adam's steps, in place of plain ones down the gradient.
        wide: 16 maps a layer, in place of 8.
        dropout: 3 of 10 maps are dropped in front of the last layer.
    """

    relu: bool = False
    norm: bool = False
    skips: bool = False
    adam: bool = False
    wide: bool = False
    dropout: bool = False


def line_of(tricks: Tricks) -> str:
    """The network, as a line of text."""
    layer = " ".join(
        [
            f"c{MANY_MAPS if tricks.wide else MAPS}k3p1",
            *["bn"] * tricks.norm,
            "relu" if tricks.relu else "sigmoid",
        ]
    )
    later = f"res[{layer}]" if tricks.skips else layer
    dropped = [f"drop{DROPPED:g}"] * tricks.dropout
    return " ".join([layer, *[later] * (LAYERS - 1), "gap", *dropped, "fc10"])


def tricks_contest(nets: dict[str, Tricks], seed: int) -> Contest:
    """Networks with tricks and without, on the same batches of handwritten digits.

    Args:
        nets: What each has, by its name.
        seed: Of first weights, batches and what is dropped.
    """
    data = load_dataset("digits")
    train, test = (
        normalise(torch.from_numpy(images.copy()), data.mean, data.std)
        for images in (data.train_images[:_PICTURES], data.test_images)
    )

    def make(tricks: Tricks) -> nn.Module:
        return build(network_from_line(line_of(tricks)), data.shape)

    def plain(weights: Iterator[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.SGD(weights, lr=RATES["SGD"])

    return Contest(
        {name: functools.partial(make, tricks) for name, tricks in nets.items()},
        (train, torch.from_numpy(data.train_labels[:_PICTURES].copy())),
        {"test": (test, torch.from_numpy(data.test_labels.copy()))},
        rounds=25, steps=12, batch=32, rate=RATES["Adam"], seed=seed,
        optimisers={name: plain for name, tricks in nets.items() if not tricks.adam},
    )  # fmt: skip
