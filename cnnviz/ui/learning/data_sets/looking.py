"""Parts of the page Data sets: the classes, their pictures, and one of them as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.gallery import Tile
from cnnviz.components.linked_grids import Panel, linked_grids
from cnnviz.datasets import DATASETS, is_available, load_dataset
from cnnviz.datasets.browse import class_means
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.shared.tiles import choose_tile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.datasets import Dataset

ALL = -1
MOST = 55
_CHANNELS = ("Red", "Green", "Blue")


@st.cache_resource(max_entries=2, show_spinner="Reading the pictures…")
def known(name: str) -> Dataset:
    """The pictures of a data set that is on this computer.

    Args:
        name: A key of `DATASETS`.

    Raises:
        DatasetError: Its files are damaged.
    """
    return load_dataset(name)


def here() -> dict[str, str]:
    """Ids and titles of the data sets that are on this computer."""
    return {
        name: info.title for name, info in DATASETS.items() if info.embedded or is_available(name)
    }


@st.cache_data(max_entries=8, show_spinner=False)
def _means(name: str, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = pictures(known(name), part)
    classes = len(DATASETS[name].classes)
    whole = np.rint(images.mean(axis=0, dtype=np.float64)).astype(np.uint8)
    counts = np.bincount(labels, minlength=classes)
    return class_means(images, labels, classes), whole, counts


def pictures(data: Dataset, part: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The training or the test pictures, N×C×H×W, and their labels.

    Args:
        data: The data set.
        part: `train` or `test`.
    """
    if part == "train":
        return np.asarray(data.train_images), np.asarray(data.train_labels)
    return np.asarray(data.test_images), np.asarray(data.test_labels)


def choose_class(name: str, part: str) -> int:
    """Draw the mean picture of each class, to choose one.

    Args:
        name: A key of `DATASETS`.
        part: `train` or `test`.

    Returns:
        Its label, or `ALL`.
    """
    means, whole, counts = _means(name, part)
    tiles = [
        Tile(ALL, whole, "All", f"All classes: the mean of {thousands(int(counts.sum()))} pictures")
    ]
    for label, title in enumerate(DATASETS[name].classes):
        count = thousands(int(counts[label]))
        tiles.append(Tile(label, means[label], title, f"{title}: the mean of {count} pictures"))
    chosen = choose_tile("The mean picture of each class", tiles, ALL, key=f"ds_class_{name}")
    words = "all classes" if chosen == ALL else DATASETS[name].classes[chosen]
    of = int(counts.sum() if chosen == ALL else counts[chosen])
    st.caption(
        f"Each tile is the mean of a class: what its pictures have in common. Chosen: {words},"
        f" **{thousands(of)}** pictures."
    )
    return chosen


def choose_picture(name: str, part: str, label: int, page: int) -> int:
    """Draw pictures of a class, to choose one.

    Args:
        name: A key of `DATASETS`.
        part: `train` or `test`.
        label: The class, or `ALL`.
        page: From 1; each has `MOST` pictures.

    Returns:
        The index of the chosen one in its part of the data set.
    """
    images, labels = pictures(known(name), part)
    found = np.arange(len(labels)) if label == ALL else np.flatnonzero(labels == label)
    if label == ALL:  # they often lie class by class
        found = np.random.default_rng(0).permutation(found)
    titles = DATASETS[name].classes
    shown = found[(page - 1) * MOST : page * MOST]
    tiles = [Tile(int(at), images[at], "", f"Picture {at}: {titles[labels[at]]}") for at in shown]
    return choose_tile("The pictures", tiles, tiles[0].id, key=f"ds_at_{name}_{part}")


def show_numbers(image: NDArray[np.uint8], title: str) -> None:
    """Draw a picture as the numbers that a network gets before they are normalised.

    Args:
        image: C×H×W.
        title: What it shows.
    """
    names = _CHANNELS if len(image) == 3 else (title,)
    linked_grids(
        [
            Panel(name, channel.astype(np.float64), "pixels", limits=(0, 255))
            for name, channel in zip(names, image, strict=True)
        ],
        [],
        key="ds_numbers",
        alt=f"The pixels of a picture of {title}",
        play=False,
    )
