"""A section of the page Convolution as a matrix: how many operations one convolution takes."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution import lecture_case
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.tables import localized


def count_operations() -> None:
    """Draw the textbook's count for a picture minus its left neighbour, at any size."""
    st.header("Counting operations")
    st.caption(
        "To find vertical edges in a picture, subtract from each pixel its left neighbour. This"
        " takes two weights. The example is from the textbook Deep Learning, figure 9.6."
    )
    example = lecture_case("s3-edge-ops")["inputs"]
    right, left = figure_and_settings("operations", settings_first=True)
    with left:
        width = paired(":blue[Width]", 2, 4096, example["in_w"], key="mx_width")
        height = paired(":blue[Height]", 1, 4096, example["h"], key="mx_height")
    outputs = (width - 1) * height
    entries = width * height * outputs
    sliding, dense = example["ops_per_output"] * outputs, 2 * entries
    with right:
        st.dataframe(
            {
                "Computed as": ["Dense matrix", "Sparse matrix", "Convolution"],
                "Numbers stored": [entries, 2 * outputs, 2],
                "Operations": [dense, sliding, sliding],
            },
            hide_index=True,
            column_config=localized("Numbers stored", "Operations"),
            alt="Numbers stored and operations for three ways to compute the same edges",
        )
        st.caption(
            "Each output of the convolution takes two multiplications and one addition:"
            f" {thousands(sliding)} operations in all. For the dense matrix, the textbook counts"
            f" one multiplication and one addition per entry: {thousands(dense)},"
            f" {thousands(dense / sliding)} times as many. Counted like the convolution, without"
            f" the first addition of each output, it is {thousands(dense - outputs)}."
        )
