"""How well the classes of pixels agree with the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def overlap(
    predicted: NDArray[np.integer], truth: NDArray[np.integer], classes: int
) -> NDArray[np.float64]:
    """Intersection over union of each class: |A ∩ B| / |A ∪ B|, over all pixels.

    P. Jaccard, 1901; the measure of the PASCAL VOC challenge for segmentation.

    Args:
        predicted: Class numbers, in any shape.
        truth: Class numbers, in the same shape.
        classes: How many classes there are.

    Returns:
        One number for each class; NaN for a class that is in neither, of which nothing can be said.
    """
    pairs = np.bincount(
        truth.ravel().astype(np.int64) * classes + predicted.ravel(), minlength=classes**2
    ).reshape(classes, classes)
    both = np.diag(pairs)
    either = pairs.sum(0) + pairs.sum(1) - both
    found: NDArray[np.float64] = np.where(either > 0, both / np.maximum(either, 1), np.nan)
    return found


def foreground_overlap(predicted: NDArray[np.integer], truth: NDArray[np.integer]) -> float:
    """The same of all that is not background (class 0), whatever class it is; NaN if nothing is."""
    return float(overlap((predicted > 0).astype(int), (truth > 0).astype(int), 2)[1])
