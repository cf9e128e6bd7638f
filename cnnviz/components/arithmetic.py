"""The arithmetic behind one pixel of a filtered picture, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from cnnviz.components.number_grid import number_grid
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS, format_kernel, format_weight
from cnnviz.imaging.recipe import CHANNELS
from cnnviz.numbers.formatting import MINUS, formatted, short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging import Recipe

_TINTS = {
    "grey": ((0.0, "#000000"), (1.0, "#ffffff")),
    "red": ((0.0, "#000000"), (1.0, "#ff5050")),
    "green": ((0.0, "#000000"), (1.0, "#5adc64")),
    "blue": ((0.0, "#000000"), (1.0, "#5f91ff")),
}


def number(value: float) -> str:
    """Write a number to four significant digits and at most three decimals."""
    return short(round(value, 3))


def weight(value: float) -> str:
    """Write a weight for a narrow cell: a short fraction, else three decimals, a real minus."""
    text = format_weight(value)
    if len(text.lstrip("-")) > 5:
        return formatted(value, ".3f" if abs(value) >= 0.001 else ".0e")
    return text.replace("-", MINUS)


def arithmetic(recipe: Recipe, image: NDArray[np.uint8], row: int, column: int) -> None:
    """Print neighbourhood × kernel = value for one pixel, from the arrays themselves.

    Args:
        recipe: The filter.
        image: The full-size picture it reads, H×W or H×W×3.
        row: Row of the pixel.
        column: Its column.
    """
    channel, tint = 0, "grey"
    summed = recipe.channels is not None and image.ndim == 3
    if image.ndim == 3 and not summed:
        tint = st.segmented_control(
            "Channel", CHANNELS, default="red", required=True, key="_f_channel"
        )
        channel = CHANNELS.index(tint)
    windows = np.atleast_3d(recipe.read(image, row, column)).astype(np.float64)
    window = windows[:, :, channel]
    kernels = {
        name: weights[::-1, ::-1] if recipe.flip and recipe.kind == "kernel" else weights
        for name, weights in recipe.kernels.items()
    }
    # A few pixels of the result around this one are enough to read it off.
    value = _value(recipe, image, row, column, channel)
    if not kernels:
        _grid("Neighbourhood", window, "window", tint)
        st.markdown(_ranked(recipe, window, value))
        return
    sums = []
    for at, (name, weights) in enumerate(kernels.items()):
        if summed:
            window, tint = windows[:, :, at], name
        products = window * weights
        sums.append(float(products.sum()))
        columns = st.columns([1, 1, 1], gap="small")
        label = "kernel" if len(kernels) == 1 else f"kernel {name}"
        label += ", flipped" if recipe.flip and recipe.kind == "kernel" else ""
        with columns[0]:
            _grid("Neighbourhood", window, f"window_{name}", tint)
        with columns[1]:
            _grid(f"× {label}", weights, f"weights_{name}", "weights")
        with columns[2]:
            _grid("= products", products, f"products_{name}", "signed")
        st.markdown(f"{_sum_line(products)} = **{number(sums[-1])}**")
    if summed:
        line = " + ".join(number(total) for total in sums).replace(f"+ {MINUS}", f"{MINUS} ")
        st.markdown(f"All channels: {line} = **{number(value)}**")
    if len(sums) == 2:
        x, y = (number(total) for total in sums)
        line = (
            f"√(({x})² + ({y})²) = **{number(value)}**"
            if recipe.kind == "sobel-magnitude"
            else f"atan2({y}, {x}) = **{number(value)}°**: brightness rises in this direction"
            " (0° right, 90° down)"
        )
        st.markdown(line)


def _value(recipe: Recipe, image: NDArray[np.uint8], row: int, column: int, channel: int) -> float:
    """Filter just the neighbourhood: its middle is the pixel of the whole result."""
    window = recipe.read(image, row, column)
    middle = (window.shape[0] - 1) // 2, (window.shape[1] - 1) // 2
    return float(np.atleast_3d(recipe.apply(window).values)[(*middle, channel)])


def _ranked(recipe: Recipe, window: NDArray[np.float64], value: float) -> str:
    if recipe.kind == "bilateral":
        return (
            f"The nearer a neighbour and the more similar its brightness, the more it counts; the"
            f" weighted mean is **{number(value)}**."
        )
    ordered = np.sort(window, axis=None)
    middle = ordered.size // 2
    nearest = slice(max(0, middle - 6), middle + 7)
    words = [number(v) for v in ordered[nearest]]
    words[middle - nearest.start] = f"**{words[middle - nearest.start]}**"
    before = "… " if nearest.start else ""
    after = " …" if nearest.stop < ordered.size else ""
    return f"Sorted: {before}{', '.join(words)}{after}. The middle one is **{number(value)}**."


def _sum_line(products: NDArray[np.float64]) -> str:
    """Write the products as a sum: all of them for a small kernel, else row by row."""
    terms = products.ravel() if products.size <= 25 else products.sum(axis=1)
    text = " + ".join(number(term) for term in terms).replace(f"+ {MINUS}", f"{MINUS} ")
    return text if products.size <= 25 else f"Row by row: {text}"


def _grid(title: str, values: NDArray[Any], key: str, colours: str) -> None:
    stops = {"weights": WEIGHT_STOPS, "signed": DIVERGING_STOPS}.get(colours)
    st.markdown(f"**{title}**", text_alignment="center")
    number_grid(
        values,
        key=f"_f_grid_{key}",
        label=title,
        write=weight if colours == "weights" else number,
        stops=stops or _TINTS[colours],
        limits=None if stops else (0, 255),
    )


class Link(NamedTuple):
    """A way from one pixel of a result into the stepper.

    Attributes:
        label: What it says.
        note: What to know before following it; None if nothing.
        params: The settings of the stepper's page.
    """

    label: str
    note: str | None
    params: dict[str, str]


def stepper_links(
    recipe: Recipe, kernel: str, image: NDArray[np.uint8], pixel: tuple[int, int]
) -> list[Link]:
    """Find the patches on which the stepper shows the arithmetic of one pixel.

    Args:
        recipe: The filter.
        kernel: Key of `KERNELS` that names its weights, or "custom".
        image: The full-size picture, H×W or H×W×3.
        pixel: Row and column.

    Returns:
        One link per kernel of the recipe; none for a filter that is no kernel or has one for each
        channel, or if the picture is smaller than the smallest patch (8×8) or than the kernel.
    """
    links: list[Link] = []
    if recipe.channels is not None:  # the stepper slides one kernel over all channels
        return links
    for part, weights in recipe.kernels.items():
        name, which = (f"sobel-{part}", f" ({part})") if part in {"x", "y"} else (kernel, "")
        size = min(32, max(8, max(weights.shape) + 9), *image.shape[:2])
        if size < max(8, *weights.shape):
            continue
        rows, columns = (
            _patch(place, side, length, size)
            for place, side, length in zip(pixel, weights.shape, image.shape[:2], strict=True)
        )
        params = {
            "s_source": "picture",
            "s_row": str(rows.first),
            "s_col": str(columns.first),
            "s_size": str(size),
            "s_colour": "rgb" if image.ndim == 3 else "grey",
            "s_kernel": name,
            "s_stride": "1",
            "s_dilation": "1",
            "s_padding": "valid",
            "s_cell": f"{rows.cell},{columns.cell}",
        }
        if name == "custom":
            params["s_weights"] = format_kernel(weights)
        if recipe.kind == "kernel" and recipe.flip:
            params["s_flip"] = "true"
        notes = []
        if not (rows.inside and columns.inside):
            notes.append(
                "This window reaches beyond the picture; the stepper opens on the nearest one"
                " inside."
            )
        if image.ndim == 3:
            notes.append("The stepper adds up the three channels, as a network's layer does.")
        links.append(Link(f"Step through this patch{which}", " ".join(notes) or None, params))
    return links


class _Span(NamedTuple):
    first: int  # of the patch, in the picture
    cell: int  # of the output, in the patch
    inside: bool  # whether the window is whole in the picture


def _patch(place: int, side: int, length: int, size: int) -> _Span:
    start = place - (side - 1) // 2
    first = min(max(place - size // 2, 0), length - size)
    cell = min(max(start - first, 0), size - side)
    return _Span(first, cell, 0 <= start <= length - side)
