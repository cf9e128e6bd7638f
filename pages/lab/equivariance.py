"""Equivariance: move the object, and its map moves along; what breaks that."""

import numpy as np
import streamlit as st

from cnnviz.components.board import Link, Panel, board
from cnnviz.components.drag import drag
from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.convolution.equivariance import Scene
from cnnviz.inspection.shifting import scene_code, scene_output
from cnnviz.ui import lab
from cnnviz.ui.choice import choice
from cnnviz.ui.controls import paired

EXAMPLES = {"s3-equivariance": "Convolution moves along", "s3-pool-invariance": "Max pooling"}
EDGES = {"zero": "Zeros around", "circular": "Circular", "valid": "No padding"}
POOLING = {"none": "None", "max": "Max 2×2", "mean": "Average 2×2"}


def corner(image: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The object alone, and where it is."""
    rows, columns = np.nonzero(image)
    top, left = int(rows.min()), int(columns.min())
    return image[top : rows.max() + 1, left : columns.max() + 1], (top, left)


figure, side = st.columns([3, 1], gap="medium")
with side:
    name = choice(st.selectbox, "Example", EXAMPLES, "s3-equivariance", key="eq_example")
    given = lecture_case(name)["inputs"]
    pooled = name == "s3-pool-invariance"
    image = np.array(given["images"][0] if pooled else given["image"], dtype=float)
    first, home = corner(image)
    suggested = (1, 1) if pooled else tuple(given["shift"])
    shape = lab.grid_field(":blue[Object]", first, key=f"eq_x_{name}", height=110)
    default = np.ones((1, 1)) if pooled else given["kernel"]
    kernel = lab.grid_field(":violet[Kernel]", default, key=f"eq_k_{name}", height=110)
    canvas = paired(":blue[Side of the canvas]", 4, 16, len(image), key=f"eq_n_{name}")
    background = paired(":blue[Background]", 0, 3, 0, key="eq_bg")
    stride = paired(":green[Stride]", 1, 3, 1, key="eq_s")
    edges = choice(st.selectbox, ":orange[Edges]", EDGES, "zero", key="eq_edges")
    pooling = choice(
        st.selectbox, "Pooling", POOLING, "max" if pooled else "none", key=f"eq_pool_{name}"
    )
try:
    scene = Scene(
        shape, canvas, home, float(background), kernel, stride, edges=edges, pooling=pooling
    )
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    st.stop()
try:
    down, right = map(int, st.query_params.get("eq_at", "").split(","))
    linked = (max(-32, min(down, 32)), max(-32, min(right, 32)))
except ValueError:
    linked = None


@st.fragment
def figure_and_check() -> None:
    """Only this runs again when the browser says what is on screen."""
    shown = drag(
        scene,
        key=f"eq_drag_{name}",
        alt="An object on a canvas, its map, the moved map of the object at home, and their gap",
        shift=linked or suggested,
        play=linked is None,
        url_parameter="eq_at",
        pytorch=scene_code(scene, linked or suggested),
    )
    if shown:
        shift = (int(shown["shift"][0]), int(shown["shift"][1]))
        exact = scene_output(scene, scene.picture(shift))
        with st.container(horizontal=True):
            gap = np.abs(np.array(shown["output"]) - exact).max()
            lab.check("The map on screen against torch", float(gap))
            gap = abs(float(shown["gap"]) - scene.difference(shift))
            lab.check("Its largest difference against NumPy", gap)


with figure:
    st.caption(
        "Drag the object. Its map follows: shifting the input and then convolving gives the same as"
        " convolving and then shifting the output. Struck cells are unknown and not compared."
    )
    figure_and_check()

    st.subheader("At every place")
    everywhere = scene.differences()
    exact_places = int((everywhere < 1e-9).sum())
    st.caption(
        "The largest difference with the object's corner on each cell where it is whole. Stride,"
        " pooling, and zeros around a background that is not 0, break equivariance."
    )
    rows, columns = everywhere.shape
    board(
        [
            Panel(
                "Largest difference",
                everywhere,
                "counts",
                limits=(0, max(1.0, everywhere.max())),
                words=[
                    f"corner at {row}, {column}: {everywhere[row, column]:.4g}"
                    for row in range(rows)
                    for column in range(columns)
                ],
            )
        ],
        [],
        key="eq_everywhere",
        alt="The largest difference for every place of the object",
        play=False,
    )
    st.markdown(
        f"Exact at **{exact_places} of {everywhere.size}** places; the largest difference of all is"
        f" **{everywhere.max():.4g}**."
    )
    reasons = []
    if stride > 1:
        reasons.append(
            f"**Stride {stride}** looks at one window in {stride} only: an object moved by one cell"
            " is seen by other windows; only moves by a multiple of the stride are exact."
        )
    if pooling != "none":
        reasons.append(
            "**Pooling** keeps one number of four. A move inside a window leaves a maximum where it"
            " was: that is invariance, for small moves only. A move across a window's edge shows."
        )
    if edges == "zero" and background:
        reasons.append(
            "**Zeros around** make a rim where the background ends. The rim stays where it is when"
            " the object moves; moving the output moves it too."
        )
    if edges == "circular" and scene.step == 1:
        reasons.append("**Circular** edges have no rim: here equivariance is exact at every place.")
    for reason in reasons:
        st.markdown(f"- {reason}")

if pooled:
    case = lecture_case(name)
    inputs, outputs = case["inputs"]["images"], case["expected"]["outputs"]
    st.subheader("The deck's three pictures")
    words = ("At first", "Moved inside its window", "Moved across the edge")
    panels, links = [], []
    for at, (title, before, after) in enumerate(zip(words, inputs, outputs, strict=True)):
        panels += [
            Panel(title, before, sign="|" if at else ""),
            Panel(f"Pooled: {title.lower()}", after, sign="→"),
        ]
        windows = np.array([[r, r + 1, r + 4, r + 5] for r in (0, 2, 8, 10)])
        links.append(Link(2 * at + 1, 2 * at, windows))
    board(
        panels,
        links,
        key="eq_deck",
        alt="Max pooling of a single bright cell at three places",
        play=False,
    )
