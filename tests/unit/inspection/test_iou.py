"""Intersection over union against sets, scikit-learn and arrays by hand."""

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from cnnviz.inspection.iou import foreground_overlap, overlap


def test_by_hand():
    truth = np.array([[0, 0, 1], [1, 2, 2]])
    said = np.array([[0, 1, 1], [2, 2, 0]])
    # 0: {a} of {a, b, f}; 1: {c} of {b, c, d}; 2: {e} of {d, e, f}; 3 is nowhere.
    assert overlap(said, truth, 4)[:3] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert np.isnan(overlap(said, truth, 4)[3])
    assert foreground_overlap(said, truth) == pytest.approx(3 / 5)
    assert np.isnan(foreground_overlap(np.zeros(3, int), np.zeros(3, int)))


def test_as_scikit_learn_gives_it():
    random = np.random.default_rng(0)
    truth, said = random.integers(0, 5, (2, 3, 20, 20), dtype=np.uint8)
    expected = jaccard_score(truth.ravel(), said.ravel(), average=None)
    assert overlap(said, truth, 5) == pytest.approx(expected)
    assert foreground_overlap(said, truth) == pytest.approx(
        jaccard_score(truth.ravel() > 0, said.ravel() > 0)
    )
