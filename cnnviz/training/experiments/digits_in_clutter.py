"""Digits in clutter: only their class is learned, but where they are is known.

A scene is a handwritten digit somewhere on a dark ground, among pieces cut out of other digits. A
network that is trained on the class alone can then be asked where the digit is, and be marked: B.
Zhou et al., CVPR 2016, call it weakly supervised localisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from cnnviz.datasets import load_dataset
from cnnviz.inspection import class_activation_map
from cnnviz.networks import build, network_from_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

SIDE = 48
"""Pixels of a scene's side."""
STEPS = 200
"""Batches that the network is trained on."""
TESTED = 200
"""Scenes that a trained network is tested on."""
_DIGIT = 20  # side of a digit, enlarged from 8×8
_PIECES, _PIECE = 5, 7  # how many, and their sides
_INK = 64  # levels from which a pixel belongs to the digit
_NETWORK = "c16k5s2p2 bn relu c32k3p1 bn relu p2 c48k3p1 bn relu c48k3p1 bn relu gap fc10"
_SCENES, _BATCH, _RATE = 1200, 32, 1.5e-2
_MEAN, _SPREAD = 0.08, 0.2


@dataclass(frozen=True, eq=False)
class Scenes:
    """Scenes with what is in them.

    Attributes:
        pictures: N×SIDE×SIDE `uint8`.
        labels: N digits.
        boxes: N×4: top, left, height and width of the digit, in pixels.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    boxes: NDArray[np.int64]

    @property
    def inputs(self) -> Tensor:
        """N×1×SIDE×SIDE, as the network reads them."""
        values = torch.from_numpy(self.pictures).float()[:, None] / 255
        return (values - _MEAN) / _SPREAD


def make_scenes(count: int, *, test: bool, seed: int) -> Scenes:
    """Make scenes; the same numbers make the same ones.

    Args:
        count: How many.
        test: Whether the digits are those that are kept for testing.
        seed: Of the random numbers.
    """
    digits = load_dataset("digits")
    pixels = digits.test_images if test else digits.train_images
    labels = digits.test_labels if test else digits.train_labels
    rng = np.random.default_rng(seed)
    images = [
        cv2.resize(image, (_DIGIT, _DIGIT), interpolation=cv2.INTER_CUBIC) for image in pixels[:, 0]
    ]
    pictures = np.zeros((count, SIDE, SIDE), np.uint8)
    chosen = rng.integers(0, len(images), count)
    boxes = np.zeros((count, 4), np.int64)
    for picture, box, number in zip(pictures, boxes, chosen, strict=True):
        for _ in range(_PIECES):
            other = images[rng.integers(0, len(images))]
            top, left = rng.integers(0, _DIGIT - _PIECE, 2)
            _put(picture, other[top : top + _PIECE, left : left + _PIECE], rng)
        box[:] = _put(picture, images[number], rng)
    return Scenes(pictures, labels[chosen].astype(np.int64), boxes)


def _put(
    picture: NDArray[np.uint8], piece: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """Draw a piece at a random place of a scene, and return the box of its ink."""
    side = len(piece)
    top, left = (int(at) for at in rng.integers(0, SIDE - side + 1, 2))
    there = picture[top : top + side, left : left + side]
    np.maximum(there, piece, out=there)
    rows, columns = (np.flatnonzero((piece >= _INK).any(axis)) for axis in (1, 0))
    if not rows.size:
        return top, left, side, side
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    return top + int(rows[0]), left + int(columns[0]), height, width


def learn_scenes(steps: int = STEPS) -> Iterator[tuple[int, float, nn.Module]]:
    """Train on classes alone, from a fixed seed.

    Yields:
        After each step, how many there were, the loss before it, and the network, in evaluation
        mode until training goes on.
    """
    scenes = make_scenes(_SCENES, test=False, seed=0)
    inputs, labels = scenes.inputs, torch.from_numpy(scenes.labels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build(network_from_line(_NETWORK), (1, SIDE, SIDE))
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for step in range(1, steps + 1):
        batch = torch.randint(0, len(labels), (_BATCH,), generator=generator)
        model.train()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(inputs[batch]), labels[batch])
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        yield step, loss.item(), model.eval()


def scene_maps(
    model: nn.Module, scenes: Scenes
) -> tuple[NDArray[np.int64], list[NDArray[np.float64]]]:
    """The network's predictions for N scenes, and the class activation map of each."""
    found = [class_activation_map(model, one) for one in scenes.inputs]
    return np.array([cam.class_index for cam in found]), [cam.raw for cam in found]
