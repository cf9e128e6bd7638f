"""What the pages of the convolution lab share: their fields, their checks, their links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link
from cnnviz.convolution import lecture_source
from cnnviz.imaging import format_kernel
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.text import without_colour
from cnnviz.ui.shared.typed_grids import parse_grid

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cnnviz.convolution import Trace


def grid_field(
    label: str, default: ArrayLike, *, key: str, height: int = 130, one_row: bool = False
) -> NDArray[np.float64]:
    """Draw a field for a grid of numbers, kept in the address.

    Args:
        label: Its words.
        default: The numbers at first visit.
        key: The address parameter.
        height: Of the field, in CSS pixels; more where `default` has more rows.
        one_row: Whether more than one row is refused.

    Returns:
        The numbers, H×W; those of `default`, below a sentence that says why, where the text
        cannot be read. The text stays.
    """
    start = np.asarray(default, dtype=np.float64)
    help_ = (
        "Separate numbers by spaces; one line per row. Fractions such as 1/9 are fine. You can"
        " paste"
        " what NumPy, MATLAB or a spreadsheet writes."
    )
    text = st.text_area(
        label,
        format_kernel(start).replace(";", "\n"),
        height=max(height, 50 + 21 * len(start)),  # every row of it can be read
        key=key,
        bind="query-params",
        help=help_,
    )
    try:
        grid, problem = parse_grid(text or ""), ""
    except ValueError as error:
        grid, problem = start, str(error)
    if one_row and len(grid) > 1:
        grid, problem = start, f"There are {len(grid)} rows: type one."
    if problem:
        st.error(f"{without_colour(label)}: {problem}", icon=":material/grid_off:")
    return grid


def correction(right: str, claim: str, case: str) -> None:
    """State a fact and, below it in small print, where a lecture says otherwise.

    Args:
        right: One or two sentences that need no lecture to be understood.
        claim: What the lecture says instead, without a full stop.
        case: Id of the example, for its place in the lectures.
    """
    with st.container(gap="xsmall"):
        st.markdown(right)
        st.caption(f":material/rule: The {lecture_source(case)} says otherwise: {claim}.")


def check(words: str, difference: float, *, within: float = 1e-9) -> None:
    """Say of two independently computed results how far they are apart."""
    holds = bool(difference <= within)
    amount = formatted(difference, ".1e") if difference else "0"
    badge = ":green-badge[:material/check:]" if holds else ":red-badge[:material/close:]"
    # Words in a badge would be cut off on a phone: it never breaks a line.
    st.markdown(f"{badge} :small[{words} (largest difference {amount})]", width="content")


def agree(words: str, ours: ArrayLike, theirs: ArrayLike, *, within: float = 1e-9) -> None:
    """`check` of two results, number by number.

    Args:
        words: What is compared.
        ours: Numbers.
        theirs: As many of them, in the same order; the shapes may differ.
        within: The largest difference that is rounding, beside numbers of about 1: larger numbers
            are rounded in larger steps.
    """
    one, other = (np.asarray(values, dtype=np.float64).ravel() for values in (ours, theirs))
    size = max(1.0, float(np.abs(other).max(initial=0)))
    check(words, float(np.abs(one - other).max(initial=0)), within=within * size)


def sums(source: int, target: int, traced: Trace) -> Link:
    """Link each output of a weighted sum, in panel `source`, to its window in panel `target`."""
    return Link(source, target, traced.reads, traced.weights.flat[traced.taps], sum=True)


def weighed(source: int, target: int, traced: Trace) -> Link:
    """Link each output, in panel `source`, to every weight of the kernel, in panel `target`."""
    return Link(source, target, np.tile(traced.taps, (traced.output.size, 1)))
