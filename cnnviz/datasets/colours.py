"""Pictures in colour and the same in grey: digits coloured by chance, photos, anybody's own.

Colours are two numbers beside the grey level, Cb and Cr (ITU-R BT.601).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.datasets.base import TEST_EVERY, Dataset, DatasetError, make_picture_dataset
from cnnviz.datasets.colour_classes import NAMES
from cnnviz.datasets.pictures import OWN, read_pictures
from cnnviz.datasets.preprocess import preprocess
from cnnviz.datasets.sources import Skipped, list_zip
from cnnviz.numbers.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HUES = ("red", "orange", "green", "cyan", "blue", "magenta")
_CHROMA = 0.25  # of a hue: all are then within red, green and blue at _LIGHT
_LIGHT = 0.5  # grey level of a digit, where white is 1
_ANGLES = np.deg2rad([100, 150, 215, 280, 330, 35])  # of HUES, from Cb to Cr
PALETTE: dict[int, tuple[str, ...]] = {
    0: ("red",), 1: ("green",), 2: ("blue",), 3: ("orange",), 4: ("cyan",),
    5: ("red", "cyan"), 6: ("orange", "blue"), 7: ("green", "magenta"),
    8: ("red", "green"), 9: ("orange", "magenta"),
}  # fmt: skip
"""Colours of each digit; where there are two, either is as likely."""
PHOTO_SIDE = 64
"""Of the squares that are cut out of the photos, in pixels."""
PHOTOS = ("astronaut", "cat", "coffee", "rocket")
LEAST = 5
"""Pictures of one's own that are needed."""
_GREY = 8
"""Levels by which the channels of a picture without colour may differ, as JPEG leaves them."""
_AT_ONCE = 1000  # pictures that are made floats together
_PHOTO = 180  # pixels of a photo's longer side
_LEARNED = 0.7  # share of a photo's width that is learned from


def to_ycc(pictures: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Grey level and colour of RGB, as ITU-R BT.601 has them.

    Args:
        pictures: …×3, 0 to 1.

    Returns:
        … grey levels from 0 to 1, and …×2 Cb and Cr from −0.5 to 0.5.
    """
    red, green, blue = np.moveaxis(np.asarray(pictures, np.float32), -1, 0)
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    return grey, np.stack([(blue - grey) / 1.772, (red - grey) / 1.402], -1)


def to_rgb(grey: NDArray[np.floating], chroma: NDArray[np.floating]) -> NDArray[np.float32]:
    """The inverse of `to_ycc`, cut to 0 to 1."""
    blue_less, red_less = np.moveaxis(np.asarray(chroma, np.float32), -1, 0)
    red, blue = grey + 1.402 * red_less, grey + 1.772 * blue_less
    green = (grey - 0.299 * red - 0.114 * blue) / 0.587
    return np.stack([red, green, blue], -1).clip(0, 1).astype(np.float32)


def hue(name: str) -> NDArray[np.float32]:
    """Cb and Cr of one of `HUES`."""
    angle = _ANGLES[HUES.index(name)]
    return np.array([_CHROMA * np.cos(angle), _CHROMA * np.sin(angle)], np.float32)


def coloured_digits(
    images: NDArray[np.uint8], labels: Sequence[int], random: np.random.Generator
) -> NDArray[np.float32]:
    """Digits in the colours of `PALETTE`, where two are possible by the toss of a coin.

    Args:
        images: N×28×28, light on black.
        labels: Their digits.
        random: Where chance comes from.

    Returns:
        N×28×28×3, 0 to 1.
    """
    levels = images.astype(np.float32) / 255
    chosen = [PALETTE[label] for label in labels]
    colours = np.stack([hue(names[int(random.integers(len(names)))]) for names in chosen])
    return to_rgb(_LIGHT * levels, levels[..., None] * colours[:, None, None])


def photo_parts(*, test: bool) -> list[NDArray[Any]]:
    """Parts of photos to learn from, left, or to test with, right: H×W×3, 0 to 1."""
    from cnnviz.imaging import resize_to_fit  # noqa: PLC0415 - as below
    from cnnviz.imaging.samples import SAMPLES  # noqa: PLC0415 - most that train need no photos

    parts = []
    for name in PHOTOS:
        photo = resize_to_fit(SAMPLES[name].load(), _PHOTO)
        edge = round(_LEARNED * photo.shape[1])
        part = photo[:, edge:] if test else photo[:, :edge]
        parts.append(part.astype(np.float32) / 255)
    return parts


def patches(
    parts: Sequence[NDArray[Any]], count: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Squares of photos at random places, half of them mirrored: N×64×64×3."""
    import cv2  # noqa: PLC0415 - most that train need no photos

    side = PHOTO_SIDE
    found = []
    for _ in range(count):
        part = parts[int(random.integers(len(parts)))]
        top, left = (int(random.integers(max(1, length - side + 1))) for length in part.shape[:2])
        patch = part[top : top + side, left : left + side]
        if patch.shape[:2] != (side, side):
            patch = cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA)
        found.append(patch[:, ::-1] if random.random() < 0.5 else patch)
    return np.stack(found)


def grey_levels(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The grey level of each pixel: N×3×H×W to N×1×H×W."""
    found = np.empty((len(pictures), 1, *pictures.shape[2:]), np.uint8)
    for begin in range(0, len(pictures), _AT_ONCE):
        part = pictures[begin : begin + _AT_ONCE].transpose(0, 2, 3, 1)
        grey, _ = to_ycc(part / np.float32(255))
        found[begin : begin + _AT_ONCE, 0] = np.rint(255 * grey)
    return found


def to_colour(id: str, title: str, colours: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> Dataset:
    """Grey pictures of which the colours are asked for.

    Args:
        id: Short name, safe in a file name.
        title: Name for people.
        colours: N×3×H×W pictures to train on, and to test.
    """
    train, test = colours
    grey = grey_levels(train), grey_levels(test)
    return make_picture_dataset(id, title, NAMES, grey, (train, test), task="colour")


def digits_in_colour(digits: Dataset, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Digits in the colours of `PALETTE`, N×3×H×W, to train on and to test; the same each time."""
    random = np.random.default_rng(seed)
    train = coloured_digits(digits.train_images[:, 0], digits.train_labels.tolist(), random)
    test = coloured_digits(digits.test_images[:, 0], digits.test_labels.tolist(), random)
    return _levels(train), _levels(test)


def photos_in_colour(
    train: int, test: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """So many squares of photos, N×3×64×64, to train on and to test; the same each time."""
    random = np.random.default_rng(seed)
    return (
        _levels(patches(photo_parts(test=False), train, random)),
        _levels(patches(photo_parts(test=True), test, random)),
    )


def load_colour_zip(
    data: bytes, *, title: str = "My pictures", size: int = 32
) -> tuple[Dataset, list[Skipped]]:
    """Read a zip of pictures, whatever folders they lie in: asked for are their colours.

    Every fifth picture, by name, is for testing. Those without colour are left out.

    Args:
        data: The zip's bytes. Nothing of it is written to disk.
        title: What to call it.
        size: Side of the squares that the pictures are cropped and resized to.

    Returns:
        The pictures, and what was left out.

    Raises:
        DatasetError: Not a usable zip, or fewer than LEAST pictures in it.
    """
    entries, _ = list_zip(data, "the pictures")
    skipped: list[Skipped] = []
    found: list[NDArray[np.uint8]] = []
    grey: list[Skipped] = []
    for entry, picture in read_pictures(sorted(entries, key=lambda one: one.parts), skipped):
        small = preprocess(picture, (3, size, size))
        if np.ptp(small, axis=0).max() > _GREY:
            found.append(small)
        else:
            grey.append(Skipped(entry.name, "it has no colour"))
    said = f"{counted(len(grey), 'picture')} without colour left out." if grey else ""
    if len(found) < LEAST:
        raise DatasetError(
            f"The zip has {len(found)} pictures that can be used; at least {LEAST} are needed."
            f" {said}".rstrip()
        )
    stack = np.stack(found)
    tests = np.arange(len(found)) % TEST_EVERY == 0
    dataset = to_colour(OWN, title, (stack[~tests], stack[tests]))
    return replace(dataset, remarks=(said,) if said else ()), [*skipped, *grey]


def _levels(pictures: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(255 * pictures).astype(np.uint8).transpose(0, 3, 1, 2).copy()
