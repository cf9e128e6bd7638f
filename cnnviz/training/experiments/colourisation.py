"""Two networks that colour grey pictures: one by a squared error, one by classes of colour.

R. Zhang, P. Isola and A. A. Efros, Colorful image colorization, arXiv:1603.08511: where several
colours are plausible, the squared error is smallest for their mean, which is dull; a distribution
over classes of colour keeps them apart. Colours are two numbers beside the grey level, Cb and Cr
(ITU-R BT.601), for which the paper has Lab's a and b.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from cnnviz.datasets import load_dataset
from cnnviz.datasets.colours import (
    HUES,
    PHOTO_SIDE,
    coloured_digits,
    hue,
    patches,
    photo_parts,
    to_ycc,
)
from cnnviz.networks import build
from cnnviz.networks.encoder_decoder import unet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.networks import Spec

Weights = dict[str, "Tensor"]
Kind = Literal["digits", "photos", "cifar10"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out"
SIDES: dict[Kind, int] = {"digits": 28, "photos": PHOTO_SIDE, "cifar10": 32}
PHOTO_CLASSES = 16
_BATCHES: dict[Kind, int] = {"digits": 32, "photos": 8, "cifar10": 32}
_DATA: dict[Kind, str] = {"digits": "mnist5k", "cifar10": "cifar10"}
_RATE = 5e-3
CHROMA_SCALE = 0.25
"""The regression gives Cb and Cr divided by this, so that its numbers are about 1."""


@dataclass(frozen=True, eq=False)
class Colourers:
    """Two networks that colour.

    Attributes:
        centres: K×2, Cb and Cr of each class of colour; the first is grey.
        regression: Weights of `network(2)`.
        classes: Weights of `network(K)`.
    """

    centres: NDArray[np.float32]
    regression: Weights
    classes: Weights


class Step(NamedTuple):
    """Both networks after some steps.

    Attributes:
        step: How many.
        squared: Squared error of the last batch.
        entropy: Cross-entropy of the last batch.
        colourers: The networks.
    """

    step: int
    squared: float
    entropy: float
    colourers: Colourers


def network(outputs: int) -> Spec:
    """From a grey picture, 1×H×W from 0 to 1, to `outputs` numbers for each pixel."""
    return unet(outputs, (8, 16, 32))


def colour_classes(kind: Kind, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cb and Cr of each class of colour, K×2, grey first.

    Of digits, the hues that they were given; of photos and CIFAR-10, what k-means finds in their
    pixels.

    Args:
        kind: Of the pictures.
        pictures: N×H×W×3, 0 to 1.
    """
    grey = np.zeros((1, 2), np.float32)
    if kind == "digits":
        return np.concatenate([grey, [hue(name) for name in HUES]]).astype(np.float32)
    chroma = to_ycc(pictures)[1].reshape(-1, 2)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 1e-4)
    empty = np.zeros(0, np.int32)
    *_, centres = cv2.kmeans(chroma[::7], PHOTO_CLASSES - 1, empty, stop, 1, cv2.KMEANS_PP_CENTERS)
    order = np.argsort(np.arctan2(centres[:, 1], centres[:, 0]))
    return np.concatenate([grey, centres[order]]).astype(np.float32)


def nearest_class(chroma: Tensor, centres: Tensor) -> Tensor:
    """The class whose centre is nearest: …×2 and K×2 give … whole numbers."""
    return torch.cdist(chroma.reshape(-1, 2), centres).argmin(1).reshape(chroma.shape[:-1])


def expected(shares: Tensor, centres: Tensor) -> Tensor:
    """The mean colour of a distribution: …×K and K×2 give …×2."""
    return shares @ centres


def learn(kind: Kind, *, steps: int, every: int = 100, seed: int = 0) -> Iterator[Step]:
    """Train both networks on the same pictures.

    Rare classes count more: by the inverse of their frequency, mixed half with an even one, as in
    the paper's equation 4, without the smoothing.

    Args:
        kind: Of the pictures.
        steps: Updates of the weights.
        every: After how many steps the networks are seen.
        seed: Of the weights, the pictures and, for digits, their colours.

    Yields:
        The networks every so many steps and at the end.

    Raises:
        DatasetError: The pictures are not on this computer.
    """
    random = np.random.default_rng(seed)
    data = None if kind == "photos" else load_dataset(_DATA[kind])
    parts = photo_parts(test=False) if kind == "photos" else []

    def batch(count: int) -> NDArray[np.float32]:
        if data is None:
            return patches(parts, count, random)
        chosen = random.integers(len(data.train_labels), size=count)
        if kind == "cifar10":
            return np.float32(1 / 255) * data.train_images[chosen].transpose(0, 2, 3, 1)
        return coloured_digits(
            data.train_images[chosen, 0], data.train_labels[chosen].tolist(), random
        )

    first = batch(200)
    centres = colour_classes(kind, first)
    places = torch.from_numpy(centres)
    classes = nearest_class(torch.from_numpy(to_ycc(first)[1]), places)
    share = torch.bincount(classes.flatten(), minlength=len(centres)) / classes.numel()
    weights = 1 / (0.5 * share + 0.5 / len(centres))
    weights /= (share * weights).sum()
    side = SIDES[kind]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        models = [build(network(outputs), (1, side, side)) for outputs in (2, len(centres))]
    optimisers = [torch.optim.AdamW(model.parameters(), lr=_RATE) for model in models]
    schedules = [
        torch.optim.lr_scheduler.OneCycleLR(one, _RATE, total_steps=steps) for one in optimisers
    ]
    for step in range(1, steps + 1):
        grey, chroma = map(torch.from_numpy, to_ycc(batch(_BATCHES[kind])))
        given = grey[:, None]
        losses = (
            F.mse_loss(models[0](given), chroma.permute(0, 3, 1, 2) / CHROMA_SCALE),
            F.cross_entropy(models[1](given), nearest_class(chroma, places), weights),
        )
        for loss, optimiser, schedule in zip(losses, optimisers, schedules, strict=True):
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        if step % every == 0 or step == steps:
            one, other = (
                {
                    name: value.detach().clone()
                    for name, value in model.state_dict().items()
                    if value.is_floating_point()
                }
                for model in models
            )
            yield Step(step, losses[0].item(), losses[1].item(), Colourers(centres, one, other))


_PARTS = ("regression", "classes")


def save(colourers: Colourers, kind: Kind) -> None:
    """Keep two networks as those that come with the app."""
    tensors = {
        f"{part}.{name}": value.half().contiguous()
        for part in _PARTS
        for name, value in getattr(colourers, part).items()
    }
    save_file(tensors | {"centres": torch.from_numpy(colourers.centres)}, _file(kind))


def shipped(kind: Kind) -> Colourers:
    """The networks that come with the app."""
    tensors = {name: value.float() for name, value in load_file(_file(kind)).items()}
    one, other = (
        {
            name.removeprefix(f"{part}."): value
            for name, value in tensors.items()
            if name.startswith(f"{part}.")
        }
        for part in _PARTS
    )
    return Colourers(tensors["centres"].numpy(), one, other)


def _file(kind: Kind) -> Path:
    return SHIPPED / f"colourisation_{kind}.safetensors"
