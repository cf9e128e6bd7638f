"""Local response normalisation: by hand, and by PyTorch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.convolution.response_norm import neighbours, response_norm, squared_neighbours


def test_three_maps_by_hand():
    maps = np.array([1.0, 2.0, 3.0])[:, None]
    assert squared_neighbours(maps, 3).ravel().tolist() == [5, 14, 13]
    after = response_norm(maps, n=3, alpha=1.0, beta=0.5, k=2.0).ravel()
    assert after == pytest.approx([1 / 7**0.5, 2 / 4, 3 / 15**0.5])
    assert neighbours(3, 3).tolist() == [[-1, 0, 1], [0, 1, 2], [1, 2, -1]]


@pytest.mark.parametrize("n", [1, 3, 5, 15])
def test_it_is_pytorch_s_with_alpha_times_n(n):
    maps = np.random.default_rng(0).normal(0, 50, (8, 4, 5))
    ours = response_norm(maps, n=n, alpha=1e-4, beta=0.75, k=2.0)
    theirs = F.local_response_norm(torch.from_numpy(maps)[None], n, 1e-4 * n, 0.75, 2.0)[0]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
