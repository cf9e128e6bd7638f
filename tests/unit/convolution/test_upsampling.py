"""The matrix of a transposed convolution, and where its stamps land."""

import numpy as np
import pytest

from cnnviz.convolution import lecture_case, transposed2d
from cnnviz.convolution.upsampling import away_from_edges, down_matrix, stamps


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (2, 1), (3, 2)])
def test_its_transpose_carries_up(stride, padding):
    rng = np.random.default_rng(3)
    small, kernel = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    up = transposed2d(small, kernel, stride=stride, padding=padding)
    matrix = down_matrix(up, kernel, stride=stride, padding=padding)
    np.testing.assert_allclose(matrix.T @ small.ravel(), up.ravel())


def test_stamps_are_the_decks():
    case = lecture_case("s1-checkerboard")
    counts = stamps(case["inputs"]["n"], 3, 2)
    assert counts[0].tolist() == case["expected"]["k3s2"]
    assert counts.max() == case["expected"]["k3s2_2d_max"]
    assert stamps(case["inputs"]["n"], 4, 2)[0].tolist() == case["expected"]["k4s2"]


@pytest.mark.parametrize(("kernel", "stride", "even"), [(4, 2, True), (3, 2, False), (6, 3, True)])
def test_only_a_stride_that_divides_is_even_away_from_the_edges(kernel, stride, even):
    middle = away_from_edges(stamps(6, kernel, stride), kernel)
    assert (np.ptp(middle) == 0) == even
