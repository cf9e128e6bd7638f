"""Augmentation: copies of a picture that mean the same, each changed at random.

A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural
Networks, NeurIPS 2012, section 4.1, crops, mirrors and recolours the training pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cnnviz.numbers.formatting import formatted

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Limits:
    """How far copies may be changed.

    Attributes:
        flip: Whether half of them are mirrored.
        crop: Smallest share of a side that is cut out and enlarged, above 0 to 1.
        shift: Largest shift as a share of the side.
        turn: Largest rotation in degrees.
        colour: Largest change of brightness, contrast and saturation: 0.3 is from 0.7 to 1.3 times.
    """

    flip: bool = True
    crop: float = 0.7
    shift: float = 0.1
    turn: float = 15.0
    colour: float = 0.3


@dataclass(frozen=True)
class Change:
    """What is done to one copy.

    Attributes:
        flip: Whether it is mirrored.
        crop: Share of each side that is cut out and enlarged to the whole.
        right: Shift to the right as a share of the side; negative to the left.
        down: Shift downwards as a share of the side.
        turn: Rotation in degrees, anticlockwise.
        brightness: Factor.
        contrast: Factor of the distance from the mean grey value.
        saturation: Factor of the distance from each pixel's grey value.
    """

    flip: bool = False
    crop: float = 1.0
    right: float = 0.0
    down: float = 0.0
    turn: float = 0.0
    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0

    def words(self) -> str:
        """What is done, with its numbers."""
        said = [
            "mirrored" if self.flip else "",
            f"{self.crop:.0%} cut out" if self.crop < 1 else "",
            _moved(self.right, "right", "left"),
            _moved(self.down, "down", "up"),
            f"turned {formatted(round(self.turn, 1))}°" if self.turn else "",
            f"brightness ×{self.brightness:.2f}, contrast ×{self.contrast:.2f},"
            f" colour ×{self.saturation:.2f}"
            if (self.brightness, self.contrast, self.saturation) != (1, 1, 1)
            else "",
        ]
        return "; ".join(part for part in said if part) or "unchanged"


def draw_changes(count: int, limits: Limits, seed: int) -> list[Change]:
    """Draw what is done to each of `count` copies; each kind draws numbers of its own.

    So the numbers of one kind stay when another is switched off.
    """
    random = np.random.default_rng(seed).uniform(-1, 1, (count, 8))
    return [
        Change(
            flip=limits.flip and row[0] > 0,
            crop=1 - (1 - limits.crop) * (row[1] + 1) / 2,
            right=limits.shift * row[2],
            down=limits.shift * row[3],
            turn=limits.turn * row[4],
            brightness=1 + limits.colour * row[5],
            contrast=1 + limits.colour * row[6],
            saturation=1 + limits.colour * row[7],
        )
        for row in random.tolist()
    ]


def changed(picture: NDArray[np.uint8], change: Change) -> NDArray[np.uint8]:
    """A copy of a picture, changed; what comes in from outside is black.

    Mirrored first, then enlarged and turned about its middle, moved, and recoloured.

    Args:
        picture: H×W×3.
        change: What to do.
    """
    height, width = picture.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    angle, scale = math.radians(change.turn), 1 / change.crop
    turned = scale * np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    matrix = turned @ np.diag([-1.0 if change.flip else 1.0, 1.0])
    moved = middle + np.array([change.right * width, change.down * height]) - matrix @ middle
    warped = cv2.warpAffine(
        picture, np.column_stack([matrix, moved]), (width, height), flags=cv2.INTER_LINEAR
    )
    return _recoloured(np.asarray(warped, dtype=np.float32), change)


def _recoloured(pixels: NDArray[np.float32], change: Change) -> NDArray[np.uint8]:
    """Brightness, then contrast, then saturation, each clipped to 0…255 as torchvision does."""
    bright = np.clip(pixels * change.brightness, 0, 255)
    grey = float((bright @ _GREY).mean())
    contrasted = np.clip(grey + change.contrast * (bright - grey), 0, 255)
    greys = (contrasted @ _GREY)[..., None]
    coloured = np.clip(greys + change.saturation * (contrasted - greys), 0, 255)
    found: NDArray[np.uint8] = np.rint(coloured).astype(np.uint8)
    return found


def _moved(share: float, forwards: str, backwards: str) -> str:
    return f"moved {abs(share):.0%} {forwards if share > 0 else backwards}" if share else ""
