"""A sliding window as one matrix, read off its trace."""

import numpy as np

from cnnviz.convolution.geometry import ConvolutionError
from cnnviz.convolution.trace import Trace
from cnnviz.convolution.windows import Array


def as_matrix(trace: Trace) -> Array:
    """Return the matrix W of a weighted sum: ``output.flat = W @ padded.flat + bias``.

    Args:
        trace: of a correlation, convolution or transposed convolution.

    Returns:
        One row per output cell, one column per cell of ``trace.padded``.

    Raises:
        ConvolutionError: for pooling, which is no weighted sum.
    """
    if trace.kernel is None:
        raise ConvolutionError(f"A {trace.operator} has no weights to write as a matrix.")
    matrix = np.zeros((len(trace.reads), trace.padded.size))
    row, term = np.nonzero(trace.reads >= 0)
    np.add.at(matrix, (row, trace.reads[row, term]), trace.kernel.flat[trace.taps[term]])
    return matrix
