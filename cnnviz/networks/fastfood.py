"""Fastfood: a structured matrix in the place of a fully connected layer's.

After Q. Le, T. Sarlós and A. Smola, *Fastfood*, ICML 2013, and Z. Yang et al., *Deep Fried
Convnets*, ICCV 2015, where S, G and B are learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Fastfood(NamedTuple):
    """The parts of the product S·H·G·Π·H·B, n×n.

    Attributes:
        scale: n, the diagonal of S.
        gauss: n, the diagonal of G.
        order: n: Π puts entry `order[i]` into place i.
        signs: n, the diagonal of B.
    """

    scale: NDArray[np.float64]
    gauss: NDArray[np.float64]
    order: NDArray[np.int64]
    signs: NDArray[np.float64]

    def __call__(self, x: ArrayLike) -> NDArray[np.float64]:
        """Multiply a vector of n by the product, in O(n log n) steps."""
        mixed = walsh_hadamard(self.signs * np.asarray(x, dtype=np.float64))[self.order]
        return self.scale * walsh_hadamard(self.gauss * mixed)


def fastfood(n: int, seed: int) -> Fastfood:
    """Draw the parts at random, so that V is much like a matrix of normally distributed entries.

    Args:
        n: Inputs and outputs, a power of two.
        seed: Of the random numbers.

    Raises:
        ValueError: n is no power of two.
    """
    if n < 1 or n & (n - 1):
        raise ValueError(f"Fastfood needs a power of two, not {n}.")
    rng = np.random.default_rng(seed)
    gauss = rng.normal(size=n)
    lengths = np.sqrt(rng.chisquare(n, n))  # as the rows of a Gaussian matrix have
    scale = lengths / np.linalg.norm(gauss) / np.sqrt(n)
    return Fastfood(scale, gauss, rng.permutation(n), rng.choice([-1.0, 1.0], n))


def walsh_hadamard(x: ArrayLike) -> NDArray[np.float64]:
    """Multiply by the Hadamard matrix of ±1 (Sylvester's) with additions alone, n·log₂ n of them.

    Args:
        x: A vector of n numbers, n a power of two.
    """
    values = np.array(x, dtype=np.float64)
    half = 1
    while half < len(values):
        pairs = values.reshape(-1, 2, half)
        values = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
        half *= 2
    return values


def dense(parts: Fastfood) -> NDArray[np.float64]:
    """The product as one matrix, n×n."""
    return np.stack([parts(column) for column in np.eye(len(parts.scale))], axis=1)
