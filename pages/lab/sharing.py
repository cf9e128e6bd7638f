"""From fully connected to convolutional: draw connections, make them local, share the weights."""

import numpy as np
import streamlit as st

from cnnviz.components.neurons import neurons
from cnnviz.convolution import as_matrix, output_size, trace
from cnnviz.inspection import torch_reference
from cnnviz.ui.lab.sharing.aligned import aligned_pictures
from cnnviz.ui.lab.sharing.any_size import any_size
from cnnviz.ui.lab.sharing.hidden_unit import hidden_unit
from cnnviz.ui.lab.sharing.weights import weight_counts, when_to_share
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.address import WEIGHTS, WIRING
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import figure_and_settings

figure, side = figure_and_settings()
with side:
    n = paired(":blue[Inputs]", 4, 12, 8, key="sh_n")
    k = paired(":violet[Kernel]", 2, 4, 3, key="sh_k")
m = output_size(n, k).size
inputs = np.random.default_rng(2).integers(0, 5, n).astype(float)
full = np.random.default_rng(7).integers(-2, 3, (m, n)).astype(float)
windows = np.arange(m)[:, None] + np.arange(k)
start = {
    "full": full.ravel(),
    "local": full[np.arange(m)[:, None], windows].ravel(),
    "shared": np.array([-1.0, *[0.0] * (k - 2), 1.0]),
}
for stage, weights in start.items():
    typed = WEIGHTS[stage].read()
    if typed and len(typed) == weights.size:
        start[stage] = np.array(typed)


def keep(stage: str, edited: dict[str, str]) -> None:
    """Write into the address which connections are on screen, and the edited weights."""
    WIRING.write(stage)
    for name, text in edited.items():
        WEIGHTS[name].write(WEIGHTS[name].parse(text))


@st.fragment
def draw_neurons() -> None:
    """Only this runs again when an edited weight is remembered in the address."""
    neurons(
        inputs.tolist(),
        {name: weights.tolist() for name, weights in start.items()},
        k,
        key="sh_neurons",
        alt=f"A layer of {n} inputs and {m} outputs with its connections",
        stage=WIRING.read(),
        on_edit=keep,
    )


with figure:
    st.caption(
        "First, every output is connected to every input; then only to its neighbourhood; finally,"
        " all neighbourhoods share the same weights. Change one, and every copy changes."
    )
    draw_neurons()
    shared = trace([inputs], [start["shared"]])
    exact = torch_reference.conv(inputs, start["shared"])
    lab.agree("Shared weights match torch conv1d", as_matrix(shared) @ inputs, exact)

lazy_section("counts", weight_counts, n, k)
lazy_section("when", when_to_share)
lazy_section("unit", hidden_unit)
lazy_section("aligned", aligned_pictures)
lazy_section("any_size", any_size)
