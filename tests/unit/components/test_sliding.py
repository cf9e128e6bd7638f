"""Where the sliding functions open."""

import pytest

from cnnviz.components.sliding import inside


def test_a_place_is_kept_inside_its_limits():
    assert inside((1.5, -0.5, 2, 0.7)) == (1.5, -0.5, 2, 0.7)
    assert inside((99, -99, 0, 1e300)) == (8, -3, 0.2, 3)


@pytest.mark.parametrize("place", [None, (1, 2, 3), (1, 2, 3, 4, 5)])
def test_anything_else_opens_playing(place):
    assert inside(place) is None
