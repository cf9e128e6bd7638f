"""A picture as numbers: paint, moves, shuffles, distances, neighbours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.convolution import lecture_case
from cnnviz.imaging.pixels import (
    crisp,
    distance,
    neighbours,
    paint,
    pearson,
    permutation,
    place_histograms,
    shifted,
    shuffled,
)

PIXELS = st.floats(0, 255, allow_subnormal=False)
PICTURES = arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=PIXELS)
STEPS = st.integers(-9, 9)


def test_painting_by_hand():
    assert paint(np.zeros((2, 3)), "7:0,4-5;255:2").tolist() == [[7, 0, 255], [0, 7, 7]]
    assert paint([[1.5]], "").tolist() == [[1.5]]


def test_painting_leaves_the_picture_alone():
    before = np.zeros((2, 2))
    paint(before, "9:0-3")
    assert not before.any()


@pytest.mark.parametrize("strokes", ["x", "1", "1:", "256:0", "1:2-", "1:3-2", "-1:0", "1:0;;x:1"])
def test_a_painting_that_cannot_be_read_is_refused_in_words(strokes):
    with pytest.raises(ValueError, match=r"[Pp]aint it again"):
        paint(np.zeros((2, 2)), strokes)


def test_a_painting_of_another_picture_is_refused():
    with pytest.raises(ValueError, match="names pixel 4, but the picture has 4"):
        paint(np.zeros((2, 2)), "255:1-4")


def test_moving_by_hand():
    picture = np.array([[1, 2], [3, 4]])
    assert shifted(picture, 0, 1).tolist() == [[0, 1], [0, 3]]
    assert shifted(picture, -1, 0, fill=9).tolist() == [[3, 4], [9, 9]]
    assert not shifted(picture, 5, 0).any()


@settings(deadline=None)
@given(PICTURES, STEPS, STEPS)
def test_moving_is_padding_and_cutting(picture, down, right):
    high, wide = picture.shape
    padded = np.pad(picture, 9)
    expected = padded[9 - down : 9 - down + high, 9 - right : 9 - right + wide]
    np.testing.assert_array_equal(shifted(picture, down, right), expected)


def test_stacks_move_picture_by_picture():
    stack = np.arange(12.0).reshape(2, 2, 3)
    np.testing.assert_array_equal(shifted(stack, 1, -1)[1], shifted(stack[1], 1, -1))


@settings(deadline=None)
@given(PICTURES, st.integers(0, 99), st.data())
def test_shuffling_changes_no_distance(picture, seed, data):
    other = data.draw(arrays(float, picture.shape, elements=PIXELS))
    apart = distance(shuffled(picture, seed), shuffled(other, seed))
    assert apart == pytest.approx(distance(picture, other), rel=1e-12)


@settings(deadline=None)
@given(PICTURES, st.integers(0, 99))
def test_shuffling_keeps_every_pixel(picture, seed):
    order = permutation(picture.size, seed)
    assert sorted(order) == list(range(picture.size))
    mixed = shuffled(picture, seed)
    np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(picture, axis=None))
    back = np.empty(picture.size)
    back[order] = mixed.ravel()
    np.testing.assert_array_equal(back.reshape(picture.shape), picture)


def test_a_stack_is_shuffled_alike():
    stack = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(shuffled(stack, 3)[1], shuffled(stack[1], 3))


def test_distance_by_hand():
    assert distance([[0, 3]], [[4, 0]]) == 5


def test_neighbours_by_hand():
    left, right = neighbours([[1, 2, 3], [4, 5, 6]])
    assert left.tolist() == [1, 2, 4, 5]
    assert right.tolist() == [2, 3, 5, 6]


@settings(deadline=None)
@given(arrays(float, st.integers(2, 30), elements=st.integers(0, 255).map(float)), st.data())
def test_pearson_is_numpy_s(x, data):
    y = data.draw(arrays(float, x.shape, elements=st.integers(0, 255).map(float)))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert pearson(x, y) is None
    else:
        assert pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)


def test_the_deck_s_neighbours_are_alike():
    picture = np.array(lecture_case("s2-first-5x5-b")["inputs"]["image"])
    r = pearson(*neighbours(picture))
    assert r > 0.9
    assert abs(pearson(*neighbours(shuffled(picture, 0)))) < 0.5


def test_an_enlarged_picture_keeps_its_pixels_as_squares():
    for channels, shape in ((1, (60, 40)), (3, (60, 40, 3))):
        image = np.random.default_rng(0).integers(0, 256, (channels, 6, 4), np.uint8)
        large = crisp(image, 58)
        assert large.shape == shape
        expected = image[0] if channels == 1 else image.transpose(1, 2, 0)
        for row, column in ((0, 0), (5, 5), (9, 9)):
            np.testing.assert_array_equal(large[row::10, column::10], expected)


def test_places_are_counted_apart():
    image = np.repeat(np.repeat(np.arange(9).reshape(3, 3) * 16, 2, axis=0), 2, axis=1)
    grey = place_histograms(image, of="grey")  # every part has one grey value, in a bin of its own
    np.testing.assert_array_equal(grey.shares[:, :9], np.eye(9))
    ramp = np.tile(np.arange(12) * 10.0, (6, 1))
    steps = place_histograms(ramp, of="steps")
    at = np.flatnonzero((steps.edges[:-1] <= 10) & (steps.edges[1:] > 10))
    np.testing.assert_array_equal(steps.shares[:, at], 1)
    np.testing.assert_array_equal(place_histograms(ramp * 9, of="steps").shares[:, -1], 1)
    assert place_histograms([[7.0]], of="steps").shares.sum() == 0
