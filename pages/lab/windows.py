"""Stride, padding, dilation, fit: which windows are visited, and how often a pixel is used."""

import numpy as np
import streamlit as st

from cnnviz.components.board import Link, Panel, board
from cnnviz.convolution import ConvolutionError, Padding, lecture_case, output_size, trace
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired

PADDINGS = {str(n): str(n) for n in range(4)} | {
    "valid": "valid: none",
    "same": "same: keeps the size",
    "full": "full: every overlap",
}

figure, side = st.columns([3, 1], gap="medium")
with side:
    rows = paired(":blue[Rows]", 1, 16, 7, key="wi_rows")
    columns = paired(":blue[Columns]", 1, 16, 7, key="wi_cols")
    high = paired(":violet[Kernel rows]", 1, 7, 3, key="wi_kh")
    wide = paired(":violet[Kernel columns]", 1, 7, 3, key="wi_kw")
    down = paired(":green[Stride down]", 1, 4, 2, key="wi_sv")
    across = paired(":green[Stride across]", 1, 4, 2, key="wi_sh")
    padding = choice(st.selectbox, ":orange[Padding]", PADDINGS, "valid", key="wi_pad")
    dilation = paired(":red[Dilation]", 1, 3, 1, key="wi_d")

amount = padding if padding in ("valid", "same", "full") else int(padding)
image = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
with figure:
    st.caption(
        "How often does a window read each pixel? Point at an output"
        " for its window, or at an input for all windows that hold it."
    )
    try:
        traced = trace(
            image,
            np.ones((high, wide)),
            stride=(down, across),
            padding=Padding(amount),
            dilation=dilation,
        )
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        st.caption(
            "PyTorch refuses this too: “Kernel size can't be greater than actual input size”."
        )
        st.stop()
    used = np.bincount(traced.reads.ravel(), minlength=traced.padded.size)
    times = used.reshape(traced.padded.shape[1:])
    visits = np.arange(1, traced.output.size + 1).reshape(traced.output.shape)
    board(
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
        key="wi_board",
        alt="How often each pixel is read, and the windows that read it",
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.ones(1, 1, {rows}, {columns}, requires_grad=True)\n"
        f"y = F.conv2d(x, torch.ones(1, 1, {high}, {wide}), stride=({down}, {across}), "
        f"padding={amount!r}, dilation={dilation})\n"
        "y.sum().backward()\nprint(y.shape, x.grad)  # how often each pixel is used\n"
        if padding != "full"
        else "",
    )
    unread = (used == 0).sum()
    sizes = " and ".join(
        "".join(part.text for part in traced.size_formula(axis)) for axis in (0, 1)
    )
    st.markdown(f"Height and width: {sizes}")
    if unread:
        left_over = [output_size(*s).remainder for s in (
            (traced.padded.shape[1], high, down, 0, dilation),
            (traced.padded.shape[2], wide, across, 0, dilation),
        )]  # fmt: skip
        st.warning(
            f"**{unread} cells are never read.** The stride leaves {left_over[0]} rows and"
            f" {left_over[1]} columns over at the far ends, or steps over cells in between."
            " PyTorch says nothing: it rounds the size down.",
            icon=":material/visibility_off:",
        )
    if dilation > 1:
        st.info(
            f"{high * wide} weights at rate {dilation} see"
            f" {dilation * (high - 1) + 1}×{dilation * (wide - 1) + 1} pixels.",
            icon=":material/open_in_full:",
        )

st.subheader("Full, same, valid")
case = lecture_case("s3-m5k4")
st.caption(
    "The three schemes for a row of m pixels and a kernel of k. An even kernel cannot sit in the"
    " middle: “same” then adds one zero more on one side. PyTorch adds it on the right."
)
left, right = st.columns([1, 3], gap="medium")
with left:
    m = paired(":blue[m]", 1, 12, case["inputs"]["m"], key="wi_m")
    k = paired(":violet[k]", 1, 8, case["inputs"]["k"], key="wi_k")
with right:
    for scheme in ("full", "same", "valid"):
        try:
            row = trace(np.ones((1, m)), np.ones((1, k)), padding=Padding(scheme))
        except ConvolutionError as error:
            st.caption(f"**{scheme}**: {error}")
            continue
        before, after = row.pads[1]
        board(
            [
                Panel(
                    f"{scheme}: {before} + {m} + {after}", row.padded[0], "counts", pads=row.pads
                ),
                Panel(f"{scheme} output", row.output, "counts", sign="→"),
            ],
            [Link(1, 0, row.reads)],
            key=f"wi_{scheme}",
            alt=f"{scheme} padding of {m} pixels for a kernel of {k}",
            play=False,
        )

st.subheader("Until nothing is left")
st.caption("Without padding every layer takes its share, until the kernel fits no more.")
left, right = st.columns([1, 3], gap="medium")
with left:
    start = paired(":blue[Side at first]", 4, 64, 32, key="wi_start")
    window = paired(":violet[Kernel]", 2, 9, 5, key="wi_window")
sizes = [start]
while sizes[-1] >= window:
    sizes.append(output_size(sizes[-1], window).size)
with right:
    st.markdown(" → ".join(f"**{size}**" for size in sizes))
    st.caption(
        f"{len(sizes) - 1} layers of {window}×{window}, then {sizes[-1]}×{sizes[-1]} is smaller"
        f" than the kernel. A padding of {(window - 1) // 2} keeps {start}"
        + ("." if window % 2 else " only with one more on one side.")
    )
