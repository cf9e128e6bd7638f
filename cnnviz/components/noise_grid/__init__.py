"""A picture, the same with noise, and nine filters of it, redrawn while a slider is moved."""

from __future__ import annotations

import base64
import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnviz.components.sources import register
from cnnviz.imaging import encode_jpeg, psnr, ssim

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.imaging import Denoised, Noise

_component = register("noise_grid")


class Spoiled(NamedTuple):
    """How a picture is spoiled.

    Attributes:
        kind: The noise, of the first seed.
        level: As its slider has it: percent of the pixels, or σ in grey levels.
        slider: Streamlit key of that slider.
    """

    kind: Noise
    level: float
    slider: str

    @property
    def amount(self) -> float:
        """The same as `add_noise` wants it."""
        return self.level if self.kind == "gaussian" else self.level / 100


def noise_grid(
    clean: NDArray[np.uint8],
    noisy: NDArray[np.uint8],
    filters: Sequence[Sequence[Denoised]],
    spoiled: Spoiled,
    *,
    pixels: str,
    key: str,
) -> None:
    """Draw a column of the clean and the noisy picture, and one for each kind of filter.

    Args:
        clean: H×W or H×W×3, each side 7 pixels or more.
        noisy: The same with noise.
        filters: What `denoise` made of it.
        spoiled: How.
        pixels: Name under which `cnnviz/components/pixels` sends the clean picture.
        key: Streamlit key.
    """
    _component(key=key, data=payload(clean, noisy, filters, spoiled, pixels=pixels))


def payload(
    clean: NDArray[np.uint8],
    noisy: NDArray[np.uint8],
    filters: Sequence[Sequence[Denoised]],
    spoiled: Spoiled,
    *,
    pixels: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data; an equal picture has no PSNR."""
    results = [one for sizes in filters for one in sizes]
    pictures = [
        ("Clean", clean, math.inf, 1.0),
        ("Noisy", noisy, psnr(clean, noisy), ssim(clean, noisy)),
        *(
            (
                f"{one.name.capitalize()} {one.recipe.size}×{one.recipe.size}",
                one.pixels, one.psnr, one.ssim,
            )
            for one in results
        ),
    ]  # fmt: skip
    return {
        "height": clean.shape[0],
        "width": clean.shape[1],
        "pictures": [
            {
                "title": title,
                "url": f"data:image/jpeg;base64,{base64.b64encode(encode_jpeg(picture)).decode()}",
                "psnr": decibels if math.isfinite(decibels) else None,
                "ssim": likeness,
            }
            for title, picture, decibels, likeness in pictures
        ],
        "filters": [dataclasses.asdict(one.recipe) for one in results],
        "live": {
            "pixels": [pixels],
            "recipe": {"kind": spoiled.kind, "level": spoiled.level},
            "moved": {spoiled.slider: ["level"]},
        },
    }
