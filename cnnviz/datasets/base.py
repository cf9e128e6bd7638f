"""What a data set is here: labelled pictures in memory, with a fixed split."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

# One picture in five is kept for testing.
TEST_EVERY = 5


class DatasetError(ValueError):
    """A data set cannot be had; the message is a sentence that says what to do."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled pictures in memory.

    Attributes:
        id: Short name, safe in a file name.
        title: Name for people.
        classes: Class names; a label is an index into them.
        train_images: N×C×H×W ``uint8``.
        train_labels: N ``int64``.
        test_images: M×C×H×W ``uint8``.
        test_labels: M ``int64``.
        mean: Mean of each channel of the training pictures, on the scale 0 to 1.
        std: Standard deviation of each channel, on the same scale.
        remarks: What people should know before they train on it, in sentences.
        masked: Whether the files look like pictures with their masks, which are no classes.
        task: What is asked for, a key of `cnnviz.training.tasks.TASKS`. Where it is a picture, all
            labels are 0.
        train_targets: The pictures asked for, ``uint8``: N×H×W classes of pixels, or N×C×H×W. None
            where none are, and where they are the training pictures themselves.
        test_targets: Likewise, of the test pictures.
    """

    id: str
    title: str
    classes: tuple[str, ...]
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    remarks: tuple[str, ...] = ()
    masked: bool = False
    task: str = "classify"
    train_targets: NDArray[np.uint8] | None = None
    test_targets: NDArray[np.uint8] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """C, H, W of one picture."""
        channels, height, width = self.train_images.shape[1:]
        return channels, height, width


def make_dataset(
    id: str,
    title: str,
    classes: tuple[str, ...],
    train: tuple[NDArray[np.uint8], NDArray[np.int64]],
    test: tuple[NDArray[np.uint8], NDArray[np.int64]],
    *,
    remarks: tuple[str, ...] = (),
) -> Dataset:
    """Put a :class:`Dataset` together, measuring mean and spread on the training pictures."""
    mean, std = channel_statistics(train[0])
    return Dataset(id, title, classes, *train, *test, mean=mean, std=std, remarks=remarks)


def make_picture_dataset(
    id: str,
    title: str,
    classes: tuple[str, ...],
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    targets: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None,
    *,
    task: str,
) -> Dataset:
    """Put a :class:`Dataset` together of which a picture is asked for each picture.

    Args:
        id: Short name, safe in a file name.
        title: Name for people.
        classes: What the numbers are that the network gives for each pixel.
        pictures: For training and for testing.
        targets: Likewise; None where they are the pictures themselves.
        task: A key of `cnnviz.training.tasks.TASKS`.
    """
    train, test = ((one, np.zeros(len(one), np.int64)) for one in pictures)
    made = make_dataset(id, title, classes, train, test)
    first, second = targets or (None, None)
    return replace(made, task=task, train_targets=first, test_targets=second)


def channel_statistics(
    images: NDArray[np.uint8],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel of N×C×H×W pictures, on the scale 0 to 1.

    They come from each channel's histogram, so no float copy of the pictures is made. A channel
    with a single value would give a spread of 0, by which nothing can be divided: it gives 1.
    """
    means, stds = [], []
    levels = np.arange(256) / 255
    for channel in range(images.shape[1]):
        counts = np.bincount(images[:, channel].ravel(), minlength=256)
        mean = float(np.average(levels, weights=counts))
        std = float(np.sqrt(np.average((levels - mean) ** 2, weights=counts)))
        means.append(mean)
        stds.append(std or 1.0)
    return tuple(means), tuple(stds)


def for_testing(labels: NDArray[np.int64]) -> NDArray[Any]:
    """Which pictures are kept for testing: every fifth of each class, in the order given.

    The second of each class is the first to be taken, so that a class of two already has one
    picture on each side. No random numbers: the split is the same everywhere, for ever.
    """
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        mask[np.flatnonzero(labels == label)[1::TEST_EVERY]] = True
    return mask
