"""Noise, and how much of it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from cnnviz.imaging.chance import normals, uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

Noise = Literal["salt-and-pepper", "impulse", "gaussian"]


def add_noise(
    image: NDArray[np.uint8], kind: Noise, amount: float, seed: int = 0
) -> NDArray[np.uint8]:
    """Spoil a picture, as `cnnviz/components/kit/filtering/noise.js` does in browsers.

    Args:
        image: H×W or H×W×3.
        kind: "salt-and-pepper" turns a share of the pixels black or white, "impulse"
            turns a share of them white only, "gaussian" adds to every value a random
            number of mean 0.
        amount: The share of pixels, 0..1; for "gaussian" the standard deviation in grey levels.
        seed: The same seed gives the same noise.

    Returns:
        A new picture of the same shape.
    """
    if kind == "gaussian":
        noise = normals(image.size, seed).reshape(image.shape) * np.float64(amount)
        return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
    noisy = image.copy()
    # Drawn per pixel, not per channel: a spoilt pixel of a colour picture is black or white.
    height, width = image.shape[:2]
    draw = uniforms(height * width, seed).reshape(height, width)
    if kind == "impulse":
        noisy[draw < amount] = 255
    else:
        noisy[draw < amount / 2] = 0
        noisy[(draw >= amount / 2) & (draw < amount)] = 255
    return noisy


def psnr(reference: NDArray[Any], image: NDArray[Any]) -> float:
    """Peak signal-to-noise ratio in decibels: 10 log10(255² / mean squared error).

    Args:
        reference: The clean picture, 0..255.
        image: Another of the same shape.

    Returns:
        Decibels, higher being closer; infinite for equal pictures.
    """
    difference = reference.astype(np.float32) - image.astype(np.float32)
    error = float(np.mean(np.square(difference), dtype=np.float64))
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def ssim(reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> float:
    """Structural similarity (Wang et al., 2004), as scikit-image computes it by default.

    Over 7×7 windows, the mean of (2ab + c1)(2s + c2) / ((a² + b² + c1)(v + w + c2)), with a
    and b the means, v and w the variances and s the covariance of the two pictures. Four
    times as fast as scikit-image's: a page shows it for nine filters at once.

    Args:
        reference: The clean picture, H×W or H×W×3, each side 7 pixels or more.
        image: Another of the same shape.

    Returns:
        1 for equal pictures, near 0 for unrelated ones.
    """
    x, y = reference.astype(np.float32), image.astype(np.float32)

    def average(values: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (7, 7))[3:-3, 3:-3], dtype=np.float32)

    a, b = average(x), average(y)
    unbiased = 49 / 48
    variances = unbiased * (average(x * x) + average(y * y) - a * a - b * b)
    covariance = unbiased * (average(x * y) - a * b)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * a * b + c1) * (2 * covariance + c2)
    likeness /= (a * a + b * b + c1) * (variances + c2)
    return float(likeness.mean(dtype=np.float64))
