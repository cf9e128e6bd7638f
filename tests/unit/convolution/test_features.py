"""Small objects: moved, made larger, cut out."""

import numpy as np

from cnnviz.convolution.features import FEATURE, SIDE, cut_out, feature


def test_it_moves_and_leaves_on_the_right():
    assert feature()[2:4, :2].tolist() == FEATURE.tolist()
    assert feature(right=3)[2:4, 3:5].tolist() == FEATURE.tolist()
    assert feature(right=SIDE - 1).sum() == FEATURE[:, 0].sum()
    assert not feature(right=SIDE).any()


def test_it_grows_cell_by_cell():
    large = feature(times=3)
    assert large.shape == (SIDE, SIDE)
    assert large[2:8:3, 0:6:3].tolist() == FEATURE.tolist()
    assert large.sum() == 9 * FEATURE.sum()


def test_cutting_out_undoes_placing():
    thing, corner = cut_out(feature(right=4))
    assert np.array_equal(thing, FEATURE)
    assert corner == (2, 4)
