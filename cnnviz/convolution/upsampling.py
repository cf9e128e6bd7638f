"""Transposed convolution looked at from outside: its matrix, and how evenly its stamps land."""

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.arithmetic import transposed2d
from cnnviz.convolution.matrix import as_matrix
from cnnviz.convolution.trace import trace
from cnnviz.convolution.windows import Array


def down_matrix(above: ArrayLike, kernel: ArrayLike, *, stride: int, padding: int) -> Array:
    """The matrix W of the convolution that a transposed convolution transposes.

    Args:
        above: rows x columns, of the shape that the transposed convolution gives.
        kernel: kh x kw.
        stride: of both.
        padding: of both: rows and columns added here, cut off there.

    Returns:
        One row per cell of the small side, one column per cell of ``above``; the columns of the
        padding, which holds zeros, are left out.
    """
    down = trace(above, kernel, stride=stride, padding=padding)
    rows, columns = (slice(padding, padding + n) for n in np.shape(above))
    inside = np.arange(down.padded.size).reshape(down.padded.shape[1:])[rows, columns].ravel()
    return as_matrix(down)[:, inside]


def stamps(side: int, kernel: int, stride: int) -> Array:
    """How many stamps of a k x k kernel land on each cell of the output of a side x side input."""
    return transposed2d(np.ones((side, side)), np.ones((kernel, kernel)), stride=stride)


def away_from_edges(landed: Array, kernel: int) -> Array:
    """The cells of `stamps` on which no stamp is missing because the picture ends."""
    edge = min(kernel - 1, (len(landed) - 1) // 2)
    return landed[edge : len(landed) - edge, edge : len(landed) - edge]
