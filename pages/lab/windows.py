"""Stride, padding, dilation: which windows are visited, and how often a pixel is used."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError, Padding, lecture_case, trace
from cnnviz.convolution.geometry import span
from cnnviz.ui.lab.windows.settings import (
    choose_windows,
    rules_of_thumb,
    short_cases,
    until_nothing_is_left,
)
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings

figure, side = figure_and_settings()
with side:
    windows = choose_windows()
(rows, columns), (high, wide), (down, across) = windows.size, windows.kernel, windows.stride
image = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)


def counted(count: int, what: str) -> str:
    return f"{count} {what} is" if count == 1 else f"{count} {what}s are"


def why_unread(times: np.ndarray) -> str:
    """Which cells no window reads: those after the last window, and those stepped over."""
    rows, columns = (np.flatnonzero(times.any(axis))[-1] + 1 for axis in (1, 0))
    over = [times.shape[0] - rows, times.shape[1] - columns]
    reasons = [
        f"{counted(int(n), what)} left over at the end."
        for n, what in zip(over, ("row", "column"), strict=True)
        if n
    ]
    if any(over):
        reasons.append("The stride does not fit: PyTorch rounds the size down.")
    if (times[:rows, :columns] == 0).any():
        reasons.append("The stride or the dilation skips cells in between.")
    return " ".join(reasons)


def show_visits() -> None:
    st.caption(
        "How many windows read each pixel? Point at an output to see its window, or at an input to"
        " see all windows that contain it."
    )
    try:
        traced = trace(
            image,
            np.ones((high, wide)),
            stride=windows.stride,
            padding=windows.padding,
            dilation=windows.dilation,
        )
    except ConvolutionError as error:
        strided = windows.padding.amount == "same" and max(windows.stride) > 1
        by_torch = (
            "padding='same' is not supported for strided convolutions"
            if strided
            else "Kernel size can't be greater than actual input size"
        )
        st.error(str(error), icon=":material/grid_off:")
        st.caption(f"PyTorch refuses this, too: “{by_torch}”.")
        return
    used = np.bincount(traced.reads.ravel(), minlength=traced.padded.size)
    times = used.reshape(traced.padded.shape[1:])
    visits = np.arange(1, traced.output.size + 1).reshape(traced.output.shape)
    linked_grids(
        [
            Panel(
                "Times each pixel is used",
                times,
                "counts",
                pads=traced.pads,
                unread=times == 0,
            ),
            Panel("Windows, in order", visits, "counts", sign="→"),
        ],
        [Link(1, 0, traced.reads)],
        key="wi_grids",
        alt="How often each pixel is read, and the windows that read it",
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.ones(1, 1, {rows}, {columns}, requires_grad=True)\n"
        f"y = F.conv2d(x, torch.ones(1, 1, {high}, {wide}), stride=({down}, {across}), "
        f"padding={windows.torch_padding}, dilation={windows.dilation})\n"
        "y.sum().backward()\nprint(y.shape, x.grad)  # how often each pixel is used\n",
    )
    unread = int((used == 0).sum())
    sizes = " and ".join(
        "".join(part.text for part in traced.size_formula(axis)) for axis in (0, 1)
    )
    st.markdown(f"Height and width: {sizes}")
    if unread:
        st.warning(
            f"**{counted(unread, 'cell')} never read.** {why_unread(times)}",
            icon=":material/visibility_off:",
        )
    if max(windows.dilation) > 1:
        spans = [span(k, d) for k, d in zip(windows.kernel, windows.dilation, strict=True)]
        st.info(
            f"The kernel spans {spans[0]}×{spans[1]} pixels and reads {high * wide} of them.",
            icon=":material/open_in_full:",
        )


with figure:
    show_visits()
short_cases()

st.header("Full, same, valid")
case = lecture_case("s3-m5k4")
st.caption(
    "The three padding schemes for a row of m pixels and a kernel of width k. An even kernel has no"
    " centre, so “same” adds one more zero on one side; PyTorch adds it on the right. That is one"
    " reason why k is mostly odd. The padding with the best test accuracy usually lies between"
    " “valid” and “same” (I. Goodfellow, Y. Bengio and A. Courville: Deep Learning, 2016, chapter"
    " 9)."
)
right, left = figure_and_settings("schemes", settings_first=True)
with left:
    m = paired(":blue[Width of the row m]", 1, 12, case["inputs"]["m"], key="wi_m")
    k = paired(":violet[Width of the kernel k]", 1, 8, case["inputs"]["k"], key="wi_k")
with right:
    for scheme in ("full", "same", "valid"):
        try:
            row = trace(np.ones((1, m)), np.ones((1, k)), padding=Padding(scheme))
        except ConvolutionError as error:
            st.caption(f"**{scheme}**: {error}")
            continue
        before, after = row.pads[1]
        linked_grids(
            [
                Panel(
                    f"{scheme}: {before} + {m} + {after}", row.padded[0], "counts", pads=row.pads
                ),
                Panel(f"{scheme} output", row.output, "counts", sign="→"),
            ],
            [Link(1, 0, row.reads)],
            key=f"wi_{scheme}",
            alt=f"{scheme} padding of {m} pixels for a kernel of width {k}",
            play=False,
            pytorch="import torch\nimport torch.nn.functional as F\n\n"
            f"x = F.pad(torch.ones(1, 1, {m}), ({before}, {after}))\n"
            f"print(F.conv1d(x, torch.ones(1, 1, {k})))\n",
        )
lab.correction(
    "With an odd kernel, “same” adds **(k − 1)/2** zeros on each side, and “valid” adds none. The"
    " outputs are m + k − 1, m and m − k + 1 pixels wide.",
    "in its table, the (k − 1)/2 has slipped into the row of “valid”",
    "s3-pad-schemes",
)
lab.correction(
    "One ring of zeros makes a 7×7 picture **9×9**.",
    "its figure has lost a row: 8×9",
    "s3-pad-figure-garbled",
)

lazy_section("shrinking", until_nothing_is_left)
lazy_section("rules", rules_of_thumb)
