"""How close two pictures are, in numbers that change while one of them is edited."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.components.sources import register
from cnnviz.imaging import psnr, ssim

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 7
"""Pixels on each side: SSIM compares windows of that size."""

_component = register("closeness")


def closeness(
    first: NDArray[np.float32], second: NDArray[np.float32], *, key: str, name: str
) -> None:
    """Draw PSNR, SSIM and the differences of two pictures.

    Args:
        first: H×W or H×W×3; its numbers may be beyond 0 to 255.
        second: Of the same shape.
        key: Streamlit key.
        name: What the browser tells of under `LiveChain.measured`, while a hand moves a filter.
    """
    _component(key=key, data=payload(first, second, name=name))


def payload(
    first: NDArray[np.float32], second: NDArray[np.float32], *, name: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data: no PSNR of equal pictures, no SSIM of tiny ones.

    PSNR and SSIM compare the pictures rounded and clipped, the differences the signed numbers.
    """
    one, other = (np.clip(np.rint(values), 0, 255).astype(np.uint8) for values in (first, second))
    decibels = psnr(one, other)
    apart = np.abs(first - second)
    return {
        "name": name,
        "psnr": decibels if math.isfinite(decibels) else None,
        "ssim": ssim(one, other) if min(one.shape[:2]) >= SMALLEST else None,
        "mean": float(apart.mean()),
        "largest": float(apart.max()),
    }
