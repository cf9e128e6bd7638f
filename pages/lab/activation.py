"""Activation functions: what an activation function does to a map; softmax with temperature."""

import numpy as np
import streamlit as st

from cnnviz.components.activation import activation
from cnnviz.components.softmax import softmax
from cnnviz.convolution import correlate2d, lecture_case
from cnnviz.imaging import KERNELS, resize_to_fit, to_grey
from cnnviz.imaging.kernel_text import format_kernel
from cnnviz.inspection import torch_reference
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import TEMPERATURE
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.picture import current_picture
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import at_least

FUNCTIONS = {
    "relu": ("ReLU", "torch.relu(x)", r"\max(0, x)"),
    "leaky": (
        "Leaky ReLU",
        "F.leaky_relu(x, 0.1)",
        r"x \text{ if } x > 0 \text{ else } 0.1\,x",
    ),
    "gelu": ("GELU", "F.gelu(x)", r"x\,\Phi(x)"),
    "sigmoid": ("Sigmoid", "torch.sigmoid(x)", r"\frac{1}{1 + e^{-x}}"),
    "tanh": ("Tanh", "torch.tanh(x)", r"\frac{e^x - e^{-x}}{e^x + e^{-x}}"),
}
SOURCES = {"example": "Example", "map": "An edge map of the picture"}

with st.container(horizontal=True):
    titles = {name: entry[0] for name, entry in FUNCTIONS.items()}
    chosen = choice(
        st.segmented_control, "Function", titles, "relu", key="re_f", label_visibility="collapsed"
    )
    source = choice(
        st.segmented_control, "Map", SOURCES, "example", key="re_map", label_visibility="collapsed"
    )
name, line, formula = FUNCTIONS[chosen]
figure, side = figure_and_settings()
if source == "example":
    with side:
        values = lecture_case("s0-relu")["inputs"]["x"]
        before = lab.grid_field("Map", values, key="re_x", height=80)
else:
    grey = to_grey(current_picture().pixels).astype(np.uint8)
    small = at_least(resize_to_fit(grey, 22), 3)  # the kernel is 3×3
    before = correlate2d(small, KERNELS["sobel-x"].weights) / 255  # flat areas are exactly 0
    side.caption(
        "The picture, reduced and scaled to 0 to 1, after Sobel x: positive where it gets lighter"
        " to the right."
    )

after = torch_reference.activated(chosen, before)
reach = max(1.0, float(np.abs(before).max())) * 1.1
xs = np.linspace(-reach, reach, 241)
with figure:
    activation(
        before,
        after,
        np.stack([xs, torch_reference.activated(chosen, xs)]),
        key="re_figure",
        name=name,
        pytorch="import torch\nimport torch.nn.functional as F\n\n"
        f"x = torch.tensor({before.round(6).tolist()})\nprint({line})\n",
    )
silent = float((after == 0).mean())
words = f" {silent:.0%} of the output cells are exactly 0." if chosen == "relu" else ""
with side:
    st.latex(formula)
    st.caption(
        f"It is applied to each cell separately and has no weights to learn.{words} Without it, two"
        " convolutions in a row would amount to one convolution."
    )

st.header("Softmax with temperature")
st.caption(
    "Softmax turns logits into probabilities: exp(logit / T), divided by the sum over all classes."
    " Drag the logits and the temperature T: at a low one the largest logit takes nearly"
    " everything; at a high one all classes become nearly equal."
)
field, _ = st.columns(2)
with field:
    typed = lab.grid_field(
        "Logits", [[3.0, 1.0, 0.2, -1.0]], key="re_logits", height=70, one_row=True
    )[0]


def type_logits(logits: list[float]) -> None:
    """Put the logits of the sliders into the text field, which is kept in the address."""
    st.session_state["re_logits"] = format_kernel(np.array([logits]))


softmax(
    typed.tolist(),
    [f"class {at}" for at in range(len(typed))],
    np.geomspace(0.1, 10, 81).tolist(),
    key="re_softmax",
    url_parameter=TEMPERATURE.name,
    on_edit=type_logits,
)
