"""Two small networks that take off what spoiled a picture, with skips and without.

P. Vincent et al., Extracting and composing robust features with denoising autoencoders, ICML 2008:
what is put in is spoiled, what is asked for is the clean picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from cnnviz.datasets import load_dataset
from cnnviz.datasets.spoiled_pictures import spoiled
from cnnviz.networks import build
from cnnviz.networks.encoder_decoder import unet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.networks import Spec

Weights = dict[str, "Tensor"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out" / "undo.safetensors"
SHAPE = (1, 28, 28)
_RATE, _BATCH = 5e-3, 64
_MARGIN = 4  # pixels around a digit, as in MNIST


@dataclass(frozen=True)
class Step:
    """How far the networks are: the mean squared errors of the last steps, and the weights."""

    step: int
    losses: tuple[float, float]
    weights: tuple[Weights, Weights]


def network(*, skips: bool) -> Spec:
    """From a spoiled picture to the clean one, both 1×28×28 from 0 to 1."""
    return unet(1, (8, 16, 32), skips=skips)


def shipped() -> tuple[Weights, Weights]:
    """The weights that come with this app: with skips, and without."""
    tensors = load_file(SHIPPED)
    with_skips, without = (
        {key.removeprefix(head): one for key, one in tensors.items() if key.startswith(head)}
        for head in ("skips.", "plain.")
    )
    return with_skips, without


def digits(*, test: bool) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The small handwritten digits at 28×28, with a margin, N×1×28×28; and their labels."""
    data = load_dataset("digits")
    side = SHAPE[1] - 2 * _MARGIN
    images = data.test_images if test else data.train_images
    found = np.zeros((len(images), *SHAPE), np.uint8)
    inner = found[:, 0, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    for picture, image in zip(inner, images, strict=True):
        picture[:] = cv2.resize(image[0], (side, side), interpolation=cv2.INTER_CUBIC)
    return found, data.test_labels if test else data.train_labels


def learn(pictures: NDArray[np.uint8], *, steps: int, seed: int = 0) -> Iterator[Step]:
    """Train both networks on pictures that are spoiled anew each time.

    Args:
        pictures: N×1×28×28: the clean ones.
        steps: Updates of the weights.
        seed: Of the weights and of what spoils.

    Yields:
        Every hundredth step, and the last.
    """
    random = np.random.default_rng(seed)
    models, optimisers, schedules = [], [], []
    for skips in (True, False):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            models.append(build(network(skips=skips), SHAPE))
        optimisers.append(torch.optim.AdamW(models[-1].parameters(), lr=_RATE))
        schedules.append(
            torch.optim.lr_scheduler.OneCycleLR(optimisers[-1], _RATE, total_steps=steps)
        )
    losses: list[list[float]] = [[], []]
    for step in range(1, steps + 1):
        clean = pictures[random.integers(len(pictures), size=_BATCH)]
        inputs, wanted = as_input(spoiled(clean, random)), as_input(clean)
        for at, model in enumerate(models):
            optimisers[at].zero_grad(set_to_none=True)
            loss = F.mse_loss(model.train()(inputs), wanted)
            loss.backward()  # type: ignore[no-untyped-call]
            optimisers[at].step()
            schedules[at].step()
            losses[at].append(loss.item())
        if step % 100 == 0 or step == steps:
            first, second = (
                {name: value.detach().clone() for name, value in model.state_dict().items()}
                for model in models
            )
            means = [float(np.mean(values[-100:])) for values in losses]
            yield Step(step, (means[0], means[1]), (first, second))


def as_input(pictures: NDArray[np.uint8]) -> Tensor:
    """Grey levels as the networks read and give them: 0 to 1."""
    return torch.from_numpy(pictures).float() / 255
