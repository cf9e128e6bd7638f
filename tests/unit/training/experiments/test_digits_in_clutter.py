"""Scenes of digits: their boxes are exact, and a network that learns classes finds the place."""

import numpy as np
import torch

from cnnviz.training.experiments import digits_in_clutter
from cnnviz.training.experiments.digits_in_clutter import (
    SIDE,
    learn_scenes,
    make_scenes,
    scene_maps,
)


def test_scenes_are_the_same_again_and_their_boxes_hold_the_digit(monkeypatch):
    one, same, other = (make_scenes(12, test=True, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.pictures, same.pictures)
    assert (one.pictures != other.pictures).any()
    assert one.pictures.shape == (12, SIDE, SIDE)
    # Without clutter, the ink is exactly what the box holds.
    monkeypatch.setattr(digits_in_clutter, "_PIECES", 0)
    alone = make_scenes(12, test=True, seed=3)
    for picture, (top, left, height, width) in zip(alone.pictures, alone.boxes, strict=True):
        rows, columns = (np.flatnonzero((picture >= 64).any(axis)) for axis in (1, 0))
        assert (rows[0], columns[0]) == (top, left)
        assert (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1) == (height, width)


def test_learning_goes_down_from_a_fixed_seed_and_leaves_random_numbers_alone():
    before = torch.get_rng_state()
    learned = list(learn_scenes(8))
    assert torch.equal(torch.get_rng_state(), before)
    losses = [loss for _, loss, _ in learned]
    step, loss, _ = next(learn_scenes(8))
    assert (step, loss) == (1, losses[0])
    assert np.mean(losses[-2:]) < losses[0]
    model = learned[-1][2]
    assert not model.training
    answers, maps = scene_maps(model, make_scenes(3, test=True, seed=0))
    assert answers.shape == (3,)
    assert maps[0].shape == (12, 12)
