"""Two small networks that learn the class of every pixel, U-Net and the same without its skips."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from safetensors.torch import load_file

from cnnviz.datasets.scenes import CLASSES, SIDE, make_scenes, stacked
from cnnviz.inspection.iou import foreground_overlap, overlap
from cnnviz.networks import build
from cnnviz.networks.encoder_decoder import unet
from cnnviz.training.tasks.pixel_losses import squared, weighted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.networks import Spec

Loss = Literal["weighted", "mse"]
Weights = dict[str, "Tensor"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out" / "pixel_classes.safetensors"
SHAPE = (1, SIDE, SIDE)
SCENES, TEST_SCENES, STEPS, BATCH = 1200, 64, 160, 16
_RATE, _EVERY = 1e-2, 10


@dataclass(frozen=True, eq=False)
class Learned:
    """What one of the networks has learned so far.

    Attributes:
        loss: Mean loss of the steps since the one before; NaN before the first.
        foreground: Intersection over union of all that is not background, on test scenes.
        digits: Mean of the intersections over unions of the digits' classes.
        weights: By name.
    """

    loss: float
    foreground: float
    digits: float
    weights: Weights


@dataclass(frozen=True, eq=False)
class Step:
    """Both networks after some steps.

    Attributes:
        step: How many.
        networks: With skips, and without.
    """

    step: int
    networks: tuple[Learned, Learned]


def network(classes: int = len(CLASSES), *, skips: bool) -> Spec:
    """U-Net for the scenes, from 1×SIDE×SIDE to a score for each class and pixel."""
    return unet(classes, skips=skips)


def shipped() -> tuple[Weights, Weights]:
    """The weights that come with this app: with skips, and without."""
    tensors = load_file(SHIPPED)
    return _part(tensors, "skips."), _part(tensors, "plain.")


def _part(tensors: Weights, head: str) -> Weights:
    return {key.removeprefix(head): one for key, one in tensors.items() if key.startswith(head)}


def pixel_loss(scores: Tensor, truth: Tensor, loss: Loss) -> Tensor:
    """The loss of scores for every pixel.

    Args:
        scores: N×K×H×W logits.
        truth: N×H×W class numbers.
        loss: `weighted`, the cross-entropy of U-Net's paper, in which a pixel of the background
            counts BACKGROUND_WEIGHT; or `mse`, the mean squared difference of the softmax from 1
            at the true class and 0 elsewhere.
    """
    return (squared if loss == "mse" else weighted)(scores, truth)


def learn(loss: Loss, *, steps: int = STEPS, scenes: int = SCENES, seed: int = 0) -> Iterator[Step]:
    """Train both networks side by side, on the same scenes in the same order.

    Args:
        loss: What is made small.
        steps: Updates of the weights.
        scenes: How many scenes there are to learn from.
        seed: Of the weights, the scenes and their order.

    Yields:
        The networks before the first step, every tenth, and after the last.
    """
    yield from learn_from(
        stacked(make_scenes(scenes, seed=seed)),
        stacked(make_scenes(TEST_SCENES, seed=seed, test=True)),
        len(CLASSES),
        loss,
        steps=steps,
        seed=seed,
    )


Labelled = tuple["NDArray[np.uint8]", "NDArray[np.uint8]"]
"""Pictures and the class of each of their pixels: N×1×SIDE×SIDE and N×SIDE×SIDE."""


def learn_from(
    train: Labelled,
    tests: Labelled,
    classes: int,
    loss: Loss,
    *,
    steps: int = STEPS,
    seed: int = 0,
    mirror: bool = False,
) -> Iterator[Step]:
    """The same on any pictures.

    Args:
        train: What is learned from.
        tests: What is looked at only.
        classes: How many there are; 0 is the background.
        loss: What is made small.
        steps: Updates of the weights.
        seed: Of the weights and the order.
        mirror: Whether half of the batches are mirrored left to right.

    Yields:
        As `learn`.
    """
    pictures, labels = map(torch.from_numpy, train)
    order = torch.Generator().manual_seed(seed)
    learners = [
        _Learner(network(classes, skips=skips), steps=steps, seed=seed) for skips in (True, False)
    ]
    yield _seen(0, learners, classes, *tests)
    for step in range(1, steps + 1):
        chosen = torch.randint(len(pictures), (BATCH,), generator=order)
        inputs, truth = as_input(pictures[chosen]), labels[chosen].long()
        if mirror and step % 2:
            inputs, truth = inputs.flip(-1), truth.flip(-1)
        for one in learners:
            one.take(inputs, truth, loss)
        if step % _EVERY == 0 or step == steps:
            yield _seen(step, learners, classes, *tests)


class _Learner:
    def __init__(self, spec: Spec, *, steps: int, seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model: nn.Module = build(spec, SHAPE)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=_RATE)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, _RATE, total_steps=steps
        )
        self.losses: list[float] = []

    def take(self, inputs: Tensor, truth: Tensor, loss: Loss) -> None:
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        value = pixel_loss(self.model(inputs), truth, loss)
        value.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.schedule.step()
        self.losses.append(value.item())


def as_input(pictures: Tensor) -> Tensor:
    """Grey levels as the networks read them: 0 to 1."""
    return pictures.float() / 255


def predicted(model: nn.Module, pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The most probable class of each pixel: N×H×W."""
    with torch.inference_mode():
        found: NDArray[np.int64] = (
            model.eval()(as_input(torch.from_numpy(pictures))).argmax(1).numpy()
        )
    return found


def _seen(
    step: int,
    learners: list[_Learner],
    classes: int,
    pictures: NDArray[np.uint8],
    truth: NDArray[np.uint8],
) -> Step:
    found = []
    for one in learners:
        said = predicted(one.model, pictures)
        found.append(
            Learned(
                loss=float(np.mean(one.losses)) if one.losses else float("nan"),
                foreground=foreground_overlap(said, truth),
                digits=float(np.nanmean(overlap(said, truth, classes)[1:])),
                weights={
                    name: value.detach().clone() for name, value in one.model.state_dict().items()
                },
            )
        )
        one.losses.clear()
    return Step(step, (found[0], found[1]))
