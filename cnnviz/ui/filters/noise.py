"""Nine ways to remove the same noise, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.grey_levels import grey_levels_figure
from cnnviz.imaging import add_noise, denoise, encode_jpeg, psnr, resize_to_fit, ssim, to_grey
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.imaging import Denoised, Noise

KINDS: dict[Noise, str] = {
    "salt-and-pepper": "Salt and pepper",
    "impulse": "White only",
    "gaussian": "Gaussian",
}
SIDE = 400
"""Pictures are shown about this wide; larger ones would only be slower."""
LONGEST = 4
"""So many times as long as wide is a picture that is shrunk whole: of a strip little is left."""


def choose_noise() -> tuple[Noise, float]:
    """Draw the choice of a noise; return its kind and its amount."""
    default: Noise = "salt-and-pepper"
    kind = choice(st.segmented_control, "Noise", KINDS, default, key="f_noise")
    with st.container(width=330):
        if kind == "gaussian":
            return kind, paired("σ in grey levels", 0, 100, 25, key="f_noise_sigma")
        return kind, paired("Noisy pixels, in %", 0, 60, 10, key="f_noise_share") / 100


def compare_filters(image: NDArray[np.uint8], kind: Noise, amount: float) -> None:
    """Spoil a picture, filter it by mean, Gaussian and median at 3, 5 and 7, and rank them.

    Args:
        image: H×W or H×W×3.
        kind: The noise.
        amount: Share of the pixels, or standard deviation in grey levels.
    """
    height, width = image.shape[:2]
    if min(height, width) < 7:
        st.error(
            f"This picture has {height}×{width} pixels, and SSIM compares windows of 7×7: choose a"
            " picture of at least 7×7 pixels."
        )
        return
    part = middle(image, LONGEST)
    clean = resize_to_fit(part, SIDE)
    noisy = add_noise(clean, kind, amount)
    filters = denoise(clean, noisy)
    best = max((result for results in filters for result in results), key=lambda one: one.psnr)
    st.caption(
        "Find out which filter removes which noise best. The pictures are shown and measured at"
        f" {clean.shape[0]}×{clean.shape[1]}. The higher PSNR (in decibels) and SSIM (at most 1),"
        " the closer to the clean picture."
        + (
            f" The picture has {height}×{width} pixels: {part.shape[0]}×{part.shape[1]} from the"
            " middle of it are compared."
            if part.shape != image.shape
            else ""
        )
    )
    # On a phone two stand beside each other, small enough to be compared.
    st.html(
        "<style>@media (max-width: 640px) { .st-key-f_denoised [data-testid=stColumn] {"
        " flex: 1 1 calc(50% - 1rem); min-width: calc(50% - 1rem) } }</style>"
    )
    with st.container(key="f_denoised"):
        columns = st.columns(4)
    with columns[0]:
        _draw("Clean", clean, "")
        _draw("Noisy", noisy, _words(psnr(clean, noisy), ssim(clean, noisy)))
    for column, results in zip(columns[1:], filters, strict=True):
        with column:
            for result in results:
                _draw_result(result, is_best=result is best)
    st.caption(
        "What the noise does to the grey levels: salt and pepper are two peaks at 0 and 255, white"
        " pixels one at 255; Gaussian noise smears every level over its neighbours."
    )
    chart(
        grey_levels_figure({"Clean": to_grey(clean), "Noisy": to_grey(noisy)}),
        key="_f_noise_levels",
        alt="Share of the pixels at each grey level, clean and noisy",
    )


def middle(image: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Cut the ends of a strip off, so that it is at most `longest` times as long as wide."""
    most = longest * min(image.shape[:2])
    top, left = (max(0, side - most) // 2 for side in image.shape[:2])
    return image[top : top + most, left : left + most]


def _draw_result(result: Denoised, *, is_best: bool) -> None:
    badge = " :green-badge[:material/trophy: best]" if is_best else ""
    title = f"{result.name.capitalize()} {result.size}×{result.size}"
    _draw(title, result.pixels, _words(result.psnr, result.ssim), badge)


def _draw(title: str, pixels: NDArray[np.uint8], words: str, badge: str = "") -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{title}**{badge}")
        st.image(encode_jpeg(pixels), width="stretch", alt=f"{title}. {words}")
        st.caption(words or "The original picture")


def _words(decibels: float, likeness: float) -> str:
    psnr = "∞" if decibels == float("inf") else f"{decibels:.1f} dB"
    return f"PSNR {psnr}, SSIM {likeness:.2f}"
