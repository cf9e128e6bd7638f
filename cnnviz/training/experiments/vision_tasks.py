"""Two small networks that answer all that is asked of a scene: what, where, which pixels, how many.

One gives a class and a box of the main digit, in eight numbers. The other gives 14 numbers for
every pixel, of which masks, boxes, instances and the count are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from cnnviz.datasets.scenes import CLASSES, KINDS, SIDE, make_scenes, stacked
from cnnviz.networks import build, network_from_line
from cnnviz.networks.encoder_decoder import unet
from cnnviz.training.experiments.segmentation import as_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.datasets.scenes import Scene
    from cnnviz.networks import Spec

Weights = dict[str, "Tensor"]

SHIPPED = Path(__file__).parents[3] / "assets" / "pictures_out" / "vision_tasks.safetensors"
SHAPE = (1, SIDE, SIDE)
UNIT = 16
"""Pixels of a distance of 1, as the networks give it."""
CROWD = 100
"""What the map of the count is multiplied by: its numbers would be tiny."""
_BATCH, _RATE = 16, 6e-3
_SPREAD = 1.7
_NEAR = 2.0
_BACKGROUND_WEIGHT = 0.3
_RARE = -4.0


def main_network() -> Spec:
    """From a scene to 4 scores of the main digit's class and 4 sides of its box, in shares."""
    return network_from_line(
        "c8k3p1b0 bn relu p2 c16k3p1b0 bn relu p2 c32k3p1b0 bn relu p2 c48k3p1b0 bn relu p2"
        f" fc64 relu fc{len(KINDS) + 4}"
    )


def dense_network() -> Spec:
    """From a scene to `Maps`, as 5 + 4 + 4 + 1 maps: a U-Net."""
    return unet(len(CLASSES) + len(KINDS) + 4 + 1, (8, 16, 32, 48))


@dataclass(frozen=True, eq=False)
class Maps:
    """What the second network gives of a scene.

    Attributes:
        classes: K×SIDE×SIDE scores of the background and each class.
        heat: (K − 1)×SIDE×SIDE: the probability that a digit of a class has its centre there.
        sides: 4×SIDE×SIDE pixels, up, left, down and right to the sides of the digit's box.
        crowd: SIDE×SIDE digits for each pixel; their sum is the count.
    """

    classes: NDArray[np.float32]
    heat: NDArray[np.float32]
    sides: NDArray[np.float32]
    crowd: NDArray[np.float32]


def maps_of(output: NDArray[np.float32]) -> Maps:
    """The parts of 14×SIDE×SIDE numbers."""
    many, kinds = len(CLASSES), len(KINDS)
    classes, heat, sides, crowd = np.split(output, [many, many + kinds, many + kinds + 4])
    chances: NDArray[np.float32] = (1 / (1 + np.exp(-heat))).astype(np.float32)
    return Maps(classes, chances, sides * UNIT, crowd[0] / CROWD)


def shipped() -> tuple[Weights, Weights]:
    """The weights that come with this app: for the main digit, and for every pixel."""
    tensors = load_file(SHIPPED)
    main, dense = (
        {
            key.removeprefix(head): one.float()
            for key, one in tensors.items()
            if key.startswith(head)
        }
        for head in ("main.", "dense.")
    )
    return main, dense


@dataclass(frozen=True, eq=False)
class Targets:
    """What is to be learned of N scenes.

    Attributes:
        labels: N×SIDE×SIDE classes of the pixels.
        heat: N×(K − 1)×SIDE×SIDE: 1 at the centre of a digit of the class, less around it.
        sides: N×4×SIDE×SIDE pixels to the sides of the box.
        known: N×SIDE×SIDE: where `sides` is known: on a digit's ink and near its centre.
        main: N classes of the main digit, from 0.
        box: N×4: the sides of its box.
    """

    labels: Tensor
    heat: Tensor
    sides: Tensor
    known: Tensor
    main: Tensor
    box: Tensor


def targets(scenes: Sequence[Scene]) -> Targets:
    """What is true of scenes."""
    middles = np.arange(SIDE) + 0.5
    heat = np.zeros((len(scenes), len(KINDS), SIDE, SIDE), np.float32)
    sides = np.zeros((len(scenes), 4, SIDE, SIDE), np.float32)
    known = np.zeros((len(scenes), SIDE, SIDE), bool)
    for at, scene in enumerate(scenes):
        owners = scene.instances()
        for number, one in enumerate(scene.sprites, 1):
            top, left, bottom, right = one.box
            y, x = (top + bottom) // 2 + 0.5, (left + right) // 2 + 0.5
            far = (middles[:, None] - y) ** 2 + (middles - x) ** 2
            part = heat[at, one.label - 1]
            np.maximum(part, np.exp(-far / (2 * _SPREAD**2)), out=part)
            rows, columns = np.nonzero((owners == number) | (far <= _NEAR**2))
            known[at, rows, columns] = True
            up, across = rows + 0.5, columns + 0.5
            sides[at, :, rows, columns] = np.stack(
                [up - top, across - left, bottom - up, right - across], 1
            )
    return Targets(
        torch.from_numpy(np.stack([scene.labels() for scene in scenes])),
        torch.from_numpy(heat),
        torch.from_numpy(sides),
        torch.from_numpy(known),
        torch.tensor([scene.sprites[0].label - 1 for scene in scenes]),
        torch.tensor([scene.sprites[0].box for scene in scenes], dtype=torch.float32),
    )


def dense_loss(output: Tensor, wanted: Targets) -> Tensor:
    """The sum of the four losses of the network for every pixel.

    Cross-entropy of the classes, the background counting less; the focal loss of the centres
    (arXiv:1904.07850, equation 1); the mean difference of the sides; and of the count, that of
    its map and of its sum.

    Args:
        output: N×14×SIDE×SIDE.
        wanted: Of the N scenes.
    """
    many, kinds = len(CLASSES), len(KINDS)
    scores, heat, sides, crowd = torch.split(output, [many, kinds, 4, 1], 1)
    weights = scores.new_ones(many)
    weights[0] = _BACKGROUND_WEIGHT
    masks = F.cross_entropy(scores, wanted.labels.long(), weights)
    there = wanted.heat == 1
    wrong = torch.where(there, 1 - heat.sigmoid(), heat.sigmoid()) ** 2
    surprise = -F.logsigmoid(torch.where(there, heat, -heat))
    digits = there.sum((1, 2, 3)).to(heat.dtype)
    centres = (wrong * surprise * (1 - wanted.heat) ** (~there * 4)).sum() / digits.sum()
    where = wanted.known[:, None].expand_as(sides)
    boxes = F.smooth_l1_loss(sides[where], wanted.sides[where] / UNIT, beta=0.1)
    spread = wanted.heat.sum(1) * (CROWD / (2 * torch.pi * _SPREAD**2))
    counted = crowd[:, 0].sum((1, 2)) / CROWD
    crowds = F.mse_loss(crowd[:, 0], spread) + 0.3 * F.smooth_l1_loss(counted, digits)
    return masks + centres + 2 * boxes + crowds


def main_loss(output: Tensor, wanted: Targets) -> Tensor:
    """Cross-entropy of the main digit's class, and the difference of its box.

    Args:
        output: N×8.
        wanted: Of the N scenes.
    """
    scores, box = torch.split(output, [len(KINDS), 4], 1)
    return F.cross_entropy(scores, wanted.main) + 20 * F.smooth_l1_loss(
        box, wanted.box / SIDE, beta=0.05
    )


@dataclass(frozen=True, eq=False)
class Step:
    """The two networks after some steps.

    Attributes:
        step: How many.
        losses: Their mean losses since the step before.
        weights: Of the one for the main digit, and of the one for every pixel.
    """

    step: int
    losses: tuple[float, float]
    weights: tuple[Weights, Weights]


def learn(*, steps: int, scenes: int, seed: int = 0, every: int = 50) -> Iterator[Step]:
    """Train both networks on the same scenes.

    Args:
        steps: Updates of the weights.
        scenes: How many scenes there are to learn from.
        seed: Of the weights, the scenes and their order.
        every: After how many steps the networks are given.
    """
    made = make_scenes(scenes, seed=seed, main=True)
    pictures, wanted = torch.from_numpy(stacked(made)[0]), targets(made)
    order = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        models = [build(main_network(), SHAPE), build(dense_network(), SHAPE)]
    *_, bias = models[1].parameters()  # few pixels are a centre: at first, none is
    bias.data[len(CLASSES) : len(CLASSES) + len(KINDS)] = _RARE
    optimisers = [torch.optim.AdamW(one.parameters(), lr=_RATE) for one in models]
    schedules = [
        torch.optim.lr_scheduler.OneCycleLR(one, _RATE, total_steps=steps) for one in optimisers
    ]
    losses: list[list[float]] = [[], []]
    for step in range(1, steps + 1):
        chosen = torch.randint(scenes, (_BATCH,), generator=order)
        inputs = as_input(pictures[chosen])
        truth = Targets(**{name: values[chosen] for name, values in vars(wanted).items()})
        for at, (model, loss) in enumerate(zip(models, (main_loss, dense_loss), strict=True)):
            model.train()
            optimisers[at].zero_grad(set_to_none=True)
            value = loss(model(inputs), truth)
            value.backward()  # type: ignore[no-untyped-call]
            optimisers[at].step()
            schedules[at].step()
            losses[at].append(value.item())
        if step % every == 0 or step == steps:
            main, dense = (
                {name: one.detach().clone() for name, one in model.state_dict().items()}
                for model in models
            )
            yield Step(step, (float(np.mean(losses[0])), float(np.mean(losses[1]))), (main, dense))
            losses = [[], []]
