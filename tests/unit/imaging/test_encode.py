"""Files, thumbnails and names."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.imaging import (
    SAMPLES,
    cover,
    digest,
    encode_jpeg,
    encode_png,
    psnr,
    resize_to_fit,
    sample_image,
)


def decode(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def test_png_loses_nothing():
    for image in (sample_image("cat"), sample_image("coins")[:, :, 0].copy()):
        assert np.array_equal(decode(encode_png(image)), image)


def test_jpeg_keeps_the_colours_and_obeys_the_quality():
    image = sample_image("cat")
    good, poor = encode_jpeg(image, 95), encode_jpeg(image, 30)
    assert Image.open(io.BytesIO(good)).format == "JPEG"
    assert len(poor) < len(good)
    assert psnr(image, decode(good)) > 35
    assert decode(encode_jpeg(image[:, :, 0].copy())).ndim == 2


def test_resize_only_shrinks_and_keeps_the_shape():
    image = sample_image("cat")
    assert resize_to_fit(image, 1000) is image
    small = resize_to_fit(image, 100)
    assert small.shape == (67, 100, 3)
    assert abs(small.mean() - image.mean()) < 1
    assert resize_to_fit(np.zeros((3, 4000), np.uint8), 100).shape == (1, 100)


def test_a_digest_sees_every_pixel_the_shape_and_the_type():
    image = sample_image("astronaut").copy()
    name = digest(image)
    assert name == digest(image.copy())
    assert name == digest(np.asfortranarray(image))
    image[511, 511, 2] ^= 1
    assert name != digest(image)
    zeros = np.zeros((2, 3), np.uint8)
    assert digest(zeros) != digest(zeros.reshape(3, 2))
    assert digest(zeros) != digest(zeros.astype(np.int8))


def test_the_samples_need_no_network_and_say_whose_they_are(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the gallery reached for the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    sample_image.cache_clear()
    assert len(SAMPLES) >= 8
    assert next(iter(SAMPLES)) == "astronaut"
    for sample in SAMPLES.values():
        pixels = sample.load()
        assert pixels.dtype == np.uint8
        assert pixels.shape[2:] == (3,)
        assert min(pixels.shape[:2]) >= 200
        assert not pixels.flags.writeable
        assert sample.title
        assert sample.source
        assert sample.licence


@pytest.mark.parametrize(
    ("had", "wanted"), [((7, 9), (7, 9)), ((3, 50), (20, 20)), ((1, 1), (2, 5)), ((90, 31), (8, 3))]
)
def test_a_picture_is_scaled_to_cover_another_and_cut_in_the_middle(had, wanted):
    rows = np.repeat(np.linspace(0, 255, had[0]).astype(np.uint8)[:, None], had[1], axis=1)
    covering = cover(rows, *wanted)
    assert covering.shape == wanted
    if had == wanted:
        assert np.array_equal(covering, rows)
    assert float(covering.mean()) == pytest.approx(rows.mean(), abs=16)
