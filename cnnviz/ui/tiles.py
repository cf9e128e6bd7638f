"""Small pictures made of numbers: filters side by side, one picture as a data URL."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cnnviz.imaging import WEIGHT_STOPS, diverging, encode_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GAP = 6
_MOST = 64


def filter_tiles(weights: NDArray[Any], *, columns: int = 8) -> tuple[NDArray[np.uint8], float]:
    """First-layer filters side by side on one shared diverging scale.

    Args:
        weights: F×C×kh×kw; of several channels, each is a tile, one below the other. At
            most 64 filters are drawn.
        columns: Filters in a row.

    Returns:
        H×W×4 RGBA, transparent between the tiles, and the number that has the full colour.
    """
    weights = weights[:_MOST]
    count, channels, height, width = weights.shape
    limit = float(np.abs(weights).max()) or 1.0
    scale = max(1, 30 // max(height, width))
    tall, wide = height * scale, width * scale
    band, step = channels * (tall + 1) + _GAP, wide + _GAP
    rows = -(-count // columns)
    sheet = np.zeros((rows * band, min(count, columns) * step, 4), np.uint8)
    for index, filter_ in enumerate(weights):
        left = index % columns * step
        for channel, plane in enumerate(filter_):
            top = index // columns * band + channel * (tall + 1)
            tile = sheet[top : top + tall, left : left + wide]
            tile[..., :3] = enlarge(diverging(plane, limit, WEIGHT_STOPS), scale)
            tile[..., 3] = 255
    return sheet, limit


def enlarge(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Repeat each pixel `factor` times both ways, so that it can be seen as a square."""
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def encode_transparent(image: NDArray[np.uint8]) -> bytes:
    """Encode H×W×4 RGBA as PNG."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def picture_url(image: NDArray[np.uint8], side: int = 64) -> str:
    """A small C×H×W picture as a PNG data URL, enlarged to about `side` pixels."""
    pixels = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    pixels = enlarge(pixels, max(1, side // max(pixels.shape[:2])))
    return "data:image/png;base64," + base64.b64encode(encode_png(pixels)).decode()
