"""Receptive field: a unit traced back through every layer, in theory and by the gradient."""

import numpy as np
import streamlit as st

from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import (
    ConvolutionError,
    cells_seen,
    format_stack,
    layer_reads,
    lecture_case,
    receptive_fields,
)
from cnnviz.convolution.stacks import extent, inside
from cnnviz.imaging import to_grey
from cnnviz.inspection.receptive_field import gradient_field, measured_field, stack_code, stack_maps
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.lab.receptive_field.stack import OPENING, choose_stack
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import small_square

figure, side = figure_and_settings()
try:
    with side:
        chosen = choose_stack()
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    st.stop()
layers, sizes, unit = chosen.layers, chosen.sizes, chosen.unit
size, text = sizes[0], format_stack(layers)

picture = to_grey(small_square(size)).astype(np.float64)
maps = stack_maps(layers, picture)
fields = receptive_fields(layer.window for layer in layers)
with figure:
    if chosen.refused:
        st.error(chosen.refused, icon=":material/layers_clear:")
    st.caption(
        "Point at a unit of any layer to highlight everything it sees, down to the picture, and"
        " everything that sees it. The convolutions here average their window."
    )
    titles = [f"{number}. {layer.title}" for number, layer in enumerate(layers, start=1)]
    linked_grids(
        [
            Panel("Picture", picture, "pixels", limits=(0, 255)),
            *(
                Panel(
                    title,
                    values,
                    "pixels",
                    limits=(0, 255),
                    sign="→",
                    zoom=min(1.8, size / len(values)),
                )
                for title, values in zip(titles, maps, strict=True)
            ),
        ],
        [
            Link(number, number - 1, layer_reads(layer, below))
            for number, (layer, below) in enumerate(zip(layers, sizes, strict=False), start=1)
        ],
        key="fi_grids",
        alt=f"A picture and its maps through {', '.join(layer.title for layer in layers)}",
        start=unit[0] * sizes[-1] + unit[1],
        pytorch=stack_code(layers, size, unit),
    )

st.header("In theory")
st.caption(
    "Every layer adds (kernel − 1)·dilation times the jump so far; its stride multiplies the jump."
)
spans = [field.bounds() for field in fields]
st.dataframe(
    {
        "Layer": ["Picture", *titles],
        "Map": [f"{n}×{n}" for n in sizes],
        "Sees": ["1×1", *(f"{field.size}×{field.size}" for field in fields)],
        "Jump between units": [1, *(field.jump for field in fields)],
        "Centre of unit 0": [0.0, *(field.centre for field in fields)],
        "Unit 0 sees pixels": ["0", *(f"{formatted(a)} to {formatted(b)}" for a, b in spans)],
    },
    hide_index=True,
    alt="Receptive field after each layer: size, jump and centre",
)
if text == OPENING and [field.size for field in fields] == (
    expected := lecture_case("s0-receptive-field")["expected"]["after_each"]
):
    st.markdown(f"The layers of this stack see **{', '.join(map(str, expected))}** pixels.")
if len({field.size for field in fields} & {5, 7}) and text in {"c3 c3", "c3 c3 c3"}:
    wide, few = fields[-1].size, 9 * len(layers)
    st.markdown(
        f"They see **{wide}×{wide}** with {few} weights; one {wide}×{wide} layer needs {wide**2}."
    )

st.header("Measured")
st.caption(
    "The magnitude of the gradient tells how much the chosen unit changes with each pixel. In a"
    " stack, pixels in the middle usually count more, because more paths lead from them to the"
    " unit."
)
reached = cells_seen(layers, size, unit[0] * sizes[-1] + unit[1])
measured = measured_field(layers, size, unit)
panels = [
    Panel("What the unit can see", reached.astype(float), "counts", limits=(0, 1)),
    Panel("Mean |gradient|", measured, "counts", sign="|"),
]
if any(layer.kind == "max" for layer in layers):
    here = gradient_field(layers, picture, unit)
    panels.append(Panel("|gradient| on this picture", here, "counts", sign="|"))
cells = np.arange(size * size)[:, None]
linked_grids(
    panels,
    [Link(0, other, cells) for other in range(1, len(panels))],
    key="fi_measured",
    alt="The receptive field of one unit, in theory and as the magnitude of its gradient",
    start=int(measured.argmax()),
    play=False,
)
lows, highs = zip(*(fields[-1].bounds(at) for at in unit), strict=True)
off = extent(measured > 0) ^ inside(fields[-1], unit, size)
with st.container(horizontal=True):
    lab.check(
        "Cells with a gradient match the traced cells", float((reached ^ (measured > 0)).sum())
    )
    lab.check("Their extent matches the formula, inside the picture", float(off.sum()))
st.caption(
    f"Unit {unit[0]}, {unit[1]} of the last layer sees rows {formatted(lows[0])} to {highs[0]} and"
    f" columns {formatted(lows[1])} to {highs[1]}; {int(reached.sum())} pixels of the picture."
    + (
        " Max pooling passes the gradient to the largest input only, so a single picture shows only"
        " part of the field; the mean is over many random pictures."
        if len(panels) == 3
        else ""
    )
)
