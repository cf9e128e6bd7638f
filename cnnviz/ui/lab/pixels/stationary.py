"""Two sections of the page Pixels are numbers: a table's row moved, and places compared."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.places import places_figure
from cnnviz.imaging import to_grey
from cnnviz.imaging.pixels import place_histograms
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.picture import current_picture

TABLE_ROW = {
    "Education": "Higher",
    "Age": "28",
    "Years of experience": "6",
    "Previous job": "Researcher",
    "Nationality": "Spain",
}
"""What somebody's salary is to be predicted from, as the lecture has it."""
_OF: dict[Literal["steps", "grey"], str] = {
    "steps": "Steps between neighbours",
    "grey": "Grey values",
}


def table_row() -> None:
    """Draw a row of a table that is moved by whole columns under headings that stay."""
    st.header("A table does not survive the shift")
    st.caption(
        "This is what somebody's salary is to be predicted from. Move the row by one column, as"
        " the digit above was moved by one pixel: now every number means something else. In a table"
        " each place has its own meaning; in a picture, places are alike."
    )
    by = paired("Columns to the right", 0, len(TABLE_ROW) - 1, 1, key="px_table")
    values = list(TABLE_ROW.values())
    moved = values[-by:] + values[:-by]
    st.dataframe(
        {"Table": ["The row", f"Moved by {by}"]}
        | {name: [value, moved[at]] for at, (name, value) in enumerate(TABLE_ROW.items())},
        hide_index=True,
        alt="A row of a table, and the same row moved under the same headings",
    )
    wrong = sum(one != other for one, other in zip(values, moved, strict=True))
    st.markdown(
        f"**{wrong} of {len(values)}** cells stand below a heading that is not theirs."
        if wrong
        else "Nothing is moved: every cell stands below its own heading."
    )


def places() -> None:
    """Draw how grey values, or steps between neighbours, are distributed in nine places."""
    st.header("The same statistics everywhere")
    st.caption(
        "The picture is cut into nine parts. How bright they are differs from part to part. How"
        " much a pixel differs from its right neighbour is distributed much alike: near 0 mostly,"
        " with a few large steps at edges. So a filter that is useful in one place is useful in"
        " the others, which is why its weights can be shared. Try pictures of your own; it holds"
        " only roughly."
    )
    of = choice(st.segmented_control, "Distribution of", _OF, "steps", key="px_places")
    parts = place_histograms(to_grey(current_picture().pixels), of=of)
    chart(
        places_figure(parts, _OF[of]),
        key="_px_places_chart",
        alt=f"{_OF[of]} in nine parts of the picture: share of the pixels by value",
    )
