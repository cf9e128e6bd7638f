"""A data set from somebody's own pictures: one folder per class, in a zip or on disk."""

from collections import Counter
from pathlib import Path

import numpy as np

from cnnviz.datasets.base import Dataset, DatasetError, for_testing, make_dataset
from cnnviz.datasets.preprocess import preprocess
from cnnviz.datasets.sources import (
    Entry,
    Skipped,
    UnreadableError,
    list_folder,
    list_zip,
)
from cnnviz.imaging import ImageError, load_image

# The id of every data set made of somebody's own pictures.
OWN = "own"
SIZES = (28, 32, 64)
MAX_CLASSES = 100
# Flat pictures of 50 megapixels are tiny files; decoding thousands of them would take hours.
MAX_PIXELS = 4_000_000_000

_SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}


def load_zip(
    data: bytes, *, title: str = "My pictures", size: int = 32, channels: int = 3
) -> tuple[Dataset, list[Skipped]]:
    """Make a data set of a zip with one folder of pictures per class.

    One folder around the class folders is seen through, and what systems leave beside pictures
    (``__MACOSX``, ``.DS_Store``) is ignored. Every fifth picture of each class, by name, is for
    testing.

    Args:
        data: The zip's bytes. Nothing of it is written to disk.
        title: What to call it.
        size: Side of the squares that the pictures are cropped and resized to: 28, 32 or 64.
        channels: 1 for grey, 3 for colour.

    Returns:
        The data set, and the files that were left out.

    Raises:
        DatasetError: Not a usable zip; too many or too large files; fewer than 2 classes, or
            fewer than 2 readable pictures in one.
    """
    return _collect(*list_zip(data), title=title, size=size, channels=channels)


def load_folder(
    folder: Path, *, title: str | None = None, size: int = 32, channels: int = 3
) -> tuple[Dataset, list[Skipped]]:
    """Make a data set of a folder with one sub-folder of pictures per class.

    Args:
        folder: The folder; links inside it are not followed.
        title: What to call it; the folder's name by default.
        size: As for :func:`load_zip`.
        channels: As for :func:`load_zip`.

    Returns:
        As :func:`load_zip`.

    Raises:
        DatasetError: As for :func:`load_zip`.
    """
    title = title or folder.resolve().name
    return _collect(*list_folder(folder), title=title, size=size, channels=channels)


def _collect(
    entries: list[Entry], skipped: list[Skipped], *, title: str, size: int, channels: int
) -> tuple[Dataset, list[Skipped]]:
    if size not in SIZES or channels not in {1, 3}:
        raise DatasetError("Pictures are made 28, 32 or 64 pixels wide, in 1 or 3 channels.")
    names: list[str] = []
    images = []
    pixels = 0
    for name, entry in _by_class(entries, skipped):
        try:
            picture = load_image(entry.read())
        except (ImageError, UnreadableError) as error:
            skipped.append(Skipped(entry.name, str(error)))
            continue
        pixels += picture.shape[0] * picture.shape[1]
        if pixels > MAX_PIXELS:
            raise DatasetError(
                f"The pictures have more than {MAX_PIXELS // 10**9} gigapixels in all: shrink "
                "them first, or use fewer."
            )
        names.append(name)
        images.append(preprocess(picture, (channels, size, size)))
    classes = _checked_classes(names, skipped)
    labels = np.array([classes.index(name) for name in names], dtype=np.int64)
    stack = np.stack(images)
    test = for_testing(labels)
    dataset = make_dataset(
        OWN,
        title,
        classes,
        (stack[~test], labels[~test]),
        (stack[test], labels[test]),
    )
    return dataset, skipped


def _by_class(entries: list[Entry], skipped: list[Skipped]) -> list[tuple[str, Entry]]:
    """Each file with its class, sorted; files beside the class folders are skipped."""
    paths = [(entry.parts, entry) for entry in entries if len(entry.parts) > 1]
    while len({parts[0] for parts, _ in paths}) == 1 and any(len(parts) > 2 for parts, _ in paths):
        paths = [(parts[1:], entry) for parts, entry in paths]
    kept = [(parts, entry) for parts, entry in paths if len(parts) > 1]
    inside = {id(entry) for _, entry in kept}
    skipped += [
        Skipped(entry.name, "it is not in a class folder")
        for entry in entries
        if id(entry) not in inside
    ]
    found = {parts[0].lower() for parts, _ in kept}
    if len(found) > 1 and found <= _SPLITS:
        raise DatasetError(
            f"The folders are called {' and '.join(sorted(found))}: give one folder per class "
            "instead; the pictures are split into training and test here."
        )
    kept.sort(key=lambda pair: ([part.casefold() for part in pair[0]], pair[0]))
    return [(parts[0], entry) for parts, entry in kept]


def _checked_classes(names: list[str], skipped: list[Skipped]) -> tuple[str, ...]:
    """The classes in order of appearance, if they can be learnt from."""
    counts = Counter(names)
    left_out = ""
    if skipped:
        first = skipped[0]
        left_out = f" ({len(skipped)} left out, the first {first.name}: {first.reason})"
    if len(counts) < 2:
        raise DatasetError(
            f"There are pictures of {len(counts)} class{'es' if not counts else ''}{left_out}: "
            "at least 2 are needed, each in a folder of its own."
        )
    if len(counts) > MAX_CLASSES:
        raise DatasetError(f"There are {len(counts)} classes: use at most {MAX_CLASSES}.")
    lonely = [name for name, count in counts.items() if count < 2]
    if lonely:
        raise DatasetError(
            f"Only one picture can be read of {', '.join(lonely)}{left_out}: each class needs at "
            "least 2, one to learn from and one to test."
        )
    return tuple(counts)
