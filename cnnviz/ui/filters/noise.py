"""Nine ways to remove the same noise, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.noise_grid import Spoiled, noise_grid
from cnnviz.components.pixels import payload, send_pixels
from cnnviz.figures.grey_levels import grey_levels_figure
from cnnviz.imaging import add_noise, denoise, resize_to_fit, to_grey
from cnnviz.numbers.formatting import picture_size
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging import Noise
    from cnnviz.ui.shared.picture import Picture

KINDS: dict[Noise, str] = {
    "salt-and-pepper": "Salt and pepper",
    "impulse": "White only",
    "gaussian": "Gaussian",
}
SIDE = 400
"""Pictures are shown about this wide; larger ones would only be slower."""
LONGEST = 4
"""So many times as long as wide is a picture that is shrunk whole: of a strip little is left."""


class _Clean(NamedTuple):
    """The picture that is spoiled.

    Attributes:
        pixels: No larger than it is shown.
        shape: Of the part of the picture that it shows.
        exact: For the browser to spoil.
    """

    pixels: NDArray[np.uint8]
    shape: tuple[int, ...]
    exact: dict[str, Any]


def choose_noise() -> Spoiled:
    """Draw the choice of a noise and of how much of it."""
    default: Noise = "salt-and-pepper"
    kind = choice(st.segmented_control, "Noise", KINDS, default, key="f_noise")
    with st.container(width=330):
        if kind == "gaussian":
            key = "f_noise_sigma"
            return Spoiled(kind, paired("σ in grey levels", 0, 100, 25, key=key), key)
        key = "f_noise_share"
        return Spoiled(kind, paired("Noisy pixels, in %", 0, 60, 10, key=key), key)


def compare_filters(picture: Picture, colour: str, noise: Spoiled) -> None:
    """Spoil a picture, filter it by mean, Gaussian and median at 3, 5 and 7, and rank them.

    Args:
        picture: The picture.
        colour: Key of `COLOURS`.
        noise: How it is spoiled.
    """
    height, width = picture.pixels.shape[:2]
    size = picture_size(picture.pixels.shape)
    if min(height, width) < 7:
        st.error(
            f"This picture has {size} pixels, and SSIM compares windows of 7×7: choose a"
            " picture of at least 7×7 pixels."
        )
        return
    clean, shape, exact = _prepare(picture.digest, colour, picture.pixels)
    send_pixels(exact)
    noisy = add_noise(clean, noise.kind, noise.amount)
    st.caption(
        "Find out which filter removes which noise best. The pictures are shown and measured at"
        f" {picture_size(clean.shape)}. The higher PSNR (in decibels) and SSIM (at most 1),"
        " the closer to the clean picture."
        + (
            f" The picture has {size} pixels: {picture_size(shape)} from the"
            " middle of it are compared."
            if shape != (height, width)
            else ""
        )
    )
    filters = denoise(clean, noisy)
    noise_grid(clean, noisy, filters, noise, pixels=exact["name"], key="f_denoised")
    st.caption(
        "What the noise does to the grey levels: salt and pepper are two peaks at 0 and 255, white"
        " pixels one at 255; Gaussian noise smears every level over its neighbours."
    )
    chart(
        grey_levels_figure({"Clean": to_grey(clean), "Noisy": to_grey(noisy)}),
        key="_f_noise_levels",
        alt="Share of the pixels at each grey level, clean and noisy",
    )


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _prepare(
    digest: str,  # noqa: ARG001 - with the next, the key
    colour: str,
    _pixels: NDArray[np.uint8],
) -> _Clean:
    full = _pixels if colour == "colour" else to_grey(_pixels).astype(np.uint8)
    part = middle(full, LONGEST)
    clean = resize_to_fit(part, SIDE)
    return _Clean(clean, part.shape[:2], payload(clean, "noise"))


def middle(image: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Cut the ends of a strip off, so that it is at most `longest` times as long as wide."""
    most = longest * min(image.shape[:2])
    top, left = (max(0, side - most) // 2 for side in image.shape[:2])
    return image[top : top + most, left : left + most]
