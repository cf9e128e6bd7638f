"""The matrix of a sliding window against its output."""

import numpy as np
import pytest

from cnnviz.convolution import (
    ConvolutionError,
    as_matrix,
    correlate2d,
    trace,
    trace_pool,
    trace_transposed,
    transposed2d,
)

RANDOM = np.random.default_rng(0)


def test_the_matrix_gives_the_output_and_its_transpose_the_transposed_convolution():
    image, kernel = RANDOM.normal(size=(6, 7)), RANDOM.normal(size=(3, 2))
    traced = trace(image, kernel, stride=2, bias=0.5)
    matrix = as_matrix(traced)
    output = correlate2d(image, kernel, stride=2)
    np.testing.assert_allclose(matrix @ image.reshape(-1), output.reshape(-1), atol=1e-12)
    back = transposed2d(output, kernel, stride=2)
    np.testing.assert_allclose(
        (matrix.T @ output.reshape(-1)).reshape(image.shape)[: back.shape[0], : back.shape[1]],
        back,
        atol=1e-12,
    )
    np.testing.assert_allclose(
        as_matrix(trace_transposed(output, kernel, stride=2)).shape, (back.size, output.size)
    )


def test_pooling_is_no_matrix():
    with pytest.raises(ConvolutionError, match="max pooling has no weights"):
        as_matrix(trace_pool(np.ones((4, 4)), 2))
