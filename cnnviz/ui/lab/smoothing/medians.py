"""A section of the page Box, Gaussian, median: windows sorted, and superposition that fails."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError, correlate2d, lecture_case, median2d, trace_pool
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import figure_and_settings

_RULES = {"median": "Median", "mean": "Mean"}
_GRID = [[0, 0, 0, 0, 0, 9], [0, 5, 5, 5, 5, 0], [0, 5, 9, 5, 5, 0], [0, 5, 5, 0, 5, 0],
         [0, 5, 5, 5, 5, 0], [7, 0, 0, 0, 0, 0]]  # fmt: skip
_SORTED_CODE = """import torch

x = torch.tensor({x})
windows = x.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2)
print(windows.sort(dim=2).values.flatten(0, 1), windows.median(dim=2).values)
"""


def sorted_windows() -> None:
    """Draw a grid, each window sorted, and the middle values as the output."""
    st.header("The middle of nine")
    st.caption(
        "A median filter sorts the nine values of a window and takes the one in the middle, the"
        " fifth. A lone outlier ends up at an end of the row and never gets there. Point at an"
        " output."
    )
    right, left = figure_and_settings("sorted", settings_first=True)
    with left:
        grid = lab.grid_field(":blue[Input]", _GRID, key="sm_x", height=180)
    with right:
        try:
            windows = trace_pool(grid, 3, stride=1)
            output = median2d(grid, 3)
        except ConvolutionError as error:
            st.error(str(error), icon=":material/grid_off:")
            return
        values = grid.ravel()[windows.reads]
        order = np.argsort(values, axis=1, kind="stable")
        ordered = np.take_along_axis(values, order, axis=1)
        cells = np.arange(output.size)[:, None]
        linked_grids(
            [
                Panel("Input", grid),
                Panel(
                    "Windows, sorted", ordered, sign="→", zoom=0.7,
                    note="a row for each output, the middle is the fifth",
                ),
                Panel("Output", output, sign="→"),
            ],
            [
                Link(2, 1, cells * 9 + 4),
                Link(1, 0, np.take_along_axis(windows.reads, order, axis=1).reshape(-1, 1)),
                Link(2, 0, windows.reads),
            ],
            key="sm_sorted",
            alt="A grid, each of its 3×3 windows sorted, and the medians",
            pytorch=_SORTED_CODE.format(x=grid.tolist()),
        )  # fmt: skip


def superposition() -> None:
    """Draw a filter of two signals, of their sum, and whether the one is the sum of the others."""
    st.header("Is it a convolution?")
    case = lecture_case("s0-median-nonlinear")
    st.caption(
        "Every convolution is linear: to filter a sum, one may filter each part and add up. Try it"
        " with both filters, on rows of your own."
    )
    right, left = figure_and_settings("superposition", settings_first=True)
    with left:
        rule = choice(st.segmented_control, "Filter of three", _RULES, "median", key="sm_rule")
        first = lab.grid_field(
            ":blue[a]", [[0, *case["inputs"]["a"], 1, 0]], key="sm_a", height=70, one_row=True
        )
        second = lab.grid_field(
            ":violet[b]", [[0, *case["inputs"]["b"], 1, 0]], key="sm_b", height=70, one_row=True
        )
    with right:
        if first.shape != second.shape or first.size < 3:
            st.error(
                f"a has {first.size} numbers and b has {second.size}: type as many in both, at"
                " least three.",
                icon=":material/grid_off:",
            )
            return

        def filtered(row: np.ndarray) -> np.ndarray:
            return median2d(row, (1, 3)) if rule == "median" else correlate2d(row, [[1 / 3] * 3])

        parts = filtered(first) + filtered(second)
        whole = filtered(first + second)
        cells = np.arange(whole.size)[:, None]
        linked_grids(
            [
                Panel("a", first),
                Panel("b", second),
                Panel("Filtered, then added", parts, sign="→"),
                Panel("Added, then filtered", whole, sign="≟"),
                Panel("Difference", whole - parts, sign="|"),
            ],
            [
                Link(4, 3, cells),
                Link(4, 2, cells, np.array([-1.0])),
                *(Link(2, at, cells + np.arange(3)) for at in (0, 1)),
                *(Link(3, at, cells + np.arange(3)) for at in (0, 1)),
            ],
            key="sm_sums",
            alt="Two rows, filtered and added, and added and filtered",
            play=False,
        )
        off = np.abs(whole - parts).max()
        if off > 1e-9:
            st.markdown(
                f"**Not equal** (up to {off:g} apart): the {_RULES[rule].lower()} is not linear, so"
                " no kernel can do what it does."
            )
        elif rule == "median":
            st.markdown("Equal for these two rows, but that is luck: try others.")
        else:
            st.markdown("**Equal**, as for every a and b: the mean is a convolution.")
