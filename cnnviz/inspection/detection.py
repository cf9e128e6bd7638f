"""Things found in a scene: from a network's maps to boxes and instances, and how right they are.

A centre is a peak of a map (X. Zhou, D. Wang and P. Krähenbühl, arXiv:1904.07850); its box is what
the pixel there says of the distances to the box's sides (Z. Tian and others, arXiv:1904.01355); a
pixel belongs to the thing whose centre it points at (B. Cheng and others, arXiv:1911.10194).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SURE = 0.3
"""From this probability on, a peak is a thing found."""
_REACH = 3
MATCHED = 0.5
"""From this intersection over union on, a box is taken for that of a thing."""


@dataclass(frozen=True, eq=False)
class Found:
    """A thing found.

    Attributes:
        label: Its class, 1 for the first.
        score: Its probability.
        box: Top, left, bottom and right, in pixels and their parts.
    """

    label: int
    score: float
    box: tuple[float, float, float, float]

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column."""
        top, left, bottom, right = self.box
        return (top + bottom) / 2, (left + right) / 2


def find(heat: NDArray[np.floating], sides: NDArray[np.floating]) -> list[Found]:
    """The things whose centres are peaks, the most probable first.

    Args:
        heat: K×H×W: the probability that a thing of a class has its centre at a pixel. A peak is
            the largest of all classes and of the 7×7 pixels around it; of equal ones, the first.
        sides: 4×H×W: from the middle of each pixel up, left, down and right to its thing's box.
    """
    best = heat.max(0)
    height, width = best.shape
    found = []
    for row, column in np.argwhere(best >= SURE).tolist():
        top, left = max(0, row - _REACH), max(0, column - _REACH)
        near = best[top : row + _REACH + 1, left : column + _REACH + 1]
        if np.unravel_index(near.argmax(), near.shape) != (row - top, column - left):
            continue
        up, across, down, on = sides[:, row, column].tolist()
        y, x = row + 0.5, column + 0.5
        box = (max(0.0, y - up), max(0.0, x - across), min(height, y + down), min(width, x + on))
        label = 1 + int(heat[:, row, column].argmax())
        found.append(Found(label, float(best[row, column]), box))
    return sorted(found, key=lambda one: -one.score)


def instances(
    things: Sequence[Found], ink: NDArray[np.bool_], sides: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Which thing each pixel belongs to: that whose centre is nearest to the one it points at.

    Args:
        things: N things found.
        ink: H×W: the pixels that are of some thing.
        sides: 4×H×W, as for `find`: half of their difference points at the centre.

    Returns:
        H×W: 1 to N, and 0 for none.
    """
    numbers = np.zeros(ink.shape, np.uint8)
    if not things:
        return numbers
    rows, columns = np.nonzero(ink)
    up, across, down, on = sides[:, rows, columns]
    y, x = rows + 0.5 + (down - up) / 2, columns + 0.5 + (on - across) / 2
    centres = np.array([one.centre for one in things])
    far = (y[:, None] - centres[:, 0]) ** 2 + (x[:, None] - centres[:, 1]) ** 2
    numbers[rows, columns] = 1 + far.argmin(1)
    return numbers


def box_overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """Intersection over union of two boxes: top, left, bottom, right."""
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0.0, height) * max(0.0, width)
    areas = [(bottom - top) * (right - left) for top, left, bottom, right in (one, other)]
    return both / (sum(areas) - both) if both else 0.0


def match(
    found: Sequence[int], true: Sequence[int], overlap: Callable[[int, int], float]
) -> list[int]:
    """Which true thing each thing found is: the one of its class that it overlaps most.

    As PASCAL VOC does it (M. Everingham and others, IJCV 2010): the surest chooses first, from an
    overlap of MATCHED on, and each true thing is found once.

    Args:
        found: Classes of what was found, the surest first.
        true: Classes of what is there.
        overlap: Intersection over union of a thing found and a true one, by their numbers.

    Returns:
        For each thing found the number of the true one; −1 for none.
    """
    taken: list[int] = []
    for at, label in enumerate(found):
        shares = {other: overlap(at, other) for other, same in enumerate(true) if same == label}
        best = max(shares, key=shares.__getitem__, default=-1)
        free = best >= 0 and shares[best] >= MATCHED and best not in taken
        taken.append(best if free else -1)
    return taken


def average_precision(scores: Sequence[float], right: Sequence[bool], there: int) -> float:
    """Area under precision over recall, AP, as PASCAL VOC has it since 2010.

    Precision at a recall is the best at that recall or a higher one.

    Args:
        scores: Of all things found of a class, in all pictures.
        right: Which of them were matched.
        there: How many things of the class there are; NaN is returned for none.
    """
    if not there:
        return float("nan")
    hits = np.array(right, dtype=float)[np.argsort(-np.array(scores), kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((envelope * hits).sum() / there)
