"""Receptive field: a unit traced back through every layer, in theory and by the gradient."""

import numpy as np
import streamlit as st

from cnnviz.components.board import Link, Panel, board
from cnnviz.convolution import (
    ConvolutionError,
    cells_seen,
    format_stack,
    layer_reads,
    lecture_case,
    parse_stack,
    receptive_fields,
    stack_sizes,
)
from cnnviz.convolution.stacks import extent, inside
from cnnviz.imaging import to_grey
from cnnviz.inspection.field import gradient_field, measured_field, stack_code, stack_maps
from cnnviz.ui import lab
from cnnviz.ui.controls import paired
from cnnviz.ui.small_picture import small_square

OPENING = "c3 p2 c3"
EXAMPLES = {
    OPENING: "Conv, pool, conv",
    "c3 c3": "Two 3×3 for one 5×5",
    "c3 c3 c3": "Three 3×3 for one 7×7",
    "c3 c3d2 c3d4": "Dilated 1, 2, 4",
    "c3s2 c3s2": "Strides instead of pooling",
    "c3p1 p2 c3p1 a2": "Padded, two poolings",
}


def set_stack(text: str) -> None:
    st.session_state["fi_stack"] = text


figure, side = st.columns([3, 1], gap="medium")
with side:
    typed = st.text_input(
        "The stack, first layer first", OPENING, key="fi_stack", bind="query-params",
        help="c3: a 3×3 convolution. p2: max pooling 2×2. a2: average pooling. Then s2 for a"
        " stride, p1 for a padding, d2 for a dilation: c3s2p1.",
    )  # fmt: skip
    try:
        layers, refused = parse_stack(typed or ""), None
    except ConvolutionError as error:
        layers, refused = parse_stack(OPENING), str(error)
    text = format_stack(layers)
    with st.container(horizontal=True, gap="small"):
        for label, word in (("Conv", "c3"), ("Dilated", "c3d2"), ("Pool", "p2")):
            st.button(
                label, icon=":material/add:", key=f"_fi_{word}", on_click=set_stack,
                args=(f"{text} {word}",), disabled=len(layers) == 6,
            )  # fmt: skip
        st.button(
            "Last", icon=":material/remove:", key="_fi_drop", on_click=set_stack,
            args=(format_stack(layers[:-1]),), disabled=len(layers) == 1,
        )  # fmt: skip
    with st.popover("Examples", icon=":material/school:", width="stretch"):
        for example, title in EXAMPLES.items():
            st.button(
                f"{title}: `{example}`", key=f"_fi_example_{example}", on_click=set_stack,
                args=(example,), type="tertiary",
            )  # fmt: skip
    size = paired(":blue[Side of the picture]", 8, 32, 16, key="fi_side")
    try:
        sizes = stack_sizes(layers, size)
    except ConvolutionError as error:
        figure.error(str(error), icon=":material/grid_off:")
        st.stop()
    st.markdown("**The unit to measure**", help="Its gradient is measured below.")
    place = []
    for word, key in (("Row", "fi_row"), ("Column", "fi_col")):
        last = sizes[-1] - 1
        place.append(paired(word, 0, last, last // 2, key=key) if last else 0)
unit = (place[0], place[1])

picture = to_grey(small_square(size)).astype(np.float64)
maps = stack_maps(layers, picture)
fields = receptive_fields(layer.window for layer in layers)
with figure:
    if refused:
        st.error(refused, icon=":material/layers_clear:")
    st.caption(
        "Point at a unit of any layer: everything it sees lights up, down to the picture, and"
        " everything that sees it. Convolutions here average their window."
    )
    titles = [f"{number}. {layer.title}" for number, layer in enumerate(layers, start=1)]
    board(
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
        key="fi_board",
        alt=f"A picture and its maps through {', '.join(layer.title for layer in layers)}",
        start=unit[0] * sizes[-1] + unit[1],
        pytorch=stack_code(layers, size, unit),
    )

st.subheader("In theory")
st.caption(
    "Every layer adds (kernel − 1)·dilation steps of the jump so far; a stride multiplies the jump."
)
spans = [field.bounds() for field in fields]
st.dataframe(
    {
        "Layer": ["Picture", *titles],
        "Map": [f"{n}×{n}" for n in sizes],
        "Sees": ["1×1", *(f"{field.size}×{field.size}" for field in fields)],
        "Jump between units": [1, *(field.jump for field in fields)],
        "Centre of unit 0": [0.0, *(field.centre for field in fields)],
        "Unit 0 sees pixels": ["0", *(f"{a} to {b}".replace("-", "−") for a, b in spans)],
    },
    hide_index=True,
    alt="Receptive field after each layer: size, jump and centre",
)
if text == OPENING and [field.size for field in fields] == (
    expected := lecture_case("s0-receptive-field")["expected"]["after_each"]
):
    st.markdown(f"The deck's stack: its layers see **{', '.join(map(str, expected))}** pixels.")
if len({field.size for field in fields} & {5, 7}) and text in {"c3 c3", "c3 c3 c3"}:
    wide, few = fields[-1].size, 9 * len(layers)
    st.markdown(
        f"They see **{wide}×{wide}** with {few} weights; one {wide}×{wide} layer needs {wide**2}."
    )

st.subheader("Measured")
st.caption(
    "How much the chosen unit changes with each pixel: the size of its gradient. Pixels in the"
    " middle count more, since more paths lead from them to the unit."
)
seen = cells_seen(layers, size, unit[0] * sizes[-1] + unit[1])
measured = measured_field(layers, size, unit)
panels = [
    Panel("The unit can see", seen.astype(float), "counts", limits=(0, 1)),
    Panel("Mean |gradient|", measured, "counts", sign="|"),
]
if any(layer.kind == "max" for layer in layers):
    here = gradient_field(layers, picture, unit)
    panels.append(Panel("|gradient| on this picture", here, "counts", sign="|"))
cells = np.arange(size * size)[:, None]
board(
    panels,
    [Link(0, other, cells) for other in range(1, len(panels))],
    key="fi_measured",
    alt="The receptive field of one unit, in theory and as the size of its gradient",
    start=int(measured.argmax()),
    play=False,
)
lows, highs = zip(*(fields[-1].bounds(at) for at in unit), strict=True)
off = extent(measured > 0) ^ inside(fields[-1], unit, size)
with st.container(horizontal=True):
    lab.check(
        "Cells with a gradient against the traced cells", float((seen ^ (measured > 0)).sum())
    )
    lab.check("Their extent against the formula, inside the picture", float(off.sum()))
st.caption(
    f"Unit {unit[0]}, {unit[1]} of the last layer sees rows {lows[0]} to {highs[0]} and columns"
    f" {lows[1]} to {highs[1]}; {int(seen.sum())} pixels of the picture.".replace("-", "−")
    + (
        " Max pooling passes the gradient to its winner only, so one picture shows less than the"
        " field; the mean is over many random pictures."
        if len(panels) == 3
        else ""
    )
)
