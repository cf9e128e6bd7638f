"""Files to arrays: what a person brings becomes H×W×3 uint8 RGB, or one clear sentence."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
MAX_PIXELS = 50_000_000

_NO_PICTURE = (
    "This file is not a picture that can be read. Choose a PNG, JPEG, WebP, BMP, TIFF or GIF file; "
    "renaming another kind of file does not help."
)
_TOO_LARGE = "The picture has more than 50 megapixels. Make it smaller and try again."
_NO_PIXELS = "The picture has no pixels: its width or height is 0."
_DAMAGED = (
    "The picture is damaged, cut short or in a colour space that cannot be read. "
    "Save it again as PNG or JPEG."
)


class ImageError(ValueError):
    """The bytes are no picture that can be used; the message says why and what to do."""


def load_image(data: bytes) -> NDArray[np.uint8]:
    """Decode a picture.

    Takes the first frame of an animation, turns it upright as its EXIF says,
    puts transparency over white and reduces 16 bits to 8. Grey numbers of 32
    bits have no agreed white: their range is stretched to 0..255.

    Args:
        data: The content of a PNG, JPEG, WebP, BMP, TIFF or GIF file.

    Returns:
        The pixels, H×W×3 RGB.

    Raises:
        ImageError: If it is no picture, is damaged, has no pixels, or has more than
            50 megapixels, which the header tells before any pixel is decoded.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            return _to_rgb(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(_TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise ImageError(_NO_PICTURE) from error
    except Exception as error:  # readers of damaged files fail in every way there is
        raise ImageError(_DAMAGED) from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(_TOO_LARGE)
    if width * height == 0:
        raise ImageError(_NO_PIXELS)


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        image = Image.fromarray(_to_8_bits(np.asarray(image), image.mode))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _to_8_bits(values: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = (0.0, 65535.0) if mode.startswith("I;16") else (numbers.min(), numbers.max())
    return np.rint((numbers - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
