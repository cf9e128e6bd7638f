"""The settings of the page that steps through a convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import streamlit as st

from cnnviz.components.crop import crop
from cnnviz.convolution import Padding, lecture_examples
from cnnviz.imaging import KERNELS, format_kernel, to_grey
from cnnviz.numbers.formatting import picture_size
from cnnviz.ui.shared.address import PATCH_COLUMN, PATCH_ROW, asked
from cnnviz.ui.shared.choice import arriving, choice, choose, chosen_before, forget
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.picture import OWN, current_picture
from cnnviz.ui.shared.typed_grids import LARGEST_INPUT, exact, parse_grid, parse_kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.convolution import LectureExample
    from cnnviz.convolution.geometry import PaddingMode, Scheme
    from cnnviz.ui.shared.address import Parameter

EXAMPLES = {example.id: example for example in lecture_examples()}
SOURCES = {"preset": "Example", "picture": "Picture patch", "numbers": "My numbers"}
COLOURS = {"grey": "Grey", "rgb": "Red, green, blue"}
PADDINGS: dict[int | Scheme, str] = {
    **{n: str(n) for n in range(5)},
    "valid": "valid: none",
    "same": "same: keeps the size",
    "full": "full: every overlap",
}
MODES: dict[PaddingMode, str] = {
    "zero": "Zeros",
    "reflect": "Reflect: mirrored",
    "replicate": "Replicate: the edge repeated",
    "circular": "Circular: from the opposite side",
}
TYPED = "3 0 1 2 7 4\n1 5 8 9 3 1\n2 7 2 5 1 3\n0 1 3 1 7 8\n4 2 1 6 2 8\n2 4 5 2 3 9"
SCALES = {1: "As it is", 2: "½", 4: "¼", 8: "⅛", 16: "1/16"}
CHOICES = ("s_source", "s_preset", "s_colour", "s_scale", "s_kernel", "s_padding", "s_mode")
WINDOW = ("s_weights", "s_stride", "s_dilation", "s_flip", "s_bias")
BOUND = (*WINDOW, "s_size", "s_row", "s_col", "s_image")


@dataclass(frozen=True)
class Defaults:
    """Settings of the window at first; an example brings its own."""

    weights: str = "-1 0 1\n-1 0 1\n-1 0 1"
    stride: int = 1
    padding: int | Scheme = "valid"
    flip: bool = False
    bias: float = 0.0

    @classmethod
    def of(cls, example: LectureExample) -> Defaults:
        """Return the settings of an example whose operator is a convolution."""
        if example.kernel is None:
            return cls()
        amount = example.padding.amount
        return cls(
            weights=_rows(example.kernel),
            stride=example.stride,
            padding=amount if amount and isinstance(amount, int | str) else "valid",
            flip=example.flip,
            bias=example.bias,
        )


def _rows(weights: NDArray[Any]) -> str:
    return format_kernel(weights).replace(";", "\n")


def open_page() -> None:
    """Let a link alone decide when the page is opened by one, and a new picture be seen.

    Streamlit keeps what a bound widget was set to at an earlier visit, and a link leaves out what
    is at its default.
    """
    picture, state = current_picture(), st.session_state
    before = state.get("_s_picture", "" if picture.id == OWN else picture.digest)
    state["_s_picture"] = picture.digest
    if arriving("s_source") and asked(*CHOICES, *BOUND):
        forget(*CHOICES, *BOUND)
    elif before != picture.digest:
        # Whoever brings a picture, or chooses another one at the top, wants to see that one.
        choose("s_source", "picture")
        _take_defaults()
        if picture.id == OWN:  # it opens where there is most to see
            for place in (PATCH_ROW, PATCH_COLUMN):
                st.session_state.pop(place.name, None)
                place.write(None)
        if (filter_before := state.get("_f_name")) in KERNELS:  # that of Filters comes along
            choose("s_kernel", filter_before)


def _take_defaults() -> None:
    """Set the window as the newly chosen example has it."""
    if st.session_state.get("_s_source", "preset") != "preset":
        for key in WINDOW:  # what was an example's default is now to be in the address
            if key in st.session_state:
                st.session_state[key] = st.session_state[key]
        return
    name = st.session_state.get("_s_preset") or chosen_before("s_preset") or next(iter(EXAMPLES))
    defaults = Defaults.of(EXAMPLES[name])
    choose("s_kernel", "custom")
    choose("s_padding", defaults.padding)
    choose("s_mode", "zero")
    st.session_state["s_weights"] = defaults.weights
    st.session_state["s_stride"] = defaults.stride
    st.session_state["s_dilation"] = 1
    st.session_state["s_flip"] = defaults.flip
    st.session_state["s_bias"] = defaults.bias


def choose_source() -> str:
    """Draw the choice of where the input is from."""
    return choice(
        st.segmented_control,
        ":blue[Input]",
        SOURCES,
        "preset",
        key="s_source",
        label_visibility="collapsed",
        on_change=_take_defaults,
    )


def choose_example() -> LectureExample:
    """Draw the choice of a worked example."""
    titles = {example.id: example.title for example in EXAMPLES.values()}
    chosen = choice(
        st.selectbox,
        "Worked example",
        titles,
        next(iter(titles)),
        key="s_preset",
        label_visibility="collapsed",
        on_change=_take_defaults,
    )
    return EXAMPLES[chosen]


def choose_patch() -> NDArray[np.uint8]:
    """Draw the choice of a square patch of the current picture.

    Returns:
        side×side grey or 3×side×side colour pixels of the picture, or of the picture made smaller.
    """
    picture = current_picture()
    colour = choice(st.segmented_control, "Colour", COLOURS, "grey", key="s_colour")
    scales = {
        k: title for k, title in SCALES.items() if k == 1 or min(picture.pixels.shape[:2]) >= 16 * k
    }
    scale = 1
    if len(scales) > 1:
        scale = choice(
            st.segmented_control, "Size of the picture", scales, 1, key="s_scale",
            help="Of the picture made smaller, a patch shows more.",
            on_change=_keep_the_patch,
        )  # fmt: skip
    pixels = _smaller(picture.pixels, scale)
    height, width = pixels.shape[:2]
    most = min(32, height, width)
    # A slider needs two ends: all of a small picture is the patch.
    side = (
        int(paired(":blue[Patch size]", 8, most, min(16, most), key="s_size")) if most > 8 else most
    )
    # By default a little above the middle, where the samples have their subject; of a picture of
    # one's own, where there is most to see.
    top, left = int((height - side) * 0.2), int((width - side) * 0.4)
    if picture.id == OWN:
        top, left = (place // scale for place in picture.contrast)
    row = _place("Top row", height - side, top, PATCH_ROW)
    column = _place("Left column", width - side, left, PATCH_COLUMN)
    crop(
        pixels, (row, column, side, side), key="s_place", alt=f"The patch on {picture.title}",
        on_move=_move_patch,
    )  # fmt: skip
    size = f"({picture_size(pixels.shape)}, width × height)"
    moved = "" if side == max(height, width) else "Drag the patch, or move it with the arrow keys. "
    st.caption(
        f"{moved}These are the exact pixels of the picture {size}."
        if scale == 1
        else f"{moved}Each pixel is the mean of {scale}×{scale} pixels of the picture, which is"
        f" made smaller {size}."
    )
    patch = pixels[row : row + side, column : column + side]
    if colour == "rgb":
        return np.moveaxis(patch, 2, 0)
    return to_grey(patch).astype(np.uint8)


def _place(label: str, last: int, first: int, parameter: Parameter[int]) -> int:
    """Draw the choice of where the patch is along one side.

    It is not bound: with another largest value it is a new slider for Streamlit, and the old one
    takes its parameter out of the address when it goes.
    """
    if last == 0:  # a slider needs two ends
        return 0
    state, key, first = st.session_state, parameter.name, min(first, last)
    opened = key not in state
    wanted = parameter.follow(state.get(key), opened=opened)
    if not opened:
        state[key] = first if wanted is None else wanted
    elif wanted is not None and wanted <= last:  # else `paired` says why not
        state[key] = wanted
    place = int(paired(label, 0, last, first, key=key, bound=False))
    parameter.write(None if place == first else place)
    return place


def _smaller(pixels: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Take the mean of each block of scale×scale pixels."""
    height, width = (side // scale for side in pixels.shape[:2])
    if scale == 1:
        return pixels
    whole = pixels[: height * scale, : width * scale]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _move_patch(row: int, column: int) -> None:
    for key, value in (("s_row", row), ("s_col", column)):
        st.session_state[key] = st.session_state[f"_{key}_field"] = value


def _keep_the_patch() -> None:
    """Keep the patch about where it was when the picture's size changes."""
    before, now = int(chosen_before("s_scale") or 1), st.session_state["_s_scale"]
    for key in ("s_row", "s_col"):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key] * before // now


def type_numbers() -> NDArray[np.float64]:
    """Draw the field for an input of one's own.

    Raises:
        ValueError: With a sentence that says what to change.
    """
    text = st.text_area(
        ":blue[Input], one line per row",
        TYPED,
        height=170,
        key="s_image",
        bind="query-params",
        help=f"Separate numbers by spaces; up to {LARGEST_INPUT}×{LARGEST_INPUT} (rows × columns)."
        " You"
        " can paste what NumPy, MATLAB or a spreadsheet writes.",
    )
    return parse_grid(text or "")


def _edit_catalogue_kernel() -> None:
    """Going from a catalogue kernel to numbers of one's own: start from those of the kernel."""
    before = chosen_before("s_kernel")
    if st.session_state["_s_kernel"] == "custom" and before in KERNELS:
        st.session_state["s_weights"] = _rows(KERNELS[before].weights)


def choose_window(defaults: Defaults, channels: int) -> dict[str, Any]:
    """Draw the kernel's settings.

    Returns:
        The arguments of `trace` after the image.

    Raises:
        ValueError: For a kernel that cannot be read, once every control is drawn.
    """
    titles = {"custom": ("Your own kernel")} | {
        name: kernel.title for name, kernel in KERNELS.items()
    }
    chosen = choice(
        st.selectbox,
        ":violet[Kernel]",
        titles,
        "custom",
        key="s_kernel",
        on_change=_edit_catalogue_kernel,
    )
    if chosen == "custom":
        typed = st.text_area(
            ":violet[Weights], one line per row",
            defaults.weights,
            height=110,
            key="s_weights",
            bind="query-params",
            help="Any size up to 15×15; fractions such as 1/9 are fine. For a colour patch, you"
            " can "
            "type three kernels with an empty line between them.",
        )
    else:
        st.caption(KERNELS[chosen].does)
    stride = paired(":green[Stride]", 1, 4, defaults.stride, key="s_stride")
    padding = choice(st.selectbox, ":yellow[Padding]", PADDINGS, defaults.padding, key="s_padding")
    mode = choice(
        st.selectbox,
        ":yellow[Padding is filled with]",
        MODES,
        "zero",
        key="s_mode",
        disabled=padding in (0, "valid"),
    )
    dilation = paired(":red[Dilation]", 1, 3, 1, key="s_dilation")
    bias = st.number_input(
        "Bias",
        -1000.0,
        1000.0,
        defaults.bias,
        0.5,
        format="%g",
        key="s_bias",
        bind="query-params",
    )
    flip = st.toggle(
        "Flip the kernel", defaults.flip, key="s_flip", bind="query-params",
    )  # fmt: skip
    st.caption(
        "What deep learning calls convolution is cross-correlation: the kernel is used as it is."
        " Convolution in mathematics rotates it by 180° first; flip the kernel to see the"
        " difference."
    )
    if chosen == "custom":
        kernel = parse_kernels(typed or "", channels)
    else:
        kernel = np.stack([exact(KERNELS[chosen].weights)] * channels)
    return {
        "kernel": kernel,
        "stride": int(stride),
        "padding": Padding(padding, mode),
        "dilation": int(dilation),
        "flip": bool(flip),
        "bias": float(bias),
    }
