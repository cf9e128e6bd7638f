"""Where a picture is worth looking at closely."""

import numpy as np
import pytest

from cnnviz.imaging import block_of_most_contrast


@pytest.mark.parametrize("channels", [(), (3,)])
def test_the_block_of_most_contrast_has_the_largest_variance(channels):
    image = np.random.default_rng(1).integers(90, 120, (70, 52), np.uint8)
    image[37:48, 20:30] += 100
    variances = {
        (row, column): image[row : row + 16, column : column + 16].astype(float).var()
        for row in range(0, 64, 16)
        for column in range(0, 48, 16)
    }
    best = max(variances, key=variances.__getitem__)
    assert best == (32, 16)
    grey = np.broadcast_to(image.reshape(70, 52, *(1 for _ in channels)), (70, 52, *channels))
    assert block_of_most_contrast(np.ascontiguousarray(grey), 16) == best


def test_a_picture_smaller_than_a_block_is_seen_from_its_corner():
    assert block_of_most_contrast(np.zeros((15, 200), np.uint8), 16) == (0, 0)
