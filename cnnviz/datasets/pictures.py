"""A data set from somebody's own pictures: one folder per class, in a zip or on disk."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.datasets.base import Dataset, DatasetError, for_testing, make_dataset
from cnnviz.datasets.layout import Layout, arrange, listed, pictures_and_masks
from cnnviz.datasets.preprocess import preprocess
from cnnviz.datasets.sources import Entry, Skipped, UnreadableError, list_folder, list_zip

# The id of every data set made of somebody's own pictures.
OWN = "own"
SIZES = (28, 32, 64)
MAX_CLASSES = 100
# Flat pictures of 50 megapixels are tiny files; decoding thousands of them would take hours.
MAX_PIXELS = 4_000_000_000


def load_zip(
    data: bytes, *, title: str = "My pictures", size: int = 32, channels: int = 3
) -> tuple[Dataset, list[Skipped]]:
    """Make a data set of a zip with one folder of pictures per class.

    Folders around the class folders are seen through, and what systems leave beside pictures
    (``__MACOSX``, ``.DS_Store``) is ignored. Folders such as ``train`` and ``test`` that hold the
    same classes are taken as such; otherwise every fifth picture of each class, by name, is for
    testing.

    Args:
        data: The zip's bytes. Nothing of it is written to disk.
        title: What to call it.
        size: Side of the squares that the pictures are cropped and resized to: 28, 32 or 64.
        channels: 1 for grey, 3 for colour.

    Returns:
        The data set, whose remarks tell what was made of the zip, and the files left out.

    Raises:
        DatasetError: Not a usable zip; too many or too large files; fewer than 2 classes, or
            fewer than 2 readable pictures in one; a ready-made split of unlike classes.
    """
    entries, remark = list_zip(data)
    remarks = [remark] if remark else []
    return _collect(entries, remarks, title=title, size=size, channels=channels)


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
    return _collect(list_folder(folder), [], title=title, size=size, channels=channels)


def read_pictures(
    entries: Iterable[Entry], skipped: list[Skipped]
) -> Iterator[tuple[Entry, NDArray[np.uint8]]]:
    """Read pictures one by one; their pixels are counted, as small files can hold very many.

    Args:
        entries: The files.
        skipped: Gets those that cannot be read.

    Yields:
        Each file that is a picture, and its H×W×3 levels.

    Raises:
        DatasetError: They are too large in all.
    """
    # Not above: a process that trains needs no reader of pictures.
    from cnnviz.imaging import ImageError, load_image  # noqa: PLC0415

    pixels = 0
    for entry in entries:
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
        yield entry, picture


def _collect(
    entries: list[Entry], remarks: list[str], *, title: str, size: int, channels: int
) -> tuple[Dataset, list[Skipped]]:
    if size not in SIZES or channels not in {1, 3}:
        raise DatasetError("Pictures are made 28, 32 or 64 pixels wide, in 1 or 3 channels.")
    layout = arrange(entries)
    if not layout.pictures:
        raise DatasetError(
            "No picture is in a class folder: put the pictures of each class into a folder of its"
            " own, at least two folders, and zip these."
        )
    skipped: list[Skipped] = []
    names: list[str] = []
    images = []
    tests = []
    of = {id(entry): name for name, entry in layout.pictures}
    for entry, picture in read_pictures((entry for _, entry in layout.pictures), skipped):
        names.append(of[id(entry)])
        tests.append(layout.tests is not None and id(entry) in layout.tests)
        images.append(preprocess(picture, (channels, size, size)))
    skipped += _strays(layout)
    classes = _checked_classes(names, skipped)
    labels = np.array([classes.index(name) for name in names], dtype=np.int64)
    pictures, masks = pictures_and_masks(entries)
    paired = len(pictures.keys() & masks.keys())
    stack = np.stack(images)
    test = for_testing(labels) if layout.tests is None else np.array(tests)
    _check_both_sides(classes, labels[~test], labels[test])
    made = make_dataset(
        OWN,
        title,
        classes,
        (stack[~test], labels[~test]),
        (stack[test], labels[test]),
        remarks=(
            *remarks,
            *layout.remarks,
            *_unread(layout, names, skipped),
            *_single(classes, labels[test]),
            *_unequal(classes, labels, labels[test]),
        ),
    )
    return replace(made, masked=2 * paired >= len(pictures) > 0), skipped


def _strays(layout: Layout) -> list[Skipped]:
    classes = {entry.parts[:-1] for _, entry in layout.pictures}
    return [
        Skipped(
            entry.name,
            "it is not a picture" if entry.parts[:-1] in classes else "it is not in a class folder",
        )
        for entry in layout.strays
    ]


def _checked_classes(names: list[str], skipped: list[Skipped]) -> tuple[str, ...]:
    """The classes in order of appearance, if they can be learned from."""
    counts = Counter(names)
    left_out = ""
    if skipped:
        first = skipped[0]
        reason = first.reason.removesuffix(".")
        left_out = f" ({len(skipped)} left out, such as {first.name}: {reason})"
    if not counts:
        raise DatasetError(f"No picture can be read{left_out}.")
    if len(counts) < 2:
        raise DatasetError(
            f"There are pictures of 1 class{left_out}: at least 2 are needed, each in a folder of "
            "its own."
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


def _check_both_sides(
    classes: tuple[str, ...], train: NDArray[np.int64], test: NDArray[np.int64]
) -> None:
    """A ready-made split may have pictures of a class on one side only."""
    for labels, purpose in ((train, "to learn from"), (test, "to test")):
        missing = [name for i, name in enumerate(classes) if i not in labels]
        if missing:
            raise DatasetError(
                f"For {listed(missing)}, no picture {purpose} can be read: each class needs at "
                "least 2, one to learn from and one to test."
            )


def _unread(layout: Layout, names: list[str], skipped: list[Skipped]) -> list[str]:
    """Sentences on the classes of which nothing could be read."""
    reasons = {skip.name: skip.reason for skip in skipped}
    gone: dict[str, list[Entry]] = {}
    for name, entry in layout.pictures:
        if name not in names:
            gone.setdefault(name, []).append(entry)
    return [
        f"The class {name} is left out: {_none_of(len(entries))}. The first is "
        f"{entries[0].name}: {reasons[entries[0].name]}"
        for name, entries in gone.items()
    ]


def _none_of(count: int) -> str:
    return (
        f"none of its {count} pictures can be read"
        if count > 1
        else "its only picture cannot be read"
    )


def _single(classes: tuple[str, ...], test: NDArray[np.int64]) -> list[str]:
    """A sentence on the classes with one test picture."""
    counts = np.bincount(test, minlength=len(classes))
    single = [name for name, count in zip(classes, counts, strict=True) if count == 1]
    if not single:
        return []
    if len(single) == len(classes):
        found = "Each class has a single test picture"
    elif len(single) == 1:
        found = f"{single[0]} has a single test picture"
    else:
        found = f"{listed(single)} have a single test picture each"
    return [f"{found}, which is either right or wrong. More pictures make a better test."]


def _unequal(
    classes: tuple[str, ...], labels: NDArray[np.int64], test: NDArray[np.int64]
) -> list[str]:
    """A sentence on classes of unlike sizes, where accuracy says little."""
    counts = np.bincount(labels, minlength=len(classes))
    if counts.max() < 2 * counts.min():
        return []
    tested = np.bincount(test, minlength=len(classes))
    least, most, usual = classes[counts.argmin()], classes[counts.argmax()], tested.argmax()
    sizes = f"{counts.max():,} pictures of {most}, {counts.min():,} of {least}"
    right = f"right for {tested[usual]:,} of {len(test):,} test pictures"
    return [f"The classes are unequal: {sizes}. Who answers {classes[usual]} always is {right}."]
