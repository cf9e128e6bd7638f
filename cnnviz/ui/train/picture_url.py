"""A picture as a data URL."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.imaging import encode_png

if TYPE_CHECKING:
    from numpy.typing import NDArray


def picture_url(image: NDArray[np.uint8], side: int = 64) -> str:
    """A small C×H×W picture as a PNG data URL, enlarged to about `side` pixels."""
    pixels = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    factor = max(1, side // max(pixels.shape[:2]))
    pixels = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    return "data:image/png;base64," + base64.b64encode(encode_png(pixels)).decode()
