"""The digits network that comes with cnnviz, asked about pictures of 8×8 pixels."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.datasets import normalise
from cnnviz.imaging.pixels import shuffled
from cnnviz.inspection.activations import feature_maps
from cnnviz.inspection.guard import untouched
from cnnviz.inspection.models import load_model
from cnnviz.inspection.samples import Samples, load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor

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


def first_maps(image: ArrayLike) -> NDArray[np.float64]:
    """What the network's first layer makes of a digit, after a ReLU.

    Args:
        image: 8×8, 0 to 255.

    Returns:
        16×8×8, none negative.
    """
    config, model = RUN.config, _network()
    values = torch.as_tensor(np.asarray(image, dtype=np.float32)).reshape(1, 1, 8, 8)
    maps = feature_maps(model, normalise(values, config.mean, config.std))
    first = next(iter(maps.values()))[0].relu()
    return np.asarray(first.numpy(), dtype=np.float64)


def first_filters() -> NDArray[np.float32]:
    """The filters of the network's first layer: 16×3×3."""
    weights = next(iter(_network().parameters()))
    return np.asarray(weights.detach()[:, 0].numpy())


def at_size(images: ArrayLike, side: int) -> list[tuple[str, tuple[int, ...]]]:
    """The layers of the network and the shapes that they give for digits of another size.

    Args:
        images: N×8×8, 0 to 255; enlarged or reduced to `side` bilinearly.
        side: In pixels.

    Returns:
        Name and shape, without the batch, in the order of computation.
    """
    maps = feature_maps(_network(), _resized(images, side))
    return [(name, tuple(values.shape[1:])) for name, values in maps.items()]


@functools.lru_cache(maxsize=64)
def accuracy_at(side: int) -> float:
    """Share of the test digits that the network classifies correctly once they have another size.

    Args:
        side: Of the digits, in pixels; they are enlarged or reduced bilinearly.
    """
    samples, model = digits(), _network()
    with untouched(model), torch.no_grad():
        answers = model(_resized(samples.images[:, 0], side)).argmax(1)
    return float((answers.numpy() == samples.labels).mean())


def refusal(side: int) -> str:
    """What PyTorch says when the same layers end in a fully connected one for 8×8 digits.

    Args:
        side: Of the digit that is shown to it.

    Returns:
        Its message; empty if the size is the right one.
    """
    model = _network()
    layers = list(model.children())
    body = nn.Sequential(*layers[:-3], nn.Flatten())  # without average, flattening and classes
    with untouched(model), torch.no_grad():
        inputs = body(_resized(digits().images[:1, 0], 8)).shape[1]
        try:
            nn.Linear(inputs, 10)(body(_resized(digits().images[:1, 0], side)))
        except RuntimeError as error:
            return str(error)
    return ""


def _resized(images: ArrayLike, side: int) -> Tensor:
    config = RUN.config
    values = torch.as_tensor(np.asarray(images, dtype=np.float32)).reshape(-1, 1, 8, 8)
    sized = F.interpolate(values, (side, side), mode="bilinear", align_corners=False)
    return normalise(sized, config.mean, config.std)


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
