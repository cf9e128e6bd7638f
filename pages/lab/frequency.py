"""The frequency domain: spectra multiplied, the ends that wrap around, and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError
from cnnviz.convolution.spectrum import log_magnitude, response, through_frequencies
from cnnviz.figures.spectrum import response_figure
from cnnviz.inspection import torch_reference
from cnnviz.numbers.formatting import formatted, sides
from cnnviz.ui.lab.frequency.low_rank import show_low_rank
from cnnviz.ui.lab.frequency.operands import choose_operands
from cnnviz.ui.lab.frequency.speed import show_speed
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE = """import base64
import torch

{operands}
size = [n + min({padding}, k - 1) for n, k in zip(x.shape, kernel.shape)]
X, K = torch.fft.fft2(x, size), torch.fft.fft2(kernel, size)  # zeros are added at the ends
print(torch.fft.ifft2(X * K).real)
"""
WRAP_CODE = CODE.replace(
    "print(torch.fft.ifft2(X * K).real)",
    """ring = torch.fft.ifft2(X * K).real
high, wide = (k - 1 for k in kernel.shape)
x = torch.nn.functional.pad(x.double(), (wide, wide, high, high))[None, None]
direct = torch.nn.functional.conv2d(x, kernel.double().flip(0, 1)[None, None])[0, 0]
direct = direct[: size[0], : size[1]]  # the full result may be larger than the ring
print(ring, direct, ring - direct)""",
)


def spectrum(title: str, values: NDArray[Any], sign: str = "") -> Panel:
    rows, columns = (np.arange(n) - n // 2 for n in values.shape)
    sizes = np.fft.fftshift(np.abs(values))
    words = [
        f"frequency {formatted(v)} down, {formatted(u)} across: magnitude {sizes[i, j]:.3f}"
        for i, v in enumerate(rows)
        for j, u in enumerate(columns)
    ]
    magnitudes = log_magnitude(values)
    if magnitudes.size <= 100:  # the numbers are written into the cells, and have to fit
        magnitudes = magnitudes.round(2)
    return Panel(
        title, magnitudes, "pixels", limits=(0, magnitudes.max() or 1), words=words, sign=sign
    )


figure, side = figure_and_settings()
with side:
    operands = choose_operands()


def show_route() -> None:
    st.caption(
        "Convolution in space is multiplication in frequency: transform both, multiply frequency by"
        " frequency (⊙), and transform back. Point at a frequency to see it in all three spectra;"
        " frequency 0, the sum of all cells, is in the middle. As is usual, the colours show"
        " log₁₀(1 + |F|); the text gives |F| itself."
    )
    try:
        route = through_frequencies(operands.image, operands.kernel, operands.padding)
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    high, wide = route.result.shape
    below, beside = high - operands.image.shape[0], wide - operands.image.shape[1]
    cells = np.arange(route.result.size)[:, None]
    look: dict[str, Any] = (
        {"palette": "signed"} if operands.signed else {"palette": "pixels", "limits": operands.span}
    )
    linked_grids(
        [
            Panel(
                "Image", route.image, "pixels" if operands.span else "signed", limits=operands.span
            ),
            Panel("Kernel", route.kernel, "weights", sign="∗"),
            spectrum("Image's spectrum", route.image_spectrum, sign="→"),
            spectrum("Kernel's spectrum", route.kernel_spectrum, sign="⊙"),
            spectrum("Product of the spectra", route.product, sign="="),
            Panel("Result", route.clean(route.result), **look, sign="→"),
        ],
        [Link(4, 2, cells), Link(4, 3, cells), Link(5, 0, cells)],
        key=f"fq_route_{operands.id}",
        alt="Image and kernel, their spectra as log magnitudes, the product, and the result",
        driver=4,
        start=high // 2 * wide + wide // 2,
        play=operands.id == "deck",
        pytorch=CODE.format(operands=operands.code, padding=operands.padding),
    )
    direct = route.clean(route.full[:high, :wide])
    lost = int(route.wrapped.sum())
    with st.container(horizontal=True):
        lab.agree("Matches the direct convolution", route.result, direct)
        ring = torch_reference.conv_on_a_ring(operands.image, operands.kernel, (high, wide))
        lab.agree("Matches torch conv2d with circular padding", route.result, ring)
    st.header("What wraps around")
    st.caption(
        "The Fourier transform treats the image as one tile of an endlessly repeating floor: what"
        " leaves at one end comes in at the other. Zeros added at the ends absorb it. Reduce the"
        " padding to see values wrap around."
    )
    linked_grids(
        [
            Panel("By FFT", route.clean(route.result), **look),
            Panel("Direct", direct, **look, sign="−"),
            Panel("Difference", route.clean(route.difference), sign="="),
        ],
        [Link(2, 0, cells), Link(2, 1, cells, np.array([-1.0]))],
        key=f"fq_wrap_{operands.id}",
        alt="The circular result, the direct one, and their difference",
        play=False,
        pytorch=WRAP_CODE.format(operands=operands.code, padding=operands.padding),
    )
    st.markdown(
        f"With zeros added, {below} below and {beside} to the right, **{lost} of"
        f" {route.result.size} cells** contain wrapped-around values. The full direct convolution"
        f" has {sides(route.full.shape)} cells." + ("" if lost else " All of them are right.")
    )


def show_response() -> None:
    st.header("What the kernel lets through")
    st.caption(
        "The spectrum of the kernel alone, at frequencies in cycles per pixel: each wave of the"
        " image is multiplied by the height of the surface at its frequency. A blur keeps the slow"
        " waves in the middle; a kernel for edges takes them away."
    )
    chart(
        response_figure(*response(operands.kernel)),
        key="_fq_response",
        alt="The magnitude of the kernel's spectrum as a surface above the frequencies",
    )


with figure:
    show_route()
    show_response()

lazy_section("speed", show_speed)
lazy_section("low_rank", show_low_rank)
