"""Somebody's own pictures with their own masks: a zip of two pictures of each name, or painted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.layout import is_picture, pictures_and_masks
from cnnviz.datasets.preprocess import centre_crop, preprocess
from cnnviz.datasets.scenes import SIDE, Scene, masked_scene
from cnnviz.datasets.sources import Skipped, UnreadableError, list_zip
from cnnviz.numbers.formatting import counted, picture_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST, MOST, CLASSES = 4, 2000, 6
"""Pairs that are needed, that are taken, and colours of masks with the background."""
TEST_SHARE = 5
"""Every fifth pair, by name, is for testing."""
_LONGEST_NAME = 40
_NEAR = 24
"""Levels by which a mask's colours may differ and be the same, as JPEG blurs them."""
_VOID = np.array((224, 224, 192), np.uint8)
"""The colour of index 255 in Pascal VOC's palette: the border of things, which is of no class."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pictures and the class of each of their pixels.

    Attributes:
        names: Of the N pairs.
        pictures: N×1×SIDE×SIDE grey levels.
        labels: N×SIDE×SIDE class numbers.
        classes: What they are called: the background, and the others by their colours.
        skipped: What was left out, and why.
    """

    names: tuple[str, ...]
    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    classes: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @property
    def tests(self) -> NDArray[np.bool_]:
        """Which of the pairs are for testing."""
        tests: NDArray[np.bool_] = np.arange(len(self.names)) % TEST_SHARE == 0
        return tests

    def scenes(self, most: int) -> list[Scene]:
        """The first test pairs as scenes, which hold something for each class, as large as they."""
        return [
            masked_scene(self.pictures[at, 0], self.labels[at], len(self.classes))
            for at in np.flatnonzero(self.tests)[:most].tolist()
        ]


def load_mask_zip(data: bytes) -> Pairs:
    """Read a zip of pictures and masks.

    A mask is found as `pictures_and_masks` says, whatever its ending. Black is the background; each
    other colour is a class. What Pascal VOC leaves uncounted, its palette's index 255 or a 255
    beside the numbers of classes, is taken for the background. Pictures and masks are cropped to
    their middle square alike, and made SIDE×SIDE; pictures become grey.

    Args:
        data: The zip's bytes. Nothing of it is written to disk.

    Raises:
        DatasetError: Not a usable zip, fewer than LEAST pairs, or more than CLASSES colours.
    """
    # Not above: a process that trains needs no reader of pictures.
    from cnnviz.imaging import ImageError, load_image  # noqa: PLC0415

    entries, _ = list_zip(data, "the pictures and the folder called masks")
    files = [(entry, is_picture(entry)) for entry in entries]
    pictures, masks = pictures_and_masks(entry for entry, is_one in files if is_one)
    skipped = [
        Skipped(entry.name, "there is no picture of this name")
        for name, entry in masks.items()
        if name not in pictures
    ]
    found: list[tuple[str, NDArray[np.uint8], NDArray[np.uint8]]] = []
    for name, entry in pictures.items():
        if name not in masks:
            skipped.append(Skipped(entry.name, "there is no mask of this name"))
            continue
        if len(found) == MOST:
            skipped.append(Skipped(entry.name, f"only the first {MOST:,} pairs are taken"))
            continue
        at = entry
        try:
            picture = load_image(entry.read())
            at = masks[name]
            mask = load_image(at.read())
        except (ImageError, UnreadableError) as error:
            skipped.append(Skipped(at.name, str(error)))
            continue
        if picture.shape != mask.shape:
            sizes = " and ".join(picture_size(one.shape) for one in (picture, mask))
            skipped.append(Skipped(entry.name, f"picture and mask differ in size: {sizes}"))
            continue
        square = centre_crop(mask, 1)
        small = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST_EXACT)
        found.append((name, preprocess(picture, (1, SIDE, SIDE)), small.astype(np.uint8)))
    skipped += [Skipped(entry.name, "it is not a picture") for entry, is_one in files if not is_one]
    if len(found) < LEAST:
        first = "".join(f" {one.told}" for one in skipped[:1])
        raise DatasetError(
            f"The zip has {counted(len(found), 'pair')} of a picture and a mask that can be"
            f" used; at least {LEAST} are needed, each mask with its picture's name in a folder"
            f" called masks.{first}"
        )
    labels, classes = _classes(np.stack([mask for _, _, mask in found]))
    return Pairs(
        tuple(name for name, _, _ in found),
        np.stack([picture for _, picture, _ in found]),
        labels,
        classes,
        tuple(skipped),
    )


def read_masks(text: str, count: int) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Read masks that were painted in a browser, which can send anything.

    Args:
        text: JSON of `classes`, their names without the background's, and `masks`, a text for each
            picture as `cnnviz.imaging.pixels.paint` reads it, with the numbers of classes from 1.
        count: How many pictures there are.

    Returns:
        count×SIDE×SIDE class numbers, and what the classes are called, the background first.
        Classes that were painted nowhere are left out.

    Raises:
        DatasetError: It is no such text, or nothing is painted.
    """
    from cnnviz.imaging.pixels import paint  # noqa: PLC0415 - as above

    try:
        sent = json.loads(text)
        names, masks = sent["classes"], sent["masks"]
        fits = len(masks) == count and len(names) < CLASSES
        empty = np.zeros((SIDE, SIDE))
        labels = np.stack([paint(empty, mask) for mask in masks[:count]]).astype(np.uint8)
        fits = fits and labels.max() <= len(names)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise DatasetError("The masks do not fit the pictures: reload the page and paint again.")
    there = np.unique(labels[labels > 0])
    if not len(there):
        raise DatasetError("Nothing is painted yet: paint over the things in a picture.")
    numbers = np.zeros(CLASSES, np.uint8)
    numbers[there] = np.arange(1, len(there) + 1)
    return numbers[labels], (
        "background",
        *(str(names[label - 1])[:_LONGEST_NAME] for label in there),
    )


def _classes(masks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Class numbers of N×SIDE×SIDE×3 masks, and what the classes are called.

    Colours that lie near to a more frequent one are taken for it, and void for the background.
    Where masks hold the small numbers of classes instead of colours, as those of many data sets
    do, they are told apart exactly.
    """
    colours, index, counts = np.unique(
        masks.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    void = (colours == _VOID).all(1)
    white = (colours == 255).all(1)
    near = _NEAR
    if colours[~white].max(initial=0) <= 2 * CLASSES:
        near = 0
        if colours[~white].any():
            void |= white
    colours[void] = 0
    kept: list[int] = np.flatnonzero((colours == 0).all(1))[:1].tolist()
    whole = colours.astype(int)
    for at in np.argsort(-counts, kind="stable").tolist():
        if all(np.abs(whole[at] - whole[other]).max() > near for other in kept):
            kept.append(at)
            if len(kept) > CLASSES:
                raise DatasetError(
                    f"The masks have more than {CLASSES} colours: draw each class in one colour,"
                    " and the background black."
                )
    if not (colours[kept[0]] <= near).all():
        raise DatasetError("The masks have no black: the background has to be black.")
    if len(kept) < 2:
        raise DatasetError("All masks are black: paint what is to be found in another colour.")
    far = np.abs(whole[:, None] - whole[kept]).max(2)
    numbers = far.argmin(1).astype(np.uint8)
    return numbers[index.ravel()].reshape(masks.shape[:3]), (
        "background",
        *(_called(colours[at], near) for at in kept[1:]),
    )


def _called(colour: NDArray[np.uint8], near: int) -> str:
    red, green, blue = colour.tolist()
    if red == green == blue:
        return "white" if red > 255 - max(near, 1) else f"level {red}"
    return f"#{red:02x}{green:02x}{blue:02x}"
