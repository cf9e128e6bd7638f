"""What spoils pictures: it changes them, and leaves the clean ones alone."""

import numpy as np
import pytest

from cnnviz.datasets.spoiled_pictures import noisy, spoiled


def test_the_clean_ones_stay_and_most_are_spoiled_the_same_way_each_time():
    clean = np.full((60, 1, 28, 28), 100, np.uint8)
    found = spoiled(clean, np.random.default_rng(0))
    assert (clean == 100).all()
    assert (found.shape, found.dtype) == (clean.shape, np.uint8)
    assert np.array_equal(found, spoiled(clean, np.random.default_rng(0)))
    changed = (found != clean).any((1, 2, 3))
    assert 0.7 < changed.mean() < 1  # some stay clean, so that clean ones are left alone
    # A cross-hair is a row and a column of one level.
    rows = (found == found[..., :1]).all(3) & (found[..., 0] != 100)
    columns = (found == found[..., :1, :]).all(2) & (found[..., 0, :] != 100)
    assert (rows.any((1, 2)) & columns.any((1, 2))).any()


def test_noise_has_its_spread_and_stops_at_black_and_white():
    grey = np.full((200, 200), 128, np.uint8)
    values = noisy(grey, 0.1, np.random.default_rng(1))
    assert values.mean() == pytest.approx(128, abs=0.5)
    assert values.std() == pytest.approx(25.5, rel=0.02)
    assert np.array_equal(noisy(grey, 0, np.random.default_rng(1)), grey)
    wild = noisy(grey, 2, np.random.default_rng(1))
    assert (wild.min(), wild.max()) == (0, 255)
