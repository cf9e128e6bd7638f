"""What the gallery sends to the browser."""

import base64
import io

import numpy as np
from PIL import Image

from cnnviz.components.gallery import Tile, payload


def unpacked(address):
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_pictures_arrive_as_they_are():
    grey = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
    colour = np.arange(36, dtype=np.uint8).reshape(3, 3, 4)
    tiles = [Tile(7, grey, "a", "words"), Tile(0, colour, "b", "more")]
    data = payload(tiles, chosen=0, label="Pictures", side=40)
    assert [tile["id"] for tile in data["tiles"]] == [7, 0]
    np.testing.assert_array_equal(unpacked(data["tiles"][0]["image"]), grey[0])
    np.testing.assert_array_equal(unpacked(data["tiles"][1]["image"]), colour.transpose(1, 2, 0))
    assert data["tiles"][0] | {"image": ""} == {"id": 7, "image": "", "text": "a", "words": "words"}
    assert (data["chosen"], data["label"], data["side"]) == (0, "Pictures", 40)
