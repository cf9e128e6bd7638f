import base64
import io

import numpy as np
from PIL import Image

from cnnviz.imaging import WEIGHT_STOPS, diverging
from cnnviz.ui.tiles import encode_transparent, filter_tiles, picture_url


def test_filters_share_one_scale_and_stand_apart():
    weights = np.zeros((3, 1, 3, 3), np.float32)
    weights[0], weights[1] = 2.0, -1.0
    sheet, limit = filter_tiles(weights, columns=2)
    assert limit == 2.0
    assert sheet.shape[2] == 4
    tile, step = 30, 36
    expected = diverging(np.array([[2.0, -1.0, 0.0]]), 2.0, WEIGHT_STOPS)[0]
    for (top, left), colour in zip(((0, 0), (0, step), (37, 0)), expected, strict=True):
        block = sheet[top : top + tile, left : left + tile]
        assert (block[..., 3] == 255).all()
        assert (block[..., :3] == colour).all()
    assert (sheet[:tile, tile:step, 3] == 0).all()
    assert (sheet[37:, step:, 3] == 0).all()


def test_each_channel_is_a_tile_and_each_weight_a_square():
    weights = np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2)
    sheet, limit = filter_tiles(weights)
    assert limit == 11
    colours = diverging(weights[0].reshape(6, 2), 11, WEIGHT_STOPS).reshape(3, 2, 2, 3)
    for channel in range(3):
        for row in range(2):
            for column in range(2):
                pixel = sheet[channel * 31 + row * 15 + 7, column * 15 + 7]
                assert (pixel[:3] == colours[channel, row, column]).all()


def test_at_most_64_filters_and_all_zero_is_fine():
    sheet, limit = filter_tiles(np.zeros((200, 1, 5, 5), np.float32))
    assert limit == 1.0
    assert sheet.shape[0] == 8 * 37


def test_pictures_come_back_from_their_urls():
    for channels in (1, 3):
        image = np.random.default_rng(0).integers(0, 256, (channels, 8, 8), np.uint8)
        url = picture_url(image)
        head, data = url.split(",")
        assert head == "data:image/png;base64"
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert pixels.shape[:2] == (64, 64)
        np.testing.assert_array_equal(
            pixels[4::8, 4::8], image[0] if channels == 1 else image.transpose(1, 2, 0)
        )


def test_transparency_survives():
    sheet, _ = filter_tiles(np.ones((2, 1, 3, 3), np.float32))
    again = np.asarray(Image.open(io.BytesIO(encode_transparent(sheet))))
    np.testing.assert_array_equal(again, sheet)
