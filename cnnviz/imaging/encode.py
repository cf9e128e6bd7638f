"""Arrays to files, thumbnails and names."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_LONGEST_JPEG = 65_500
_UNCOMPRESSED = 1  # as TIFF counts its compressions
_LONGEST_PREVIEW = 8192  # browsers draw no canvas much longer


def encode_jpeg(image: NDArray[np.uint8], quality: int = 85) -> bytes:
    """Encode H×W×3 RGB or H×W grey as JPEG, colours at full resolution, as colour maps need.

    A picture with a side of more than 65,500 pixels, of which JPEG knows no more, is shrunk.
    """
    image = resize_to_fit(image, _LONGEST_JPEG)
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return _encode(image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality, *sampling])


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Encode H×W×3 RGB or H×W grey as PNG, losing nothing."""
    return _encode(image, ".png", [])


def encode_npy(values: NDArray[Any]) -> bytes:
    """Write an array as NumPy's own file, which keeps its type and every bit."""
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()


def encode_tiff(values: NDArray[np.float32]) -> bytes:
    """Write H×W or H×W×3 as a TIFF of 32-bit floats: signed, neither scaled nor clipped."""
    return _encode(values, ".tiff", [cv2.IMWRITE_TIFF_COMPRESSION, _UNCOMPRESSED])


def _encode(image: NDArray[Any], suffix: str, options: list[int]) -> bytes:
    pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    done, data = cv2.imencode(suffix, pixels, options)
    if not done:
        raise ValueError(f"A picture of {image.shape} cannot be written as {suffix}.")
    return data.tobytes()


def resize_to_fit(image: NDArray[np.uint8], max_side: int) -> NDArray[np.uint8]:
    """Shrink a picture so that its longer side is at most `max_side`; never enlarge it.

    Args:
        image: H×W or H×W×3.
        max_side: In pixels.

    Returns:
        The same array if it already fits, else a smaller copy (each pixel the mean of its area).
    """
    height, width = image.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def cover(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Scale a picture until it covers so many rows and columns, and cut these from its middle.

    >>> cover(np.arange(6, dtype=np.uint8).reshape(2, 3), 2, 1).tolist()
    [[1], [4]]
    """
    scale = max(height / image.shape[0], width / image.shape[1])
    rows, columns = (
        max(side, round(scale * had))
        for side, had in zip((height, width), image.shape[:2], strict=True)
    )
    if (rows, columns) != image.shape[:2]:
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        image = np.asarray(cv2.resize(image, (columns, rows), interpolation=way), dtype=np.uint8)
    top, left = (rows - height) // 2, (columns - width) // 2
    return image[top : top + height, left : left + width]


def preview(image: NDArray[np.uint8], max_pixels: int) -> NDArray[np.uint8]:
    """Shrink a picture to at most about `max_pixels`, keeping its shape; never enlarge it."""
    height, width = image.shape[:2]
    side = max(height, width) * (max_pixels / (height * width)) ** 0.5
    return resize_to_fit(image, max(1, min(int(side), _LONGEST_PREVIEW)))


def digest(image: NDArray[Any]) -> str:
    """Name an array by all of its content: the key to cache what is computed from it."""
    content = hashlib.blake2b(f"{image.dtype.str}{image.shape}".encode(), digest_size=12)
    content.update(np.ascontiguousarray(image).data)
    return content.hexdigest()
