"""Scenes of real digits or clothes among clutter, of which every pixel's class is known exactly.

A scene is made of handwritten digits, or of photos of clothes, of short lines that are neither, and
of noise. Where a digit lies, and which pixels are its ink, is known because it was put there:
nobody had to paint it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.catalogue import DATASETS, GARMENTS
from cnnviz.datasets.digits import load_digits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.datasets.base import Dataset

KINDS = (0, 3, 4, 7)
"""The digits that are put into scenes; of these, few pixels decide which is which."""
CLASSES = ("background", *map(str, KINDS))
SIDE = 48
SPRITE = 16
"""Pixels of a digit's side: twice those of the data set."""
MAIN, OTHERS = (23, 27), (11, 17)
"""The same in scenes with a main digit: from and below, of the main one and of the others."""
INK = 100
"""From this level on, a pixel of a digit is a pixel of its class."""
CLOTH = 25
"""From this level on, a pixel of clothes is a pixel of their class: Fashion-MNIST's ground is 0."""
CLOTHES = 20
"""Pixels of the side of clothes, which the data set has at 28."""
_MOST = 4
_LINES = (3, 7)
_NOISE = 10  # grey levels, the standard deviation
_FAINTEST = 0.6
_MAY_OVERLAP = 4


@dataclass(frozen=True, eq=False)
class Sprite:
    """A digit in a scene.

    Attributes:
        label: Its class, an index into `CLASSES`.
        top: Row of its first pixel.
        left: Column of its first pixel.
        values: A square of `uint8`: how light it is.
        ink: The same square: which pixels are its class.
    """

    label: int
    top: int
    left: int
    values: NDArray[np.uint8]
    ink: NDArray[np.bool_]

    @property
    def side(self) -> int:
        """Rows and columns of its square."""
        return len(self.values)

    @property
    def square(self) -> tuple[slice, slice]:
        """Where its square is in the scene."""
        return slice(self.top, self.top + self.side), slice(self.left, self.left + self.side)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Rows and columns of its ink in the scene: top, left, and behind the last ones."""
        rows, columns = np.flatnonzero(self.ink.any(1)), np.flatnonzero(self.ink.any(0))
        return (
            self.top + int(rows[0]),
            self.left + int(columns[0]),
            self.top + int(rows[-1]) + 1,
            self.left + int(columns[-1]) + 1,
        )


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture with what it is made of.

    Attributes:
        clutter: SIDE×SIDE `uint8`: the lines.
        noise: SIDE×SIDE `int16`, added at the end.
        sprites: The digits, the hindmost first.
    """

    clutter: NDArray[np.uint8]
    noise: NDArray[np.int16]
    sprites: tuple[Sprite, ...]

    def picture(self) -> NDArray[np.uint8]:
        """SIDE×SIDE: the lightest of all at each pixel, plus the noise."""
        light = self.clutter.copy()
        for one in self.sprites:
            np.maximum(light[one.square], one.values, out=light[one.square])
        picture: NDArray[np.uint8] = np.clip(light + self.noise, 0, 255).astype(np.uint8)
        return picture

    def labels(self) -> NDArray[np.uint8]:
        """SIDE×SIDE: the class of every pixel; 0 is the background."""
        return np.array([0, *(one.label for one in self.sprites)], np.uint8)[self.instances()]

    def instances(self) -> NDArray[np.uint8]:
        """SIDE×SIDE: which digit every pixel belongs to, 1 for the hindmost; 0 for none."""
        found = np.zeros((SIDE, SIDE), np.uint8)
        for number, one in enumerate(self.sprites, 1):
            found[one.square][one.ink] = number
        return found

    def counts(self) -> dict[str, int]:
        """How many there are of each digit."""
        labels = [one.label for one in self.sprites]
        return {name: labels.count(label) for label, name in enumerate(CLASSES) if label}


@dataclass(frozen=True, eq=False)
class _Things:
    """What is put into scenes.

    Attributes:
        each: The class, an index into the classes of the scene, and the pixels of each.
        side: Rows and columns of each in a scene, where none is the main one.
        ink: From this level on, a pixel is one of the class.
    """

    each: list[tuple[int, NDArray[np.uint8]]]
    side: int
    ink: int


def make_scenes(
    count: int,
    *,
    seed: int,
    test: bool = False,
    main: bool = False,
    clothes: Dataset | None = None,
) -> list[Scene]:
    """Make scenes; the same for the same numbers.

    Args:
        count: How many.
        seed: Of all that is random.
        test: Whether of digits that are for testing, which no other scene holds.
        main: Whether the first digit of each scene is much larger than the others, which then
            differ in size too; else all are equally large.
        clothes: Fashion-MNIST, for scenes of `GARMENTS` instead of digits.

    Raises:
        DatasetError: None of these clothes are in the data set.
    """
    random = np.random.default_rng(seed)
    things = _digits(test=test) if clothes is None else _clothes(clothes, test=test)
    return [_scene(random, things, main=main) for _ in range(count)]


def scene_of(picture: NDArray[np.uint8]) -> Scene:
    """A picture as a scene of which nothing is known: no digits, no noise.

    Args:
        picture: SIDE×SIDE grey levels.
    """
    return Scene(picture, np.zeros(picture.shape, np.int16), ())


def masked_scene(picture: NDArray[np.uint8], labels: NDArray[np.uint8], classes: int) -> Scene:
    """A picture with its mask as a scene: it holds something for each class, as large as it is.

    Args:
        picture: SIDE×SIDE grey levels.
        labels: SIDE×SIDE class numbers.
        classes: How many classes there are; 0 is the background.
    """
    things = (Sprite(label, 0, 0, picture, labels == label) for label in range(1, classes))
    return Scene(picture, np.zeros(picture.shape, np.int16), tuple(things))


def stacked(scenes: list[Scene]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pictures and labels of scenes: N×1×SIDE×SIDE and N×SIDE×SIDE."""
    pictures = np.stack([scene.picture() for scene in scenes])[:, None]
    return pictures, np.stack([scene.labels() for scene in scenes])


def _digits(*, test: bool) -> _Things:
    return _Things(_chosen(load_digits(DATASETS["digits"]), KINDS, test=test), SPRITE, INK)


def _clothes(data: Dataset, *, test: bool) -> _Things:
    kinds = tuple(map(data.classes.index, GARMENTS))
    return _Things(_chosen(data, kinds, test=test), CLOTHES, CLOTH)


def _chosen(
    data: Dataset, kinds: tuple[int, ...], *, test: bool
) -> list[tuple[int, NDArray[np.uint8]]]:
    """The class and the pixels of each picture of some classes of a data set."""
    images = data.test_images if test else data.train_images
    labels = data.test_labels if test else data.train_labels
    found = [
        (1 + kinds.index(label), image[0])
        for image, label in zip(images, labels.tolist(), strict=True)
        if label in kinds
    ]
    if not found:
        raise DatasetError(f"{data.title} has none of the things that the scenes are made of.")
    return found


def _scene(random: np.random.Generator, things: _Things, *, main: bool) -> Scene:
    clutter = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(random.integers(*_LINES)):
        x, y = random.integers(0, SIDE, 2).tolist()
        angle, length = random.uniform(0, np.pi), random.integers(4, 12)
        end = (int(x + length * np.cos(angle)), int(y + length * np.sin(angle)))
        level, width = random.integers(75, 230), random.integers(1, 3)
        cv2.line(clutter, (x, y), end, int(level), int(width))
    sprites: list[Sprite] = []
    for _ in range(random.integers(1, _MOST + 1)):
        side = int(random.integers(*OTHERS if sprites else MAIN)) if main else things.side
        place = _free_place(random, sprites, side)
        if place is None:
            continue
        label, picture = things.each[random.integers(len(things.each))]
        way = cv2.INTER_CUBIC if side > len(picture) else cv2.INTER_AREA
        values = cv2.resize(picture, (side, side), interpolation=way)
        light = (values * random.uniform(_FAINTEST, 1)).astype(np.uint8)
        sprites.append(Sprite(label, *place, light, values >= things.ink))
    noise = random.normal(0, _NOISE, (SIDE, SIDE)).round().astype(np.int16)
    return Scene(clutter, noise, tuple(sprites))


def _free_place(
    random: np.random.Generator, sprites: list[Sprite], side: int
) -> tuple[int, int] | None:
    """Where another digit has room; None if none was found."""
    for _ in range(20):
        top, left = random.integers(0, SIDE - side + 1, 2).tolist()
        if all(
            _apart(top, side, one.top, one.side) or _apart(left, side, one.left, one.side)
            for one in sprites
        ):
            return top, left
    return None


def _apart(first: int, length: int, other: int, other_length: int) -> bool:
    """Whether two stretches of pixels overlap little enough."""
    return first + length <= other + _MAY_OVERLAP or other + other_length <= first + _MAY_OVERLAP
