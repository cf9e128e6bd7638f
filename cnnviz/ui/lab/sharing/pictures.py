"""The pictures of the page From fully connected to convolutional."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.datasets import load_dataset
from cnnviz.inspection import load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

if TYPE_CHECKING:
    from numpy.typing import NDArray


@functools.cache
def clothes() -> NDArray[np.uint8]:
    """Test pictures of Fashion-MNIST that come with the app, N×28×28."""
    return np.asarray(load_samples(Run(SHIPPED / "fashionmnist-gap", shipped=True)).images[:, 0])


@functools.cache
def digits() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """scikit-learn's digits, for training and for testing: N×8×8, 0 to 1."""
    data = load_dataset("digits")
    train, test = (np.asarray(x)[:, 0] / 255 for x in (data.train_images, data.test_images))
    return train, test
