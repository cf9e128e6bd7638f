"""Mean, Gaussian and median side by side against the same noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.imaging.noise import psnr, ssim
from cnnviz.imaging.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (3, 5, 7)
FILTERS = ("mean", "Gaussian", "median")


class Denoised(NamedTuple):
    """What one filter made of the noise.

    Attributes:
        name: One of `FILTERS`.
        recipe: The filter with its size, one of `SIZES`.
        pixels: The filtered picture.
        psnr: Peak signal-to-noise ratio against the clean picture, in decibels.
        ssim: Structural similarity with the clean picture.
    """

    name: str
    recipe: Recipe
    pixels: NDArray[np.uint8]
    psnr: float
    ssim: float


def sigma_for(size: int) -> float:
    """The σ that OpenCV gives a Gaussian of this size: 0.8, 1.1 and 1.4 for 3, 5 and 7."""
    return round(0.3 * ((size - 1) / 2 - 1) + 0.8, 2)


def denoise(clean: NDArray[np.uint8], noisy: NDArray[np.uint8]) -> list[list[Denoised]]:
    """Filter a noisy picture by every filter at every size and measure each.

    Args:
        clean: H×W or H×W×3, each side 7 pixels or more.
        noisy: The same with noise.

    Returns:
        Three results, one per size, for each of the three filters.
    """
    return [[_denoise(clean, noisy, name, size) for size in SIZES] for name in FILTERS]


def _denoise(clean: NDArray[np.uint8], noisy: NDArray[np.uint8], name: str, size: int) -> Denoised:
    if name == "Gaussian":
        recipe = Recipe("gaussian", size=size, sigma=sigma_for(size))
    else:
        recipe = Recipe("mean" if name == "mean" else "median", size=size)
    pixels = np.clip(np.rint(recipe.apply(noisy).values), 0, 255).astype(np.uint8)
    return Denoised(name, recipe, pixels, psnr(clean, pixels), ssim(clean, pixels))
