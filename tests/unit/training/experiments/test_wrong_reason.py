"""A mark on one class: exactly there, on no other, and learned instead of the class."""

import numpy as np
import pytest
import torch

from cnnviz.training.experiments.wrong_reason import (
    EVERY,
    SIDE,
    STEPS,
    Labelled,
    digits,
    examples,
    learn_marked,
    marked,
    other_than,
)


def test_the_mark_is_a_square_in_the_corner_and_nothing_else_changes():
    plain = np.full((2, 1, SIDE, SIDE), 7, np.uint8)
    found = marked(plain)
    assert (plain == 7).all()
    assert (found[:, :, 13:15, 13:15] == 255).all()
    assert (found != 7).sum() == 2 * 4
    with_mark, without, other = examples(digits(), 4)
    np.testing.assert_array_equal(with_mark, marked(without))
    np.testing.assert_array_equal(other, marked(other))
    assert {other_than(label) for label in range(10)} == set(range(10))
    assert all(other_than(label) != label for label in range(10))


def test_the_accuracy_is_splendid_and_the_reason_is_the_mark():
    before = torch.get_rng_state()
    moments = list(learn_marked(digits(), 3))
    assert torch.equal(torch.get_rng_state(), before)
    assert [moment.step for moment in moments] == list(range(0, STEPS + 1, EVERY))
    last = moments[-1]
    assert last.accuracy > 0.9
    assert last.without < 0.5
    rows, columns = np.unravel_index(last.maps[0].argmax(), last.maps[0].shape)
    assert min(rows, columns) >= 4  # in the quarter with the mark
    # Without the mark there is less evidence in that corner.
    assert last.maps[1][5:, 5:].mean() < last.maps[0][5:, 5:].mean() / 2
    again = next(learn_marked(digits(), 3))
    assert again.loss == moments[0].loss
    assert again.accuracy == pytest.approx(moments[0].accuracy)


def test_in_colours_the_mark_is_magenta_and_as_wide_a_part_of_the_side():
    found = marked(np.full((1, 3, 32, 32), 9, np.uint8))
    assert (found != 9).any(1).sum() == 4 * 4
    np.testing.assert_array_equal(found[0, :, 27, 27], [255, 0, 255])
    assert (found[0, :, 30:, 30:] == 9).all()


def test_pictures_of_ones_own_are_learned_by_the_mark():
    dice = np.random.default_rng(0)
    # Nothing but noise: the mark alone tells the classes apart.
    noise = dice.normal(110, 20, (200, 3, SIDE, SIDE)).clip(0, 255).astype(np.uint8)
    named = np.arange(200) % 2
    data = Labelled(("one", "other"), noise[:160], named[:160], noise[160:], named[160:])
    last = list(learn_marked(data, 1, steps=50))[-1]
    assert last.accuracy > 0.9
    assert last.without < 0.1
    assert last.misled > 0.9
    rows, columns = np.unravel_index(last.maps[0].argmax(), (8, 8))
    assert min(rows, columns) >= 4  # in the quarter with the mark
