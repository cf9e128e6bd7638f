"""The controls of a filter: which one, its settings, its kernel, a kernel of one's own."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from cnnviz import imaging
from cnnviz.components.arithmetic import weight
from cnnviz.components.chart import chart
from cnnviz.components.number_grid import number_grid
from cnnviz.figures.kernel import has_surface, kernel_figure
from cnnviz.imaging import FILTERS, KERNELS, MAX_KERNEL_SIZE, WEIGHT_STOPS, Recipe
from cnnviz.ui.shared.address import KERNEL
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.controls import paired

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.imaging import Border

# The four Sobels are one filter with a part to choose.
_FAMILIES = {
    "sobel": "Sobel",
    **{name: words.title for name, words in FILTERS.items() if not name.startswith("sobel")},
}
MOVED = {
    "f_strength": "strength", "f_sigma": "sigma", "f_reach": "sigma", "f_levels": "levels",
    "f_size": "size", "f_mean": "size", "f_median": "size", "f_flip": "flip",
}  # fmt: skip
"""Keys of the controls that a hand moves, and the field of the recipe that each sets."""

_HOW = (
    "Type into a cell, or drag sideways in it, to change it. With Shift, dragging paints its number"
    " over other cells."
)

KERNEL_GRID = "_f_kernel_Kernel"
"""Key of the numbers of a filter that has one kernel."""

_PARTS = {"x": "x", "y": "y", "magnitude": "Magnitude", "direction": "Direction"}


class ChosenFilter(NamedTuple):
    """A chosen filter.

    Attributes:
        name: Key of `FILTERS`.
        recipe: The filter with its settings.
        kernel: What the stepper's page knows its kernel by: a key of `KERNELS` or "custom".
        panel: Where `draw_kernels` draws.
    """

    name: str
    recipe: Recipe
    kernel: str
    panel: DeltaGenerator


def choose_name() -> str:
    """Draw the list of filters; return a key of `FILTERS`."""
    family = choice(st.selectbox, "Filter", _FAMILIES, "sobel", key="f_kernel", width=230)
    if family == "sobel":
        return f"sobel-{choice(st.segmented_control, 'Part', _PARTS, 'x', key='f_part')}"
    return family


def choose_settings(name: str, border: Border, *, colour: bool) -> ChosenFilter:
    """Draw what can be set about one filter, and leave a place for the numbers of its kernel.

    Args:
        name: Key of `FILTERS`.
        border: What lies outside the picture.
        colour: Whether the picture has colours.

    Returns:
        The filter with its settings.
    """
    kernel = "custom"
    if name != "custom":
        KERNEL.set_aside()
    if name == "custom":
        recipe = Recipe("kernel", _typed_kernel())
    elif name == "learned":
        from cnnviz.ui.filters.learned import choose_learned  # noqa: PLC0415 - it loads torch

        weights, channels = choose_learned(colour=colour)
        recipe = Recipe("kernel", weights, channels=channels)
    elif name in KERNELS:
        recipe, kernel = Recipe("kernel", KERNELS[name].weights), name
        if KERNELS[name].sum:  # the scale would undo any strength of an edge kernel
            strength = paired("Strength", 0.0, 3.0, 1.0, key="f_strength", step=0.1)
            if strength != 1:
                recipe, kernel = dataclasses.replace(recipe, strength=strength), "custom"
    else:
        recipe = _other(name)
    panel = st.container()  # what is moved stays near the pictures, whatever the kernel's size
    if recipe.kind == "kernel":
        flip = st.toggle(
            "Flip the kernel",
            key="f_flip",
            bind="query-params",
            help="What deep learning calls convolution is cross-correlation: the kernel is used as"
            " it is. Convolution in mathematics rotates it by 180° first.",
        )
        recipe = dataclasses.replace(recipe, flip=flip)
    return ChosenFilter(name, dataclasses.replace(recipe, border=border), kernel, panel)


def _other(name: str) -> Recipe:
    """The filters that are no kernel of the catalogue."""
    if name == "sobel-magnitude":
        return Recipe("sobel-magnitude")
    if name == "sobel-direction":
        return Recipe("sobel-direction")
    if name == "gaussian":
        sigma = paired("σ in pixels", 0.3, 5.0, 1.5, key="f_sigma", step=0.1)
        size = paired("Size in pixels", 1, 15, 9, key="f_size")
        whole = 2 * math.ceil(3 * sigma) + 1
        if size < whole:
            st.caption(
                f"This window cuts off the bell curve: {whole}×{whole} holds nearly all of it."
            )
        return Recipe("gaussian", size=size, sigma=sigma)
    if name == "mean":
        return Recipe("mean", size=paired("Size in pixels", 1, 15, 5, key="f_mean"))
    if name == "median":
        return Recipe("median", size=paired("Size in pixels", 3, 15, 5, key="f_median", step=2))
    reach = paired("σ in pixels", 0.5, 3.0, 2.0, key="f_reach", step=0.1)
    levels = paired("σ in grey levels", 5.0, 150.0, 40.0, key="f_levels", step=5.0)
    return Recipe("bilateral", sigma=reach, levels=levels)


def _take(text: str) -> None:
    """Make numbers the person's own kernel."""
    choose("f_kernel", "custom")
    st.session_state["_f_weights"] = text
    KERNEL.write(text)


def _typed_kernel() -> NDArray[np.float32]:
    state, opened = st.session_state, "_f_weights" not in st.session_state
    # Not bound: a bound text that appears together with a new choice misses the address.
    text = KERNEL.follow(state.get("_f_weights"), opened=opened) or ""
    state["_f_weights"] = text or (state.get("_f_shown", "0 0 0; 0 1 0; 0 0 0") if opened else "")
    text = st.text_input(
        "Kernel, row by row",
        key="_f_weights",
        help="Separate numbers by spaces and rows by semicolons: -1 0 1; -2 0 2; -1 0 1."
        " Fractions such as 1/9 are fine. The largest size is"
        f" {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}.",
    )
    KERNEL.write(text)
    try:
        state["_f_valid"] = imaging.parse_kernel(text)
    except ValueError as error:
        st.error(f"{error} Until then, the last valid kernel is used.")
    weights: NDArray[np.float32] = state.get("_f_valid", KERNELS["identity"].weights)
    side = math.isqrt(weights.size)
    if len(weights) == 1 < side and side**2 == weights.size and ";" not in text:
        # A square that is pasted into a field of one line loses its line ends.
        square = imaging.format_kernel(weights.reshape(side, side))
        label = f"Arrange as {side}×{side}"
        st.caption(f"This is one row of {weights.size} numbers. Is it {side} rows?")
        st.button(label, icon=":material/grid_on:", on_click=_take, args=(square,))

    def resize() -> None:
        shape = state["_f_rows"], state["_f_columns"]
        _take(imaging.format_kernel(imaging.resize_kernel(weights, *shape)))

    state["_f_rows"], state["_f_columns"] = weights.shape
    rows, columns = st.columns(2)
    rows.number_input("Rows", 1, MAX_KERNEL_SIZE, key="_f_rows", on_change=resize)
    columns.number_input("Columns", 1, MAX_KERNEL_SIZE, key="_f_columns", on_change=resize)
    return weights


def draw_kernels(chosen: ChosenFilter) -> None:
    """Draw the numbers of the kernels in their place, and what the filter does."""
    with chosen.panel:
        _draw_kernels(chosen.name, chosen.recipe.kernels)


def _draw_kernels(name: str, kernels: Mapping[str, NDArray[np.float32]]) -> None:
    editable = len(kernels) == 1
    for part, weights in kernels.items():
        height, width = weights.shape
        title = f"**{part}** {height}×{width}" if editable else f"**Kernel {part}**"
        st.markdown(title, text_alignment="center")
        number_grid(
            weights,
            key=KERNEL_GRID if editable else f"_f_kernel_{part}",
            label=f"Kernel, {height}×{width}",
            write=weight,
            stops=WEIGHT_STOPS,
            note=_HOW if editable else "",
            on_edit=_take if editable else None,
        )
    if editable:
        weights = kernels["Kernel"]
        st.session_state["_f_shown"] = imaging.format_kernel(weights)
        st.caption(
            f"{FILTERS[name].does} {imaging.explain_sum(weights)} {imaging.separability(weights)}"
        )
        if name == "custom":
            _draw_changes(weights)
    else:
        st.caption(FILTERS[name].does)


def _draw_changes(weights: NDArray[np.float32]) -> None:
    """Draw buttons that change a kernel of one's own as a whole."""
    height, width = weights.shape
    with st.container(horizontal=True, gap="small"):
        for label, change, help_ in (
            ("Turn by 45°", imaging.turned, "Each ring of cells moves on by an eighth, clockwise."),
            (
                "Symmetrise", imaging.symmetrised,
                "The mean of the kernel and its mirror images: it treats all sides alike.",
            ),
            (
                "Normalise", imaging.normalised,
                "Divides by the sum, which keeps the brightness; if it is 0, by the positive part.",
            ),
        ):  # fmt: skip
            st.button(
                label,
                key=f"_f_{change.__name__}",
                help=help_,
                disabled=change is imaging.turned and (height != width or height % 2 == 0),
                on_click=lambda change=change: _take(imaging.format_kernel(change(weights))),
            )


def draw_surfaces(recipe: Recipe) -> None:
    """Draw each kernel of a filter as a surface; one row or one column spans none.

    Args:
        recipe: The filter with its settings.
    """
    kernels = [(part, one) for part, one in recipe.kernels.items() if has_surface(one)]
    for column, (part, weights) in zip(st.columns(3) if kernels else (), kernels, strict=False):
        name = part if len(recipe.kernels) == 1 else f"Kernel {part}"
        height, width = weights.shape
        with column:
            st.markdown(f"**{name}** as a surface", text_alignment="center")
            chart(
                kernel_figure(weights),
                key=f"_f_surface_{part}",
                alt=f"{name}: the {height}×{width} weights as a surface",
            )
