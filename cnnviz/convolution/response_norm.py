"""Local response normalisation: a map divided by what its neighbours answer at the same place.

A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural
Networks, NeurIPS 2012, section 3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ALEXNET = {"n": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}


def response_norm(
    maps: ArrayLike, *, n: int, alpha: float, beta: float, k: float
) -> NDArray[np.float64]:
    r"""Normalise each number by its neighbours in `n` maps, itself included.

    $$b^i = a^i / \left(k + \alpha \sum_{j = \max(0, i - n/2)}^{\min(N - 1, i + n/2)} (a^j)^2
    \right)^\beta$$

    `torch.nn.functional.local_response_norm` divides `alpha` by `n`: give it `alpha * n`.

    Args:
        maps: C×…, one number a map and place.
        n: How many maps, odd.
        alpha: Weight of the sum.
        beta: Exponent.
        k: What the sum is added to.
    """
    values = np.asarray(maps, dtype=np.float64)
    sums = squared_neighbours(values, n)
    normalised: NDArray[np.float64] = values / (k + alpha * sums) ** beta
    return normalised


def squared_neighbours(maps: ArrayLike, n: int) -> NDArray[np.float64]:
    """The sum of squares over `n` maps around each, C×…; at the ends over those there are."""
    squares = np.asarray(maps, dtype=np.float64) ** 2
    reads = neighbours(len(squares), n)
    found: NDArray[np.float64] = np.stack([squares[row[row >= 0]].sum(axis=0) for row in reads])
    return found


def neighbours(count: int, n: int) -> NDArray[np.int64]:
    """Which maps each of `count` maps is normalised by: count×n, −1 where there is none."""
    reads = np.arange(count)[:, None] + np.arange(n) - n // 2
    found: NDArray[np.int64] = np.where((reads >= 0) & (reads < count), reads, -1)
    return found
