"""A data set looked through: what the pictures of a class have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def class_means(
    images: NDArray[np.uint8], labels: NDArray[np.int64], classes: int
) -> NDArray[np.uint8]:
    """The mean picture of each class, rounded.

    Args:
        images: N×C×H×W.
        labels: N, from 0.
        classes: How many classes there are.

    Returns:
        classes×C×H×W; black for a class without a picture.
    """
    means = np.zeros((classes, *images.shape[1:]), dtype=np.uint8)
    for label in np.unique(labels):
        means[label] = np.rint(images[labels == label].mean(axis=0, dtype=np.float64))
    return means
