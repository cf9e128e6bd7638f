"""The kernel that best turns one image into another: linear least squares."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.geometry import ConvolutionError, Size2d, as_pair
from cnnviz.convolution.trace import trace
from cnnviz.convolution.windows import Array
from cnnviz.numbers.formatting import sides


class Fit(NamedTuple):
    """The best kernel of a size.

    ``kernel`` is kh x kw, ``residual`` the sum of squared errors that is left with it, and
    ``unique`` whether no other kernel is as good. Gradient descent on the sum of squared errors
    converges for every learning rate below ``largest_rate``.
    """

    kernel: Array
    residual: float
    unique: bool
    largest_rate: float


def fit_kernel(image: ArrayLike, target: ArrayLike, size: Size2d = 3) -> Fit:
    """Find the kernel of a size whose correlation with ``image`` is nearest to ``target``.

    Each output cell is one linear equation in the weights: with the windows as the rows of A,
    least squares of ``A theta = target``. The Hessian of the loss is ``2 A^T A``, so descent with
    rate r converges if ``r < 1 / lambda_max(A^T A)``.

    Args:
        image: H x W.
        target: (H - kh + 1) x (W - kw + 1).
        size: of the kernel: one number or (height, width).

    Raises:
        ConvolutionError: if the target has another shape than the output, or the kernel does not
            fit.
    """
    high, wide = as_pair(size, "kernel")
    windows = trace(image, np.ones((high, wide)))
    target = np.asarray(target, dtype=np.float64)
    if target.shape != windows.output.shape:
        rows, columns = windows.output.shape
        raise ConvolutionError(
            f"A {high}×{wide} kernel gives {rows}×{columns} numbers, but the target has "
            f"{sides(target.shape)}: type a target of that size."
        )
    equations = windows.padded.flat[windows.reads]
    kernel, _, rank, singular = np.linalg.lstsq(equations, target.ravel(), rcond=None)
    residual = float(((equations @ kernel - target.ravel()) ** 2).sum())
    steepest = float(singular.max()) ** 2
    return Fit(
        kernel.reshape(high, wide),
        residual,
        bool(rank == high * wide),
        1 / steepest if steepest else float("inf"),
    )
