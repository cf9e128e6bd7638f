import base64
import io

import numpy as np
from PIL import Image

from cnnviz.ui.train.picture_url import picture_url


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
