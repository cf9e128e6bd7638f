"""Colours as a file means them to colours as a screen shows them (sRGB)."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
# The gamma of sRGB in PNG, and how near to it a file's is taken for the same.
_SRGB_GAMMA, _NEAR = 0.45455, 0.01


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def to_srgb(icc: bytes | None, mode: str) -> Callable[[Image.Image], Image.Image] | None:
    """Return what turns the colours of a profile into sRGB.

    Args:
        icc: An ICC profile.
        mode: The pixels' mode: L, RGB, CMYK or LAB.

    Returns:
        A function from a picture of this mode to one in RGB; None where nothing is to be done: no
        profile, a broken one, one for another kind of picture, or sRGB itself.
    """
    try:
        if mode == "LAB":
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif icc:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        else:
            return None
        if _SPACES.get(profile.profile.xcolor_space) != mode:
            return None
        transform = ImageCms.buildTransform(
            profile,
            _srgb(),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if _changes_nothing(transform, mode):
            return None
    except Exception:  # noqa: BLE001 - readers of broken profiles fail in every way there is
        return None
    return lambda image: ImageCms.applyTransform(image, transform) or image


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether colours come out as they went in: then the file's own numbers are exact."""
    if mode not in {"L", "RGB"}:
        return False
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    if mode == "L":
        colours = np.repeat(levels[:, None], 3, axis=1)[None]
        sample = Image.fromarray(levels[None])
    else:
        colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
        sample = Image.fromarray(colours)
    seen = np.asarray(ImageCms.applyTransform(sample, transform), dtype=np.int16)
    return bool(np.abs(seen - colours).max() <= 3)


def gamma_table(gamma: float | None) -> list[int] | None:
    """Return the 256 levels of sRGB for those of a PNG with this gamma; None if they are the same.

    A sample s stands for the light s^(1/gamma) (PNG specification, 13.13).
    """
    if gamma is None or not 0.01 <= gamma <= 100 or abs(gamma - _SRGB_GAMMA) < _NEAR:
        return None
    light = np.linspace(0, 1, 256) ** (1 / gamma)
    screen = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return [int(level) for level in np.rint(255 * screen)]
