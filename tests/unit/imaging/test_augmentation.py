"""Augmentation: moved as arrays are, recoloured as torchvision does, and drawn kind by kind."""

import dataclasses

import numpy as np
import pytest
import torch

from cnnviz.imaging.augmentation import Change, Limits, changed, draw_changes
from cnnviz.torchvision_door import torchvision_models

PICTURE = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)


def test_nothing_changes_nothing():
    assert np.array_equal(changed(PICTURE, Change()), PICTURE)
    assert Change().words() == "unchanged"


def test_mirrors_moves_and_quarter_turns_are_those_of_arrays():
    assert np.array_equal(changed(PICTURE, Change(flip=True)), PICTURE[:, ::-1])
    moved = changed(PICTURE, Change(right=0.1, down=-0.2))
    assert np.array_equal(moved[:-4, 2:], PICTURE[4:, :-2])
    assert not moved[:, :2].any()
    assert np.array_equal(changed(PICTURE, Change(turn=90)), np.rot90(PICTURE))


def test_a_crop_is_the_middle_enlarged():
    gradient = np.repeat(np.arange(40, 240, 10, dtype=np.uint8)[:, None], 20, 1)
    rows = changed(np.dstack([gradient] * 3), Change(crop=0.5))[:, 10, 0].astype(int)
    exact = 135 + 10 * (np.arange(20) - 9.5) * 0.5
    assert np.abs(rows - exact).max() <= 1


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.6])
def test_colours_change_as_in_torchvision(factor):
    torchvision_models()  # imports torchvision, also for a torch without CUDA
    from torchvision.transforms.v2 import functional

    change = Change(brightness=1.2, contrast=factor, saturation=0.7)
    x = torch.from_numpy(PICTURE).permute(2, 0, 1).float() / 255
    x = functional.adjust_brightness(x, 1.2)
    x = functional.adjust_contrast(x, factor)
    x = functional.adjust_saturation(x, 0.7)
    exact = (x * 255).permute(1, 2, 0).numpy()
    assert np.abs(changed(PICTURE, change) - exact).max() < 1.1


def test_each_kind_draws_numbers_of_its_own():
    limits = Limits()
    drawn = draw_changes(8, limits, 5)
    assert drawn == draw_changes(8, limits, 5) != draw_changes(8, limits, 6)
    still = draw_changes(8, dataclasses.replace(limits, turn=0.0), 5)
    assert [change.turn for change in still] == [0] * 8
    assert [change.right for change in still] == [change.right for change in drawn]
    for change in draw_changes(200, limits, 0):
        assert 0.7 <= change.crop <= 1
        assert abs(change.turn) <= 15
        assert 0.7 <= change.contrast <= 1.3


def test_the_words_name_the_numbers():
    change = Change(flip=True, right=-0.051, down=0.1, turn=-3.25, brightness=1.25)
    assert change.words() == (
        "mirrored; moved 5% left; moved 10% down; turned −3.2°;"
        " brightness ×1.25, contrast ×1.00, colour ×1.00"
    )
