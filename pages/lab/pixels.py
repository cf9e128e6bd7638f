"""Pixels are numbers: a picture is a grid, a vector, and its neighbours are alike."""

from typing import Literal

import numpy as np
import streamlit as st

from cnnviz.components.paint import Look, paint_grid
from cnnviz.imaging.pixels import paint
from cnnviz.numbers.formatting import sides
from cnnviz.ui.lab.pixels.digits import answer_while_painting
from cnnviz.ui.lab.pixels.inputs import input_counts
from cnnviz.ui.lab.pixels.moves import moved_and_shuffled
from cnnviz.ui.lab.pixels.neighbours import similar_neighbours
from cnnviz.ui.lab.pixels.painting import keep_paint, painting
from cnnviz.ui.lab.pixels.picture import CORNERS, LIGHT_STROKES, SOURCES, choose_pixels
from cnnviz.ui.lab.pixels.stationary import places, table_row
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings, is_large

LOOKS: dict[Look, str] = {"both": "Both", "numbers": "Numbers", "picture": "Picture"}
UNITS: dict[Literal[1, 255], str] = {255: "0 to 255", 1: "0 to 1"}
strokes = painting("px_source")


figure, side = figure_and_settings()
with side:
    source = choice(
        st.selectbox, "Picture", SOURCES, "letter", key="px_source",
        on_change=keep_paint,
    )  # fmt: skip
    unit = choice(st.segmented_control, "Numbers from", UNITS, 1, key="px_unit")
    look = choice(st.segmented_control, "Shown as", LOOKS, "both", key="px_look")
    base = choose_pixels(source)
try:
    image = paint(base, strokes)
except ValueError as error:
    st.warning(str(error), icon=":material/brush:")
    image, strokes = base, ""
with figure:
    st.caption(
        "This is all a computer sees: 0 is black, and 255, or 1, is white. Point at a pixel to read"
        " it, or paint over some."
    )
    rounded = np.round(image * unit / 255, 4)
    paint_grid(
        base,
        key="px_canvas",
        alt=f"{SOURCES[source]}, {sides(base.shape)} pixels to read and paint",
        strokes=strokes,
        on_paint=keep_paint,
        unit=unit,
        look=look,
        brush=255 if source in LIGHT_STROKES else 0,
        pytorch=f"import torch\n\nx = torch.tensor({rounded.tolist()})\n"
        "print(x.shape, x.min(), x.max(), x.sum())\nprint(x.flatten())  # the vector\n",
    )
# Beside the figure, in sight of who paints; a projector hides what is beside it.
with figure if is_large() else side:
    answer_while_painting("px_canvas", waits=source != "digit", light=source in LIGHT_STROKES)

steps = base if source in CORNERS and not strokes else None
lazy_section("neighbours", similar_neighbours, image, unit, steps)
digit = image if source == "digit" or (source == "blank" and strokes) else None
lazy_section("moved", moved_and_shuffled, digit)
lazy_section("table", table_row)
lazy_section("places", places)
lazy_section("inputs", input_counts)
