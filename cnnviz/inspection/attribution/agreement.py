"""How much two maps agree on which places matter more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's ρ of two maps of the same picture, over the cells of the coarser one.

    A map of more cells is averaged down to the other's: a fine map is then compared by what it
    says about each region, and not by single pixels.

    Returns:
        1 for the same order, −1 for the opposite one, about 0 for unrelated ones; NaN where a map
        is the same everywhere.
    """
    rows = min(one.shape[0], other.shape[0])
    columns = min(one.shape[1], other.shape[1])
    ranks = [_ranked(averaged(each, (rows, columns))) for each in (one, other)]
    centred = [each - each.mean() for each in ranks]
    spread = np.sqrt(np.prod([np.sum(each**2) for each in centred]))
    return float(np.sum(centred[0] * centred[1]) / spread) if spread > 0 else float("nan")


def _ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rank of each value among all, from 1; equal ones share the mean of their ranks.

    `scipy.stats.rankdata` gives the same, and takes most of a second to import: the first visitor
    of a page would wait for it.
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[places.ravel()]
    return ranks


def averaged(values: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """A map averaged down to a coarser grid of rows×columns, each cell the mean of its area."""
    for axis, cells in enumerate(size):
        edges = np.linspace(0, values.shape[axis], cells + 1)
        # The integral of a step function, read at the edges: areas may end within a cell.
        total = np.concatenate(
            [np.zeros_like(np.take(values, [0], axis)), np.cumsum(values, axis)], axis
        )
        below = np.floor(edges).astype(int).clip(max=values.shape[axis] - 1)
        share = np.expand_dims(edges - below, 1 - axis)
        read = np.take(total, below, axis) + share * np.take(values, below, axis)
        values = np.diff(read, axis=axis) / np.expand_dims(np.diff(edges), 1 - axis)
    return values
