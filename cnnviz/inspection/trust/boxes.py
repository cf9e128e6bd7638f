"""Where is it, then? From a map to a mask and a box, and how well they fit.

B. Zhou et al., CVPR 2016, take what reaches 20 % of the map's maximum, and of it the largest piece;
others take other shares, and the share decides much of the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cnnviz.inspection.cam import upsample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Shares of the maximum, 5 % to 95 %."""


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels.

    Attributes:
        top: Of its first row.
        left: Of its first column.
        height: Rows.
        width: Columns.
    """

    top: int
    left: int
    height: int
    width: int


def largest_piece(
    raw: NDArray[np.float64], threshold: float, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """The largest piece of what reaches a share of the maximum; touching corners connect.

    Args:
        raw: h×w signed evidence; it is stretched bilinearly to the picture's size first.
        threshold: Share of the stretched map's maximum, above 0 and up to 1.
        size: Height and width of the picture.

    Returns:
        H×W; nothing where the map has no evidence for the class. Of equally large pieces, the one
        that begins first in reading order.
    """
    stretched = upsample(raw, size)
    most = stretched.max()
    if not most > 0:
        return np.zeros(size, dtype=bool)
    marked = (stretched >= threshold * most).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    firsts = [int(np.argmax(labels.ravel() == label)) for label in range(1, len(stats))]
    best = max(range(1, len(stats)), key=lambda n: (stats[n, cv2.CC_STAT_AREA], -firsts[n - 1]))
    return np.asarray(labels == best)


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """The smallest box around a mask; None if it is empty."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    return Box(int(rows[0]), int(columns[0]), height, width)


def overlap(one: Box | None, other: Box) -> float:
    """Intersection over union, IoU: 0 where there is no box, or the two do not meet."""
    if one is None:
        return 0.0
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    shared = max(0, height) * max(0, width)
    return shared / (one.height * one.width + other.height * other.width - shared)


def overlaps(
    maps: Sequence[NDArray[np.float64]],
    truths: Sequence[Box],
    size: tuple[int, int],
    thresholds: Sequence[float] = THRESHOLDS,
) -> NDArray[np.float64]:
    """IoU of each map's box and the true one, at each threshold.

    Args:
        maps: N maps.
        truths: N boxes.
        size: Height and width of the pictures.
        thresholds: T shares of the maximum.

    Returns:
        T×N.
    """
    return np.array(
        [
            [
                overlap(box_of(largest_piece(raw, threshold, size)), truth)
                for raw, truth in zip(maps, truths, strict=True)
            ]
            for threshold in thresholds
        ]
    )
