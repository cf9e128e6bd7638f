"""What the browser is sent."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.components.compare import clicked, encode
from cnnviz.imaging import KERNELS, Recipe, present, present_photo, psnr, sample_image


def decode(url):
    header, content = url.split(",")
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    assert header == f"data:image/{image.format.lower()};base64"
    return image


def test_a_small_picture_is_sent_exactly():
    photo = sample_image("cat")
    image = decode(encode(present_photo(photo)).url)
    assert image.format == "PNG"
    assert np.array_equal(np.asarray(image), photo)


def test_a_large_one_as_jpeg_with_little_loss_and_all_of_its_colours():
    retina = sample_image("retina")[:, :, 0].copy()
    signed = present(Recipe("kernel", KERNELS["sobel-x"].weights).apply(retina), "signed")
    for pixels in (signed.pixels, sample_image("retina")):
        image = decode(encode(present_photo(pixels)).url)
        assert image.format == "JPEG"
        assert image.layer[0][1:3] == image.layer[1][1:3]  # chroma as fine as luma
        assert psnr(pixels, np.asarray(image)) > 35


def test_the_scale_travels_as_plain_numbers():
    scale = encode(present_photo(sample_image("cat"))).scale
    assert (scale["low"], scale["high"], scale["unit"]) == (0, 255, "")
    assert len(scale["counts"]) == 3
    assert isinstance(scale["counts"][0][0], float)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, None),
        ({"f": {}}, None),
        ({"f": {"pixel": None}}, None),
        ({"f": {"pixel": [3, 4]}}, (3, 4)),
        ({"f": {"pixel": [300, 4]}}, (9, 4)),
    ],
)
def test_a_click_on_an_earlier_larger_picture_is_moved_inside(monkeypatch, state, expected):
    monkeypatch.setattr("streamlit.session_state", state)
    assert clicked("f", (10, 20)) == expected
