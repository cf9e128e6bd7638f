"""A section of the page Convolution as a matrix: how many operations one convolution takes."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution import lecture_case
from cnnviz.numbers.formatting import thousands


def count_operations() -> None:
    """Draw the textbook's count for a picture minus its left neighbour, and how it counts."""
    st.header("Counting operations")
    st.caption(
        "To find vertical edges in a 320×280 picture, subtract from each pixel its left neighbour."
        " This takes two weights. The example is from the textbook Deep Learning, figure 9.6."
    )
    example = lecture_case("s3-edge-ops")["inputs"]
    outputs = example["out_w"] * example["h"]
    entries = example["in_w"] * example["h"] * outputs
    sliding, dense = example["ops_per_output"] * outputs, 2 * entries
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
        alt="Numbers stored and operations for three ways to compute the same edges",
    )
    st.caption(
        "Each output of the convolution takes two multiplications and one addition:"
        f" {thousands(sliding)} operations in all. For the dense matrix, the textbook counts"
        f" one multiplication and one addition per entry: {thousands(dense)},"
        f" {thousands(dense / sliding)} times as many. Counted like the convolution, without"
        f" the first addition of each output, it is {thousands(dense - outputs)}."
    )
