"""What an address says of the sliding functions."""

import pytest

from cnnviz.components.sliding import read_place


def test_a_place_is_read_and_kept_inside_its_limits():
    assert read_place("1.5,-0.5,2,0.7") == (1.5, -0.5, 2, 0.7)
    assert read_place("99,-99,0,99") == (8, -3, 0.2, 3)


@pytest.mark.parametrize(
    "text", [None, "", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "inf,0,1,1"]
)
def test_anything_else_opens_playing(text):
    assert read_place(text) is None
