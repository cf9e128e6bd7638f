"""Do the marked places matter? Deletion and insertion: V. Petsiuk et al., RISE, BMVC 2018.

Cells are covered, or uncovered, from the most marked to the least, and the class's probability is
followed. If the marks are right it falls early in deletion and rises early in insertion. What a
cell is covered with has a say in it, and a random order is needed to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
import torch

from cnnviz.inspection.attribution.agreement import averaged
from cnnviz.inspection.attribution.question import Question
from cnnviz.inspection.guard import InspectionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

Cover = Literal["black", "blur", "mean"]
MOST_CELLS = 14
"""Rows and columns of cells that are covered one by one; finer maps are averaged."""
STEPS = 14
"""Steps from the whole picture to the covered one."""
_BLUR = 0.1  # standard deviation of the blur, as a share of the picture's shorter side


@dataclass(frozen=True, eq=False)
class Ranking:
    """An order of the cells of a picture, and how many of them are changed at each step.

    Attributes:
        place: Rows×columns: the place of each cell in the order, 0 first.
        counts: How many cells are changed at each step, from 0 to all.
    """

    place: NDArray[np.int64]
    counts: tuple[int, ...]

    @property
    def shares(self) -> list[float]:
        """The share of the picture that is changed at each step."""
        return [count / self.place.size for count in self.counts]

    def mask(self, count: int, size: tuple[int, int]) -> NDArray[np.bool_]:
        """H×W: the pixels of the first `count` cells, each pixel in the cell of its centre."""
        rows, columns = (
            np.minimum(((np.arange(side) + 0.5) * cells / side).astype(int), cells - 1)
            for side, cells in zip(size, self.place.shape, strict=True)
        )
        first: NDArray[np.bool_] = (self.place < count)[np.ix_(rows, columns)]
        return first


def ranking_of(raw: NDArray[np.float64], steps: int = STEPS) -> Ranking:
    """The cells of a map, the most marked first; of equal ones the upper left first.

    Args:
        raw: h×w signed evidence.
        steps: How many steps there are at most.
    """
    rows, columns = (min(side, MOST_CELLS) for side in raw.shape)
    order = np.argsort(-averaged(raw, (rows, columns)).ravel(), kind="stable")
    return _ranking(order, (rows, columns), steps)


def random_ranking(size: tuple[int, int], seed: int, steps: int = STEPS) -> Ranking:
    """The same cells in random order.

    Args:
        size: Rows and columns of cells.
        seed: Of the order.
        steps: How many steps there are at most.
    """
    order = np.random.default_rng(seed).permutation(size[0] * size[1])
    return _ranking(order, size, steps)


def _ranking(order: NDArray[np.int64], size: tuple[int, int], steps: int) -> Ranking:
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    counts = np.unique(np.rint(np.linspace(0, len(order), steps + 1)).astype(int))
    return Ranking(place.reshape(size), tuple(int(count) for count in counts))


def covered(x: Tensor, cover: Cover, black: Tensor) -> Tensor:
    """What replaces the cells that are taken away: a picture without its details.

    Args:
        x: 1×C×H×W, preprocessed.
        cover: `mean`: the mean colour of the pictures that the network was trained on, which is
            0 after preprocessing; `blur`: the picture itself, blurred until its details are gone;
            `black`.
        black: What the preprocessing makes of black: 1×C×1×1, or the like.
    """
    if cover == "mean":
        return torch.zeros_like(x)
    if cover == "black":
        return black.expand_as(x).to(x)
    sigma = _BLUR * min(x.shape[2:])
    blurred = [cv2.GaussianBlur(channel, (0, 0), sigma) for channel in x[0].numpy()]
    return torch.from_numpy(np.stack(blurred))[None].to(x)


def probabilities(
    model: nn.Module,
    x: Tensor,
    class_index: int,
    under: Tensor,
    ranking: Ranking,
    *,
    insert: bool = False,
) -> Iterator[list[float]]:
    """The class's probability while cells are covered, or uncovered, in an order.

    Args:
        model: A classifier; it is left as it is.
        x: 1×C×H×W, preprocessed.
        class_index: The class.
        under: What is seen of covered cells: the same shape.
        ranking: The order.
        insert: Whether everything is covered at first.

    Yields:
        What is known after each batch: a number for each of the first steps; all at last.

    Raises:
        InspectionError: The two pictures differ in shape.
    """
    if x.shape != under.shape:
        raise InspectionError("The picture and what covers it differ in size.")
    question = Question(model, x, class_index)
    height, width = x.shape[2:]
    found: list[float] = []
    for part in question.parts(len(ranking.counts)):
        masks = [torch.from_numpy(ranking.mask(n, (height, width))) for n in ranking.counts[part]]
        first, then = (under, x) if insert else (x, under)
        pictures = torch.cat([torch.where(mask, then, first) for mask in masks])
        answers = question.answers(pictures).softmax(1)[:, class_index]
        found.extend(answers.tolist())
        yield list(found)


def area(shares: list[float], values: list[float]) -> float:
    """The area under a curve by trapezia, as a share of the square: 0 to 1 for probabilities."""
    return float(np.trapezoid(values, shares))
