"""The settings of the page Stride, padding, dilation, and two of its sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.convolution import Padding, lecture_case, lecture_source, output_size
from cnnviz.figures.paths import paths_figure
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choose
from cnnviz.ui.shared.controls import paired, select
from cnnviz.ui.shared.projecting import figure_and_settings

if TYPE_CHECKING:
    from cnnviz.convolution.geometry import Pair, Scheme

_PADDINGS: dict[int | Scheme | Literal["apart"], str] = {
    **{n: str(n) for n in range(4)},
    "valid": "valid: none",
    "same": "same: keeps the size",
    "full": "full: every overlap",
    "apart": "rows and columns apart",
}
_SHORT = ("s3-7-3-s3-not-fit", "s2-6x6-2.5")  # stride 3; the slide means stride 2


@dataclass(frozen=True)
class Windows:
    """What was chosen; every pair is (down, across).

    Attributes:
        size: Rows and columns of the picture.
        kernel: Rows and columns of the kernel.
        stride: Cells from one window to the next.
        padding: As `trace` takes it.
        dilation: Distance between neighbouring kernel cells.
        torch_padding: The same padding, written for PyTorch.
    """

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Padding
    dilation: Pair
    torch_padding: str


def choose_windows() -> Windows:
    """Draw the settings."""
    size = (
        paired(":blue[Rows]", 1, 16, 7, key="wi_rows"),
        paired(":blue[Columns]", 1, 16, 7, key="wi_cols"),
    )
    kernel = (
        paired(":violet[Kernel rows]", 1, 7, 3, key="wi_kh"),
        paired(":violet[Kernel columns]", 1, 7, 3, key="wi_kw"),
    )
    stride = (
        paired(":green[Stride down]", 1, 4, 2, key="wi_sv"),
        paired(":green[Stride across]", 1, 4, 2, key="wi_sh"),
    )
    name = select(":orange[Padding]", _PADDINGS, "valid", key="wi_pad")
    vertical = horizontal = name if isinstance(name, int) else 0
    if name == "apart":
        vertical = paired(":orange[Padding above and below]", 0, 3, 1, key="wi_pv")
        horizontal = paired(":orange[Padding left and right]", 0, 3, 0, key="wi_ph")
    dilation = (
        paired(":red[Dilation down]", 1, 3, 1, key="wi_dv"),
        paired(":red[Dilation across]", 1, 3, 1, key="wi_dh"),
    )
    padding = Padding(((vertical,) * 2, (horizontal,) * 2))
    words = f"({vertical}, {horizontal})"
    if isinstance(name, str) and name != "apart":
        padding, words = Padding(name), repr(name)
    if name == "full":  # PyTorch has no word for it
        words = f"({dilation[0] * (kernel[0] - 1)}, {dilation[1] * (kernel[1] - 1)})"
    return Windows(size, kernel, stride, padding, dilation, words)


def short_cases() -> None:
    """Draw the decks' cases in which the stride does not divide, and what PyTorch makes of them."""
    st.header("When the stride does not fit")
    st.caption(
        "PyTorch accepts these combinations: it rounds down and never reads what is left over."
        " Press one to see it in the figure above."
    )
    rows = []
    for case in _SHORT:
        example = lecture_case(case)["inputs"]
        side, kernel, stride = example["m"], example["k"], max(example["s"], 2)
        found = output_size(side, kernel, stride)
        rows.append((side, kernel, stride, found))
    with st.container(horizontal=True):
        for side, kernel, stride, _ in rows:
            st.button(
                f"{side}×{side}, {kernel}×{kernel}, stride {stride}",
                key=f"_wi_{side}_{stride}",
                on_click=_set,
                args=(side, kernel, stride),
            )
    st.markdown(
        "\n".join(
            f"- ({side} − {kernel})/{stride} + 1 = {(side - kernel) / stride + 1:.3g}: PyTorch"
            f" gives **{found.size}×{found.size}** and never reads the last row and column."
            for side, kernel, stride, found in rows
        )
    )
    wrong = lecture_case("s2-6x6-2.5")["expected"]
    lab.correction(
        "With stride 1, a 3×3 kernel turns 6×6 into"
        f" **{wrong['correct']}×{wrong['correct']}**: (6 − 3)/1 + 1 = {wrong['correct']}.",
        f"{wrong['slide_value']}×{wrong['slide_value']}, which is (6 − 3)/2 + 1, the formula for"
        " stride 2",
        "s2-6x6-2.5",
    )


def until_nothing_is_left() -> None:
    """Draw how a picture shrinks from layer to layer without padding."""
    st.header("How fast the map shrinks")
    st.caption("Without padding, every layer shrinks the map until the kernel no longer fits.")
    right, left = figure_and_settings("windows", settings_first=True)
    with left:
        start = paired(":blue[Side of the input]", 4, 64, 32, key="wi_start")
        window = paired(":violet[Kernel]", 2, 9, 5, key="wi_window")
    sizes = [start]
    while sizes[-1] >= window:
        sizes.append(output_size(sizes[-1], window).size)
    with right:
        st.markdown(" → ".join(f"**{size}**" for size in sizes))
        st.caption(
            f"After {len(sizes) - 1} layers of {window}×{window}, the map ({sizes[-1]}×{sizes[-1]})"
            f" is smaller than the kernel. A padding of {(window - 1) // 2} keeps the size at"
            f" {start}" + ("." if window % 2 else ", if one side gets one more.")
        )
        if len(sizes) > 1:
            _paths(sizes, window)


def _paths(sizes: list[int], window: int) -> None:
    ones = np.ones(window, dtype=np.int64)
    one = np.convolve(np.ones(sizes[1], dtype=np.int64), ones)
    paths = np.ones(sizes[-1], dtype=np.int64)
    for _ in sizes[1:]:  # from the last map down: a cell's paths go on to its whole window
        paths = np.convolve(paths, ones)
    counts = {"1 layer": one} | ({f"{len(sizes) - 1} layers": paths} if len(sizes) > 2 else {})
    chart(
        paths_figure(counts), key="wi_paths",
        alt="How often each pixel of a row is used, by one layer and by the whole stack",
    )  # fmt: skip
    st.caption(
        "Pixels at the edge are used less, and each layer makes it worse: from the first pixel of"
        f" a row {thousands(int(paths[0]))} {'path leads' if paths[0] == 1 else 'paths lead'} to"
        f" the last map, from the middle {thousands(int(paths.max()))}."
    )


def rules_of_thumb() -> None:
    """Draw the deck's advice for sizes, tried on a side that can be chosen."""
    st.header("Sizes that fit")
    st.caption(
        f"The {lecture_source('s2-good-practice')} advises: make the side a power of two, use"
        " stride 1, 3×3 kernels and one ring of zeros. Then a convolution keeps the side, only"
        " pooling halves it, and nothing is ever left over. Try it on other sides and kernels."
    )
    right, left = figure_and_settings("thumb", settings_first=True)
    with left:
        side = paired(":blue[Side of the picture]", 4, 256, 64, key="wi_side")
        kernel = paired(":violet[Kernel]", 1, 7, 3, key="wi_thumb_k")
        padding = paired(":orange[Padding]", 0, 3, 1, key="wi_thumb_p")
    rows: list[tuple[str, int, int]] = []
    while side + 2 * padding >= kernel and side > 1 and len(rows) < 20:
        after = output_size(side, kernel, 1, padding).size
        rows.append((f"{kernel}×{kernel}, stride 1, padding {padding}", after, 0))
        if after < 2:
            break
        halved = output_size(after, 2, 2).size
        rows.append(("2×2 pooling, stride 2", halved, after - 2 * halved))
        side = halved
    with right:
        st.dataframe(
            {
                "Layer": [layer for layer, _, _ in rows],
                "Side after it": [size for _, size, _ in rows],
                "Rows never read": [left_over for _, _, left_over in rows],
            },
            hide_index=True,
            height="content",
            alt="The side after each layer, and how many rows the layer leaves over",
        )
        lost = sum(left_over for _, _, left_over in rows)
        st.markdown(
            "Nothing is left over: these sizes fit."
            if not lost
            else f"On the way, **{lost}** {'row is' if lost == 1 else 'rows are'} never read, and"
            " as many columns."
        )


def _set(side: int, kernel: int, stride: int) -> None:
    keys = ("wi_rows", "wi_cols", "wi_kh", "wi_kw", "wi_sv", "wi_sh", "wi_dv", "wi_dh")
    values = (side, side, kernel, kernel, stride, stride, 1, 1)
    st.session_state.update(zip(keys, values, strict=True))
    choose("wi_pad", "valid")
