"""The pictures of the page: small grey ones, most of them without their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
import torch

from cnnviz.datasets import DATASETS, is_available, load_dataset
from cnnviz.training.experiments.k_means import Split, Stack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.datasets import Dataset

STACKS = {
    "digits": Stack(5, 32, 1, 2, 64),
    "fashionmnist": Stack(6, 36, 3, 3, 64, regions=4),
    "mnist": Stack(6, 36, 3, 3, 64, regions=4),
}
_MOST, _TEST = 2000, 500
SEED = 0


class Pictures(NamedTuple):
    """A data set for this page.

    Attributes:
        images: N×1×H×W, from 0 to 1.
        labels: N class numbers.
        test: M×1×H×W.
        test_labels: M class numbers.
    """

    images: Tensor
    labels: Tensor
    test: Tensor
    test_labels: Tensor

    def split(self, labelled: int) -> Split:
        """The first so many with their labels, and all for testing."""
        return Split(self.images[:labelled], self.labels[:labelled], self.test, self.test_labels)


def offered() -> dict[str, str]:
    """The data sets that are on this computer, by id, with their titles."""
    return {id: DATASETS[id].title for id in STACKS if is_available(id)}


@st.cache_resource(max_entries=3, show_spinner="Loading the pictures")
def pictures(id: str) -> Pictures:
    """The first pictures of a data set.

    Raises:
        DatasetError: It cannot be read.
    """
    found: Dataset = load_dataset(id)
    return Pictures(
        _scaled(found.train_images[:_MOST]),
        torch.from_numpy(found.train_labels[:_MOST].copy()),
        _scaled(found.test_images[:_TEST]),
        torch.from_numpy(found.test_labels[:_TEST].copy()),
    )


def _scaled(images: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(images.copy()) / 255
