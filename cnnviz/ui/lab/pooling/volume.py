"""Two sections of the page Pooling: a volume pooled map by map, and a network without pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.convolution import ConvolutionError, pool2d
from cnnviz.datasets import DATASETS
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.inspection import torch_reference
from cnnviz.inspection.digits import digits, first_maps
from cnnviz.networks import EXAMPLES, network_from_line, summary
from cnnviz.numbers.formatting import sides
from cnnviz.pages import page_at
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.tables import localized

if TYPE_CHECKING:
    from cnnviz.convolution.pooling import Pooling

_NETWORKS = {"small": "Max pooling", "averaged": "Average pooling", "strided": "Stride 2"}


def pooled_volume(rule: Pooling, window: int, stride: int, power: float) -> None:
    """Draw the maps of a real layer and the same maps pooled, each by itself.

    Args:
        rule: As for `pool2d`.
        window: Its side.
        stride: Step between windows.
        power: p of a Hölder mean.
    """
    st.header("A whole volume")
    st.caption(
        "These are the maps of a test digit after the first layer of the digits network and its"
        " ReLU. Pooling, with the settings above, shrinks each map separately: the depth stays the"
        " same."
    )
    number = paired("Number of the test digit", 0, 99, 3, key="po_digit")
    maps = first_maps(digits().images[number, 0])
    try:
        pooled = np.stack(
            [pool2d(one, window, reduction=rule, stride=stride, power=power) for one in maps]
        )
    except ConvolutionError as error:
        st.error(str(error), icon=":material/grid_off:")
        return
    exact = [
        torch_reference.pool(one, window, rule=rule, stride=stride, power=power) for one in maps
    ]
    depth, before, after = len(maps), maps.shape[1:], pooled.shape[1:]
    map_sheet(
        [
            Group(f"Before: {depth} maps of {before[0]}×{before[1]}", maps, unsigned=True),
            Group(f"After: {depth} maps of {after[0]}×{after[1]}", pooled, unsigned=True),
        ],
        key="po_volume",
        scale="layer",
        stops=DIVERGING_STOPS,
        side=64,
        alt=f"{depth} maps of a layer, and the same maps pooled",
    )
    lab.agree("Every map matches PyTorch", pooled, exact, within=1e-6)
    st.markdown(
        f"{before[0]}×{before[1]}×{depth} becomes **{after[0]}×{after[1]}×{depth}**. The maps do"
        " not mix, and there are no parameters."
    )


def without_pooling() -> None:
    """Draw the same network with pooling and with strides, and lead to a race between them."""
    st.header("The same network both ways")
    st.caption(
        "A small network for 8×8 digits, with pooling and with a stride of 2 instead. The strided"
        " one computes a quarter of the positions, so it is cheaper; a race shows in seconds which"
        " is more accurate. Networks that generate pictures, such as GANs and VAEs, mostly use"
        " strides."
    )
    shape = DATASETS["digits"].shape
    rows = {}
    for id, name in _NETWORKS.items():
        line = EXAMPLES[id].line(shape, 10)
        layers = summary(network_from_line(line), shape)
        rows[name] = (
            " → ".join(
                dict.fromkeys(sides(row.output_shape) for row in layers)  # each once
            ),
            sum(row.parameters for row in layers),
            sum(row.macs for row in layers),
        )
    st.dataframe(
        {
            "Network": list(rows),
            "Parameters": [parameters for _, parameters, _ in rows.values()],
            "Multiply-adds": [adds for _, _, adds in rows.values()],
            "Shapes": [shapes for shapes, _, _ in rows.values()],
        },
        hide_index=True,
        column_config=localized("Parameters", "Multiply-adds"),
        alt="Shapes, parameters and multiply-adds of a network with pooling and with strides",
    )
    race = page_at("race")
    st.page_link(
        race.script,
        label="Let them race",
        icon=race.icon,
        query_params={"r_preset": "pooling", "r_data": "digits"},
    )
