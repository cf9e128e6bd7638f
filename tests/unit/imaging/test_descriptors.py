"""HOG cells and SIFT keypoints."""

import numpy as np
import pytest
from skimage.feature import hog

from cnnviz.imaging import sample_image, to_grey
from cnnviz.imaging.descriptors import BINS, hog_cells, hog_features, sift_keypoints


def test_cells_are_those_of_scikit_image():
    grey = to_grey(sample_image("astronaut"))[:131, :90]
    ours = hog_cells(grey, 16)
    theirs = hog(
        grey, orientations=BINS, pixels_per_cell=(16, 16), cells_per_block=(1, 1),
        block_norm="L2", feature_vector=False,
    )[:, :, 0, 0]  # fmt: skip
    assert ours.shape == (8, 5, BINS)
    normalised = ours / np.linalg.norm(ours, axis=2, keepdims=True)
    # A gradient exactly between two ninths may fall to either side.
    assert np.abs(normalised - theirs).mean() < 0.005


def test_an_upright_edge_is_in_the_first_ninth():
    edge = np.zeros((8, 8))
    edge[:, 4:] = 10
    expected = np.zeros(BINS)
    expected[0] = 2 * 8 * 10 / 64  # two columns of differences of 10, a mean over 64 pixels
    np.testing.assert_allclose(hog_cells(edge, 8)[0, 0], expected)
    assert hog_cells(edge.T, 8)[0, 0].argmax() == BINS // 2


def test_a_cell_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="8×8 does not fit into 5×20"):
        hog_cells(np.zeros((5, 20)), 8)


def test_features_are_blocks_in_a_row():
    images = np.random.default_rng(0).random((2, 32, 32))
    assert hog_features(images, 8).shape == (2, 3 * 3 * 4 * BINS)


def test_keypoints_are_found_again_where_the_turn_has_moved_them():
    grey = np.round(to_grey(sample_image("astronaut"))[:240, 100:340]).astype(np.uint8)
    still, turned = (sift_keypoints(grey, 60, degrees) for degrees in (0, 20))
    assert len(still.table) >= 50
    assert (np.diff(still.table[:, 4]) <= 0).all()
    # In an unchanged picture each is found, but for points that have two directions.
    assert still.found_again > 0.8 * len(still.table)
    assert turned.found_again > 0.4 * len(turned.table)
    nothing = sift_keypoints(np.full((40, 40), 90, np.uint8), 60, 20)
    assert (len(nothing.table), nothing.found_again) == (0, 0)
    assert nothing.drawn.shape == (40, 40, 3)
