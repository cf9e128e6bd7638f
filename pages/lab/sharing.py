"""From fully connected to convolutional: draw connections, make them local, share the weights."""

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.components.neurons import STAGES, neurons
from cnnviz.convolution import as_matrix, output_size, trace
from cnnviz.ui.lab.sharing.weights import weight_counts, when_to_share
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
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
    try:
        typed = np.array(st.query_params.get(f"sh_w_{stage}", "").split(), dtype=float)
    except ValueError:
        continue
    if typed.size == weights.size and np.isfinite(typed).all():
        start[stage] = typed
linked = st.query_params.get("sh_w")


@st.fragment
def draw_neurons() -> None:
    """Only this runs again when an edited weight is remembered in the address."""
    neurons(
        inputs.tolist(),
        {name: weights.tolist() for name, weights in start.items()},
        k,
        key="sh_neurons",
        alt=f"A layer of {n} inputs and {m} outputs with its connections",
        stage=linked if linked in STAGES else None,
        url_prefix="sh_w",
    )


with figure:
    st.caption(
        "First, every output is connected to every input; then only to its neighbourhood; finally,"
        " all neighbourhoods share the same weights. Change one, and every copy changes."
    )
    draw_neurons()
    shared = trace([inputs], [start["shared"]])
    exact = F.conv1d(*(torch.tensor(a)[None, None] for a in (inputs, start["shared"])))
    lab.agree("Shared weights match torch conv1d", as_matrix(shared) @ inputs, exact)

weight_counts(n, k)
when_to_share()
