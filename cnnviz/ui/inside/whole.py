"""The whole network on the page Look inside, for the step and the picture chosen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.network import LAYER, network_map
from cnnviz.inspection import maps_code
from cnnviz.ui.inside.picture import PAD
from cnnviz.ui.shared.code import where_to_run
from cnnviz.ui.shared.large_network import ONLY_MAPS, weights_or_maps

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.runs import Run
    from cnnviz.ui.inside.picture import Subject


def show_network(run: Run, step: int, model: nn.Module, subject: Subject) -> None:
    """Draw the network, which the browser computes.

    Args:
        run: The run.
        step: The snapshot.
        model: The network at that step.
        subject: The picture; while it is drawn by hand, the map follows the pen.
    """
    weights, maps = weights_or_maps(model, subject.inputs)
    if weights is None:
        st.caption(ONLY_MAPS)
    network_map(
        run.config,
        weights,
        subject.inputs,
        key="network",
        name=subject.name,
        maps=maps,
        picture=PAD if subject.drawn and weights is not None else "",
        pytorch=maps_code(run.config, step, subject.pixels, LAYER),
        note=where_to_run(run).replace("`", ""),
    )
