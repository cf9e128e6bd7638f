"""A kernel as a sum of few separable ones: cheaper, and only approximately the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.convolution.geometry import ConvolutionError
from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class LowRank(NamedTuple):
    """The best approximation of a kernel by a sum of r separable ones.

    Attributes:
        columns: h×r, the vertical kernels, one per term.
        rows: r×w, the horizontal ones.
        kernel: h×w, their sum: `columns @ rows`.
        error: Root of the summed squared differences, as a share of the kernel's own.
        rank: How many terms the kernel needs to be met exactly.
    """

    columns: NDArray[np.float64]
    rows: NDArray[np.float64]
    kernel: NDArray[np.float64]
    error: float
    rank: int


def low_rank(kernel: ArrayLike, terms: int) -> LowRank:
    """Approximate a kernel by the singular values that are largest (Eckart and Young, 1936).

    Convolving with `columns[:, i]` and then with `rows[i]`, and adding up over i, takes r·(h + w)
    products per pixel instead of h·w.

    Args:
        kernel: h×w.
        terms: r, from 1 to the smaller side.

    Raises:
        ConvolutionError: There cannot be so many terms.

    >>> low_rank([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 1).error < 1e-12
    True
    """
    values = np.asarray(kernel, dtype=np.float64)
    if not 1 <= terms <= min(values.shape):
        raise ConvolutionError(
            f"A {sides(values.shape)} kernel has from 1 to {min(values.shape)} terms."
        )
    left, singular, right = np.linalg.svd(values, full_matrices=False)
    columns, rows = left[:, :terms] * singular[:terms], right[:terms]
    # The signs of a term are free: its row mostly adds, as people would write it.
    signs = np.where(rows.sum(1) < 0, -1.0, 1.0)
    columns, rows = columns * signs, rows * signs[:, None]
    whole = float(np.linalg.norm(singular))
    error = float(np.linalg.norm(singular[terms:])) / whole if whole else 0.0
    return LowRank(columns, rows, columns @ rows, error, int(np.linalg.matrix_rank(values)))
