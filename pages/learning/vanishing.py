"""Vanishing and exploding gradients: what reaches each layer of a deep network before training."""

from dataclasses import replace

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.flow import flow_figure
from cnnviz.numbers.formatting import formatted
from cnnviz.pages import page_at
from cnnviz.ui.learning.vanishing.nets import PICTURES, SIX, code, flow, own_net
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.projecting import settings

DEPTHS = 2, 48
st.markdown(
    f"{PICTURES} digits go through networks of equal layers, 3×3 convolutions of 16 maps, that have"
    " **not learned anything yet**. Then the gradient of the loss comes back, from the last layer"
    " to the first. Where it is tiny, a layer hardly learns; where it is huge, a step is too large."
)
with settings("depth", horizontal=True):
    depth = st.slider("Layers", *DEPTHS, value=24, key="va_depth", bind="query-params")
own = own_net(depth)
nets = {name: replace(net, depth=depth) for name, net in SIX.items()} | {"Your own": own}
flows = {name: flow(net) for name, net in nets.items()}

chart(
    flow_figure(
        [(name, found.gradients) for name, found in flows.items()],
        title="Norm of the gradient", about=f"gradient {depth}",
    ),
    key="va_gradients",
    alt=f"Norm of the gradient by each layer's weights in {len(nets)} networks of {depth} layers",
)  # fmt: skip
copy_code("PyTorch lines for your own", code(own))
st.dataframe(
    {
        "Network": list(nets),
        "Second ÷ last": [formatted(found.ratio, ".1e") for found in flows.values()],
        "Second layer": [formatted(found.gradients[1], ".1e") for found in flows.values()],
        "Last layer": [formatted(found.gradients[-1], ".1e") for found in flows.values()],
        "Spread of the last output": [
            formatted(found.spreads[-1], ".1e") for found in flows.values()
        ],
    },
    hide_index=True,
    height="content",
    alt="Gradients at the second and the last layer of each network",
)
st.caption(
    "Norms of the gradient. The first layer reads one map and has fewer weights, so the"
    " second is compared with the last. One draw of the weights for each; another draw changes the"
    " numbers, often by a factor of several, but not their orders of magnitude."
)
st.markdown(
    "**What this shows.** The lectures say: gradients vanish, and skips are the cure. It is richer"
    " than that. With PyTorch's default weights, each layer passes on less than it gets, and after"
    " 24 layers hardly anything is left. **He's** weights, √6 = 2.4 times as large, are a"
    " cure by themselves at this depth. **Batch norm** turns it around: before training, the first"
    " layers get the *larger* gradient (G. Yang et al., 2019). **Skips** hand the gradient on, also"
    " past a sigmoid, whose slope of at most ¼ a layer would leave nothing of it; but they let what"
    " goes forward grow."
)

st.header("What goes forward")
chart(
    flow_figure(
        [(name, found.spreads) for name, found in flows.items()],
        title="Spread of the activations", about=f"spread {depth}",
    ),
    key="va_spreads",
    alt=f"Standard deviation of each layer's output in {len(nets)} networks of {depth} layers",
)  # fmt: skip
st.caption(
    "The standard deviation of all numbers that a layer gives. Halved or doubled from layer to"
    " layer, it is gone or has exploded in the end: try half and twice He's weights."
)
st.page_link(
    page_at("blocks").script, label="A residual block in the hand",
    query_params={"block": "residual"}, icon=":material/dashboard:",
)  # fmt: skip
