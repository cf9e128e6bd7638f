"""A section of the page Linear and sparse: the operations of one small convolution, counted."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution import lecture_case
from cnnviz.ui import lab


def count_operations() -> None:
    """Draw the textbook's count for a picture minus its left neighbour, and how it counts."""
    st.header("Counting operations")
    st.caption(
        "A 320×280 picture minus its left neighbour, two weights: the textbook's example of finding"
        " vertical edges."
    )
    given = lecture_case("s3-edge-ops")["inputs"]
    outputs = given["out_w"] * given["h"]
    entries = given["in_w"] * given["h"] * outputs
    sliding, dense = given["ops_per_output"] * outputs, 2 * entries
    st.dataframe(
        {
            "": ["Dense matrix", "Sparse matrix", "Convolution"],
            "Numbers stored": [entries, 2 * outputs, 2],
            "Operations": [dense, sliding, sliding],
        },
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="localized")
            for name in ("Numbers stored", "Operations")
        },
        alt="Numbers stored and operations of three ways to compute the same edges",
    )
    st.caption(
        "An output of the convolution takes two multiplications and one addition:"
        f" {lab.thousands(sliding)} operations in all. For the dense matrix the textbook counts a"
        f" multiplication and an addition for each of its numbers: {lab.thousands(dense)},"
        f" {lab.thousands(dense / sliding)} times as many. Without the first addition of each"
        f" output, as for the convolution, it is {lab.thousands(dense - outputs)}."
    )
