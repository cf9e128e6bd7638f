"""Two sections of the page From fully connected to convolutional: counts, and when to share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.linked_grids import Link, Panel, linked_grids
from cnnviz.convolution import (
    conv_connections,
    conv_parameters,
    lecture_case,
    lecture_source,
    linear_parameters,
    output_size,
)
from cnnviz.convolution.sharing import fit_sharing, make_data
from cnnviz.figures.weight_counts import weights_figure
from cnnviz.numbers.formatting import thousands
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.tables import localized

if TYPE_CHECKING:
    from cnnviz.convolution.sharing import World

_WORLDS = {"same": "The same everywhere", "place": "Edges on the left, means on the right"}


def weight_counts(inputs: int, kernel: int) -> None:
    """Draw the decks' counts: fully connected, local, and local with shared weights.

    Args:
        inputs: Of the one-dimensional layer that the page draws.
        kernel: Inputs that one of its outputs reads.
    """
    outputs = output_size(inputs, kernel).size
    st.header("How many weights")
    units = lecture_case("s0-local-10x10")["inputs"]["factors"][2]
    mnist = conv_parameters(5, 1, 20)
    depth5 = (24, 24)
    big = (250, 250)
    rows = [
        ("Above", inputs * outputs, outputs * kernel, kernel),
        (
            "200×200",
            linear_parameters(200 * 200, units, bias=False).weights,
            100 * units,
            conv_parameters(10, 1, 1, bias=False).weights,
        ),
        *(
            (
                f"{side}×{side}×3",
                linear_parameters(side * side * 3, places[0] * places[1] * 5, bias=False).weights,
                conv_connections(places, 7, 3, 5),
                conv_parameters(7, 3, 5, bias=False).weights,
            )
            for side, places in ((30, depth5), (256, big))
        ),
    ]
    kinds = ("Fully connected", "Local", "Shared")
    names, *counts = zip(*rows, strict=True)
    chart(
        weights_figure(names, dict(zip(kinds, counts, strict=True))),
        key="sh_counts",
        alt="Weights of four layers, fully connected, local, and local with shared weights",
    )
    st.dataframe(
        {"Layer": names, **dict(zip(kinds, counts, strict=True))},
        hide_index=True,
        column_config=localized(*kinds),
        alt="Weights of four layers: fully connected, local, and local with shared weights",
    )
    positions = lecture_case("s0-positions")["expected"]
    st.caption(
        "Above: the layer above. 200×200: a grey picture, 100,000 units, 10×10 fields. The others:"
        " colour pictures, a hidden layer of depth 5, 7×7 fields. Shared weights are local, too."
    )
    st.caption(
        f"A single hidden unit on the 200×200 picture has {thousands(200 * 200)} weights. One"
        f" 10×10 filter has at most {positions['side']}² = {thousands(positions['units'])}"
        f" positions, so 100,000 units are {positions['maps_for_1e5_units']} maps with 100 weights"
        f" each. The {lecture_source('s0-weight-sharing-100')} counts the 100 of one map."
        f" A hundred filters of 10×10 have {thousands(conv_parameters(10, 1, 100).weights)}."
    )
    st.markdown(
        f"On MNIST: 20 maps of 5×5 have 20·(25 + 1) = **{mnist.parameters}** parameters; 30 fully"
        f" connected neurons have 30·(784 + 1) ="
        f" **{thousands(linear_parameters(784, 30).parameters)}**."
    )
    wrong = lecture_case("s2-85K")["expected"]
    lab.correction(
        "Without shared weights, a 30×30×3 picture and a hidden layer of depth 5 need 24·24·5·147 ="
        f" **{wrong['correct']:,}** weights; for depth 1 it is {wrong['depth_1_value']:,}. For"
        " 256×256 and depth 5 it is 46 million, because 7×7 fields have 250 positions along a"
        " side.",
        "85K parameters for depth 5, which is the count for depth 1",
        "s2-85K",
    )
    lab.correction(
        "Weights are shared between the **positions of one filter**. Each filter has its own.",
        "they are shared between filters",
        "s2-shared-between-filters",
    )


def when_to_share() -> None:
    """Draw local and shared weights, both fitted to the same few examples."""
    st.header("When not to share")
    st.caption(
        "Local weights that are not shared can do something different at each position. If the same"
        " thing is right everywhere, they learn it again and again, each time from fewer examples."
    )
    left, right = st.columns([1, 2], gap="medium")
    with left:
        world = choice(st.selectbox, "The true rule", _WORLDS, "same", key="sh_world")
        count = paired("Training examples", 4, 200, 8, key="sh_count")
        noise = paired("Noise", 0.0, 2.0, 0.5, step=0.1, key="sh_noise")
    kind: World = "place" if world == "place" else "same"
    data = make_data(kind, count, 12, noise=noise, seed=1)
    fit = fit_sharing(data, make_data(kind, 500, 12, noise=0, seed=2))
    local = fit.local.round(2)  # so that the numbers fit into the cells
    with right:
        linked_grids(
            [
                Panel("Local: one row per position", local, "weights", note="10×3, 30 weights"),
                Panel("Shared", fit.shared.round(2), "weights", note="3 weights", sign="|"),
            ],
            [Link(0, 1, np.tile(np.arange(3), 10)[:, None])],
            key="sh_fit",
            alt="The weights learned at each position, and one kernel learned for all",
            play=False,
        )
        st.dataframe(
            {
                "Kind": ["Local", "Shared"],
                "Weights": [fit.local.size, fit.shared.size],
                "Mean squared error on new signals": [fit.local_error, fit.shared_error],
            },
            hide_index=True,
            alt="Errors of local and shared weights on new signals",
        )
        if max(fit.local_error, fit.shared_error) < 1e-12:
            st.markdown("Both are exact: without noise, a few examples are enough for both.")
        elif fit.local_error < fit.shared_error:
            st.markdown(
                "Here **local** weights are better: no single kernel is right at both ends. A face"
                " that always sits in the middle of the picture is such a case: eyes above, mouth"
                " below."
            )
        elif kind == "place":
            st.markdown(
                "No single kernel is right at both ends, but here **shared** weights are less"
                " wrong: with so much noise, there are too few examples for separate weights at"
                " each position."
            )
        else:
            st.markdown(
                "Here **shared** weights are better: all positions train the same three weights."
                " With many examples, local weights come close."
            )
