"""What a browser needs to train a network by itself, and PyTorch code that takes the same steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from cnnviz.datasets import DATASETS as KNOWN
from cnnviz.datasets import data_code, load_dataset
from cnnviz.networks import (
    NetworkError,
    build,
    network_from_line,
    network_line,
    network_spec,
    pytorch_code,
    summary,
)
from cnnviz.training.config import check_trainable, make_config

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.networks import Spec
    from cnnviz.runs import RunConfig

DATASETS = ("mnist5k", "digits")
TEST_PICTURES = 500
MOST_MACS = 12_000_000
"""Multiply-adds of a picture; a step of ten pictures then takes a browser about half a second."""
MOST_PARAMETERS = 400_000
REFUSED = {"dropout", "sample", "tableconv", "rbf"}
"""Kinds of layers that `cnnviz/components/kit/network/learning.js` does not train."""

_LARGER = "c8k5p2 relu p2 c16k5p2 relu p3 fc{classes}"
_SMALLER = "c8k3p1 relu p2 c16k3p1 relu p2 fc{classes}"


@dataclass(frozen=True, eq=False)
class Lesson:
    """A network before its first step, and its pictures in the order in which they come.

    Attributes:
        config: The network and its data, as a run would have them.
        weights: The first weights, by name.
        images: N×C×H×W, 0 to 255; after the last one the first comes again.
        labels: N.
        test_images: M×C×H×W, held out.
        test_labels: M.
    """

    config: RunConfig
    weights: dict[str, Tensor]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]


def starting_lines(dataset: str) -> dict[str, tuple[str, str]]:
    """Networks to begin with for a data set: by id, a title and the line.

    The first one for MNIST is that of A. Karpathy's ConvNetJS demo, without its cropping.
    """
    shape = KNOWN[dataset].shape
    large = min(shape[1:]) >= 24
    return {
        "two": ("Two convolutions", (_LARGER if large else _SMALLER).format(classes=10)),
        "gap": ("GAP net with batch norm", network_line(network_spec("gap", shape, 10))),
        "dense": ("Fully connected", "fc32 relu fc10"),
    }


def lesson(dataset: str, line: str, seed: int) -> Lesson:
    """Make everything ready to train a network in a browser.

    Args:
        dataset: One of `DATASETS`.
        line: The network's layers; the last gives as many numbers as there are classes.
        seed: Of the first weights, and of the order of the pictures.

    Raises:
        NetworkError: The line is no network for these pictures, or one that is too large for a
            browser or has layers that are not trained there.
    """
    data = load_dataset(dataset)
    spec = network_from_line(line)
    check_trainable(spec, data.shape, len(data.classes), 2)
    _check_size(spec, data.shape)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        weights = build(spec, data.shape).state_dict()
    order, held_out = (
        torch.randperm(count, generator=torch.Generator().manual_seed(seed)).numpy()
        for count in (len(data.train_labels), len(data.test_labels))
    )
    held_out = held_out[:TEST_PICTURES]
    return Lesson(
        make_config(data, spec), weights, data.train_images[order], data.train_labels[order],
        data.test_images[held_out], data.test_labels[held_out],
    )  # fmt: skip


def _check_size(spec: Spec, shape: tuple[int, int, int]) -> None:
    rows = summary(spec, shape)
    for row in rows:
        if row.kind in REFUSED:
            raise NetworkError(
                f"{row.name} cannot be trained in the browser: leave out {row.kind} layers."
            )
    macs, parameters = sum(row.macs for row in rows), sum(row.parameters for row in rows)
    if macs > MOST_MACS or parameters > MOST_PARAMETERS:
        raise NetworkError(
            f"This network has {parameters:,} parameters and {macs:,} multiply-adds for a picture."
            f" In the browser at most {MOST_PARAMETERS:,} and {MOST_MACS:,} are trained: take fewer"
            " maps, or pool earlier."
        )


def lesson_code(
    of: Lesson, seed: int, *, batch: int, optimiser: str, rate: float, momentum: float
) -> str:
    """PyTorch code that trains the same network on the same batches and prints each loss.

    Args:
        of: The network and its pictures.
        seed: With which it was made.
        batch: Pictures of a step.
        optimiser: `sgd`, `momentum` or `adam`.
        rate: The learning rate.
        momentum: Of `momentum`.

    Returns:
        Code in which `STEPS` is to be replaced by their number.
    """
    config = of.config
    network = pytorch_code(config.spec, config.input_shape)
    network = network[: network.rindex("print(")].rstrip()
    beta = f", momentum={momentum!r}" if optimiser == "momentum" else ""
    name = "Adam" if optimiser == "adam" else "SGD"
    return f"""import torch
import torch.nn.functional as F

torch.manual_seed({seed})  # the first weights
{network}

{data_code(config.dataset)}
order = torch.randperm(len(train_x), generator=torch.Generator().manual_seed({seed}))
mean, std = torch.tensor({config.mean!r}), torch.tensor({config.std!r})
x, y = ((train_x[order] / 255 - mean) / std).permute(0, 3, 1, 2), train_y[order]
optimiser = torch.optim.{name}(model.parameters(), lr={rate!r}{beta})
for step in range(STEPS):
    batch = torch.arange(step * {batch}, (step + 1) * {batch}) % len(y)
    loss = F.cross_entropy(model(x[batch]), y[batch])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    print(step + 1, loss.item())
"""
