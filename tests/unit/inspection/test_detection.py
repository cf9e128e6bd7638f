"""Boxes and instances out of maps, and average precision, against what hands compute."""

import numpy as np
import pytest

from cnnviz.inspection.detection import (
    SURE,
    Found,
    average_precision,
    box_overlap,
    find,
    instances,
    match,
)


def test_a_peak_is_a_thing_with_the_box_that_its_pixel_says():
    heat, sides = np.zeros((2, 12, 12)), np.ones((4, 12, 12))
    heat[1, 3, 4], heat[0, 3, 5], heat[1, 9, 9] = 0.9, 0.8, 0.5  # the second is beside the first
    heat[0, 0, 11] = SURE - 0.01
    sides[:, 3, 4] = 9, 2, 3, 4  # up, left, down, right
    first, second = find(heat, sides)
    assert (first.label, first.score, first.box) == (2, 0.9, (0.0, 2.5, 6.5, 8.5))  # cut at the top
    assert (second.label, second.score, second.box) == (2, 0.5, (8.5, 8.5, 10.5, 10.5))
    assert first.centre == (3.25, 5.5)
    heat[1, 3, 4] = heat[0, 3, 5]
    assert [one.box[1] for one in find(heat, sides)] == [2.5, 8.5]  # of equal ones, the first


def test_a_pixel_belongs_to_the_thing_that_it_points_at():
    things = [Found(1, 0.9, (0, 0, 4, 4)), Found(1, 0.8, (0, 6, 4, 10))]
    sides = np.ones((4, 4, 10))
    sides[:, 0, 4] = 1, 1, 4, 8  # points down and right, at row 2 and column 8
    ink = np.zeros((4, 10), bool)
    ink[0, [0, 4, 9]] = True
    assert instances(things, ink, sides)[0].tolist() == [1, 0, 0, 0, 2, 0, 0, 0, 0, 2]
    assert not instances([], ink, sides).any()


def test_overlap_matches_and_average_precision_by_hand():
    assert box_overlap((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert box_overlap((0, 0, 2, 2), (2, 0, 4, 2)) == 0
    shares = [[0.6, 0.9], [0.7, 0.95], [0.4, 0.0], [0.9, 0.9]]
    found = match([1, 1, 1, 2], [1, 1], lambda at, other: shares[at][other])
    assert found == [1, -1, -1, -1]  # each true thing once, enough overlap, the same class
    # In order of the scores: right, wrong, right. Precision 1, then 2/3; 3 are there.
    area = average_precision([0.3, 0.9, 0.5], [True, True, False], 3)
    assert area == pytest.approx((1 + 2 / 3) / 3)
    # A better precision further on counts before: wrong, right, right.
    area = average_precision([0.9, 0.8, 0.7], [False, True, True], 2)
    assert area == pytest.approx(2 / 3)
    assert np.isnan(average_precision([], [], 0))
    assert average_precision([], [], 2) == 0
