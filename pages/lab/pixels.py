"""Pixels are numbers: a picture is a grid, a vector, and its neighbours are alike."""

import numpy as np
import streamlit as st

from cnnviz.components.board import Link, Panel, board
from cnnviz.components.paint import paint_grid
from cnnviz.convolution import lecture_case, linear_parameters
from cnnviz.figures.neighbours import neighbour_points, neighbour_spec
from cnnviz.imaging.pixels import (
    distance,
    neighbours,
    paint,
    pearson,
    permutation,
    shifted,
    shuffled,
)
from cnnviz.ui import lab
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired
from cnnviz.ui.digits import accuracy, digits, probabilities, table
from cnnviz.ui.painting import drop_paint, keep_paint, painting
from cnnviz.ui.pixel_source import SOURCES, choose_digit, choose_pixels

LOOKS = {"both": "Both", "numbers": "Numbers", "picture": "Picture"}
UNITS = {"255": "0 to 255", "1": "0 to 1"}
COUNTS = {  # W, H, C and the number of neurons
    "s2-hd-inputs": (1920, 1080, 3, 1),
    "s2-200M": (256, 256, 3, 1000),
    "s3-3e6": (1000, 1000, 3, 1),
}
samples = digits()
strokes = painting("px_paint", before="px_source")


def pick(counts: tuple[int, ...]) -> None:
    st.session_state.update(zip(("px_w", "px_h", "px_c", "px_n"), counts, strict=True))


figure, side = st.columns([3, 1], gap="medium")
with side:
    source = choice(
        st.selectbox, "Picture", SOURCES, "letter", key="px_source",
        on_change=drop_paint, args=("px_paint",),
    )  # fmt: skip
    unit = int(choice(st.segmented_control, "Numbers from", UNITS, "1", key="px_unit"))
    look = choice(st.segmented_control, "Shown as", LOOKS, "both", key="px_look")
    digit = None
    base = choose_pixels(source)
try:
    image = paint(base, strokes)
except ValueError as error:
    st.warning(str(error), icon=":material/brush:")
    image, strokes = base, ""
if source == "digit":
    digit = image
with figure:
    st.caption("To a computer, this is all there is. Point at a pixel; paint some over.")
    rounded = np.round(image * unit / 255, 4)
    paint_grid(
        base,
        key="px_canvas",
        alt=f"{SOURCES[source]}, {'×'.join(map(str, base.shape))} pixels to read and paint",
        strokes=strokes,
        on_paint=lambda new: keep_paint("px_paint", new),
        unit=unit,
        look=look,
        brush=255 if source == "digit" else 0,
        pytorch=f"import torch\n\nx = torch.tensor({rounded.tolist()})\n"
        "print(x.shape, x.min(), x.max(), x.sum())\nprint(x.flatten())  # the vector\n",
    )

st.subheader("Neighbours are alike")
st.caption(
    "Each dot is a pixel and its right neighbour. In a picture they crowd around the line; shuffle"
    " the pixels, and one says nothing of the next. A small kernel can use what neighbours share."
)
low, high = image.min() * unit / 255, max(image.max(), image.min() + 1) * unit / 255
for place, (words, values) in zip(
    st.columns(2, gap="medium"),
    (("As it is", image), ("The same pixels, shuffled", shuffled(image, 0))),
    strict=True,
):
    pairs = neighbours(values)
    r = pearson(*pairs)
    told = "not defined: all are equal" if r is None else f"{r:.3f}".replace("-", "\u2212")
    with place:
        st.markdown(f"**{words}**: Pearson's r = **{told}**, {len(pairs[0])} pairs")
        st.vega_lite_chart(
            neighbour_points(*pairs, unit=unit),
            neighbour_spec(low, high),
            width="stretch",
            key=f"_px_chart_{words[:2]}",
            alt=f"{words}: every pixel against its right neighbour",
        )
if source == "corner" and not strokes:
    steps = np.abs(np.concatenate([np.diff(base, axis=axis).ravel() for axis in (0, 1)]))
    st.caption(f"Two neighbours differ by {steps.mean():.3f} on average, across and down.")

st.subheader("One pixel to the side")
st.caption("Move a digit: people see the same digit, the vector is a different one.")
left, right = st.columns([1, 3], gap="medium")
with left:
    if digit is None:
        digit = choose_digit()
    across = paired("Pixels to the right", -3, 3, 1, key="px_dx")
    down = paired("Pixels down", -3, 3, 0, key="px_dy")
moved = shifted(digit, down, across)
answers = probabilities(np.stack([digit, moved]))
cells = np.arange(64)
came_from = shifted(cells.reshape(8, 8), down, across, fill=-1).ravel().astype(int)[:, None]
with right:
    board(
        [
            Panel("Digit", digit, "pixels", limits=(0, 255)),
            Panel("Moved", moved, "pixels", limits=(0, 255), sign="→"),
            Panel("Difference", moved - digit, sign="|"),
        ],
        [
            Link(1, 0, came_from),
            Link(2, 1, cells[:, None]),
            Link(2, 0, cells[:, None], np.array([-1.0])),
        ],
        key="px_shift",
        alt="A digit, the same digit moved, and the difference of their numbers",
        driver=1,
    )
    others = samples.images[samples.labels != answers[0].argmax(), 0]
    nearest = min(distance(digit, other) for other in others)
    st.markdown(
        f"**The vector:** {np.count_nonzero(moved != digit)} of 64 numbers change, and it lands"
        f" **{distance(digit, moved):,.0f}** away (Euclidean distance). The nearest test picture"
        f" that shows another digit is **{nearest:,.0f}** away."
    )
    table({"The digit": answers[0], "Moved": answers[1]})

st.subheader("Shuffled")
st.caption(
    "Give all pixels new places, the same for every picture. No distance between two pictures"
    " changes, so a method that sees only vectors loses nothing; people and convolutions do."
)
left, right = st.columns([1, 3], gap="medium")
with left:
    seed = paired("Which shuffle", 0, 20, 0, key="px_seed")
    mixed = shuffled(digit, seed)
with right:
    board(
        [
            Panel("Digit", digit, "pixels", limits=(0, 255)),
            Panel("Shuffled", mixed, "pixels", limits=(0, 255), sign="→"),
        ],
        [Link(1, 0, permutation(64, seed)[:, None])],
        key="px_shuffled",
        alt="A digit and the same pixels in other places",
        play=False,
    )
    apart = distance(mixed, shuffled(moved, seed))
    lab.check("Distance to the moved digit, before and after", abs(apart - distance(digit, moved)))
    table({"The digit": answers[0], "Shuffled": probabilities(mixed)[0]})
    st.markdown(
        f"Of all {len(samples.images)} test digits the network gets **{accuracy(None):.1%}** right,"
        f" and **{accuracy(seed):.1%}** once they are shuffled."
    )

st.subheader("How many inputs, how many weights")
with st.container(horizontal=True):
    for case, (*size, neurons) in COUNTS.items():
        words = f"{neurons:,} neuron" + "s" * (neurons > 1)
        label = f"{'×'.join(map(str, size))}, {words}"
        st.button(label, key=f"_px_{case}", on_click=pick, args=((*size, neurons),))
left, right = st.columns([1, 2], gap="medium")
with left:
    w = paired(":blue[Width W]", 1, 4096, 1920, key="px_w")
    h = paired(":blue[Height H]", 1, 4096, 1080, key="px_h")
    c = paired(":blue[Channels C]", 1, 16, 3, key="px_c")
    n = paired(":violet[Neurons n]", 1, 4096, 1, key="px_n")
weights, biases = linear_parameters(w * h * c, n)
with right:
    st.markdown(
        f"Inputs: :blue[{w}] · :blue[{h}] · :blue[{c}] = **{lab.thousands(w * h * c)}**\n\n"
        f"Weights, each neuron joined to each input: {lab.thousands(w * h * c)} · :violet[{n}] ="
        f" **{lab.thousands(weights)}**, and {lab.thousands(biases)}"
        f" bias{'es' * (biases > 1)}. At 4 bytes a weight that is"
        f" **{lab.thousands(weights * 4 / 2**20)} MiB**."
    )
    for case, counts in COUNTS.items():
        if (w, h, c, n) == counts:
            st.caption(f"The slide: {lecture_case(case)['statement']}.")
