"""Equivariance: move the object, and its map moves along; what breaks that."""

import numpy as np
import streamlit as st

from cnnviz.components.drag import drag
from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import ConvolutionError, lecture_case
from cnnviz.inspection.equivariance import scene_code, scene_output
from cnnviz.ui.lab.equivariance.scene import POOLED, choose_scene, linked_shift, show_reasons
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import SHIFT
from cnnviz.ui.shared.projecting import figure_and_settings

figure, side = figure_and_settings()
try:
    with side:
        chosen = choose_scene()
except ConvolutionError as error:
    figure.error(str(error), icon=":material/grid_off:")
    st.stop()
name, scene = chosen.example, chosen.scene
linked = linked_shift()


@st.fragment
def figure_and_check() -> None:
    """Only this runs again when the browser says what is on screen."""
    reply = drag(
        scene,
        key=f"eq_drag_{name}",
        alt="An object on a canvas, its feature map, the shifted original map, and their"
        " difference",
        shift=linked or chosen.suggested,
        play=linked is None,
        pytorch=scene_code(scene, linked or chosen.suggested),
    )
    if reply:
        shift = (int(reply["shift"][0]), int(reply["shift"][1]))
        if reply["moved"]:
            SHIFT.write(shift)
        exact = scene_output(scene, scene.picture(shift))
        with st.container(horizontal=True):
            lab.agree("The map on screen matches torch", reply["output"], exact)
            gap = scene.difference(shift)
            lab.agree("The largest difference matches NumPy", reply["gap"], gap)


with figure:
    st.caption(
        "Drag the object; its map follows. Shifting the input and then convolving gives the same as"
        " convolving and then shifting the output. Crossed-out cells are unknown and not compared."
    )
    figure_and_check()

    st.header("At every position")
    everywhere = scene.differences()
    exact_places = int((everywhere < 1e-9).sum())
    st.caption(
        "Each cell shows the largest difference when the object's corner is there. Equivariance is"
        " broken by stride, by pooling, and by zero padding around a background that is not 0."
    )
    linked_grids(
        [
            Panel(
                "Largest difference",
                everywhere,
                "counts",
                limits=(0, max(1.0, everywhere.max())),
            )
        ],
        [],
        key="eq_everywhere",
        alt="The largest difference for every position of the object",
        play=False,
    )
    st.markdown(
        f"Exact at **{exact_places} of {everywhere.size}** positions; the largest difference is"
        f" **{everywhere.max():.4g}**."
    )
    show_reasons(scene)

if name == POOLED:
    case = lecture_case(name)
    inputs, outputs = case["inputs"]["images"], case["expected"]["outputs"]
    st.header("Three pictures, max-pooled")
    words = ("Original", "Moved inside its window", "Moved across the edge")
    panels, links = [], []
    for at, (title, before, after) in enumerate(zip(words, inputs, outputs, strict=True)):
        panels += [
            Panel(title, before, sign="|" if at else ""),
            Panel(f"Pooled: {title.lower()}", after, sign="→"),
        ]
        windows = np.array([[r, r + 1, r + 4, r + 5] for r in (0, 2, 8, 10)])
        links.append(Link(2 * at + 1, 2 * at, windows))
    linked_grids(
        panels,
        links,
        key="eq_deck",
        alt="Max pooling of a single bright cell at three positions",
        play=False,
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"for x in torch.tensor({inputs}).double():\n"
        "    print(F.max_pool2d(x[None, None], 2))\n",
    )
