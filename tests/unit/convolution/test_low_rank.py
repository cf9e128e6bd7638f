"""A kernel as a sum of separable ones."""

import numpy as np
import pytest
import torch

from cnnviz.convolution import ConvolutionError
from cnnviz.convolution.low_rank import low_rank


@pytest.mark.parametrize("terms", [1, 2, 3])
def test_no_other_sum_of_as_many_terms_is_nearer(terms):
    kernel = np.random.default_rng(0).normal(size=(5, 3))
    found = low_rank(kernel, terms)
    s = torch.linalg.svdvals(torch.from_numpy(kernel)).numpy()
    assert found.error == pytest.approx(np.sqrt((s[terms:] ** 2).sum() / (s**2).sum()))
    np.testing.assert_allclose(
        np.linalg.norm(kernel - found.kernel) / np.linalg.norm(kernel), found.error, atol=1e-12
    )
    np.testing.assert_allclose(found.columns @ found.rows, found.kernel)
    assert found.rank == 3


def test_a_separable_kernel_needs_one_term():
    found = low_rank(np.outer([1, 4, 6, 4, 1], [1, 0, -1]), 1)
    assert (found.rank, found.error < 1e-12) == (1, True)
    assert low_rank(np.zeros((3, 3)), 1).error == 0


@pytest.mark.parametrize("terms", [0, 4])
def test_so_many_terms_there_cannot_be(terms):
    with pytest.raises(ConvolutionError, match="from 1 to 3"):
        low_rank(np.eye(3), terms)
