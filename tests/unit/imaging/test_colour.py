"""Numbers to colours."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.imaging import DIVERGING_STOPS, diverging, heat, sample_image, to_grey


def lightness(colours):
    """CIE L*, enough of it to compare."""
    linear = (colours / 255.0) ** 2.2
    return (linear * [0.2126, 0.7152, 0.0722]).sum(axis=-1)


def test_blue_is_positive_orange_negative_and_0_neutral():
    row = diverging(np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]]))[0].astype(int)
    stops = [list(bytes.fromhex(colour[1:])) for _, colour in DIVERGING_STOPS]
    assert np.abs(row - stops).max() <= 2
    assert row[2].tolist() == stops[2]
    assert row[0, 0] > row[0, 2]
    assert row[4, 2] > row[4, 0]


def test_the_scale_is_symmetric_and_clips():
    values = np.array([[-9.0, -1.0, 0.0, 0.5, 9.0]])
    clipped = diverging(values, limit=1)
    assert np.array_equal(clipped, diverging(np.clip(values, -1, 1), limit=1))
    assert np.array_equal(clipped[0, 0], clipped[0, 1])
    assert not np.array_equal(clipped[0, 3], clipped[0, 4])


def test_lightness_falls_with_distance_from_0_alike_on_both_sides():
    light = lightness(diverging(np.linspace(-1, 1, 101)[None])[0])
    assert (np.diff(light[:51]) > 0).all()
    assert (np.diff(light[50:]) < 0).all()


@pytest.mark.parametrize("values", [np.zeros((3, 4)), np.zeros((1, 1))])
def test_all_zeros_are_neutral(values):
    colours = diverging(values)
    assert colours.shape == (*values.shape, 3)
    assert (colours == 245).all()


def test_heat_rises_in_lightness_from_black():
    colours = heat(np.linspace(-0.5, 1.5, 201)[None])[0]
    assert np.array_equal(colours[0], colours[50])
    assert np.array_equal(colours[150], colours[200])
    assert colours[0].max() < 10
    assert colours[75, 0] > colours[75, 1]
    assert (np.diff(lightness(colours[50:151])) > -1e-4).all()


def test_grey_is_the_luma_that_pillow_computes_in_whole_levels():
    picture = sample_image("cat")
    grey = to_grey(picture)
    assert grey.dtype == np.float32
    assert np.array_equal(grey, np.rint(grey))
    expected = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32)
    assert np.abs(grey - expected).max() <= 1
    exact = picture @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grey - exact).max() < 0.51
    assert np.allclose(to_grey(picture.astype(np.float32)), exact, atol=1e-3)
    assert np.array_equal(to_grey(grey), grey)


def test_grey_pictures_stay_as_they_are():
    data = io.BytesIO()
    Image.fromarray(sample_image("coins")).save(data, "PNG")
    coins = sample_image("coins")
    assert np.array_equal(to_grey(coins), coins[:, :, 0])
