"""The whole network on the page Look inside, for the step and the picture chosen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.network import LAYER, network_map
from cnnviz.components.packing import fits_in_browser
from cnnviz.inspection import maps_code
from cnnviz.ui.inside.network import where_to_run
from cnnviz.ui.inside.picture import PAD

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
    weights = model.state_dict()
    if not fits_in_browser(weights):
        st.info(
            "This network is too large to be sent to your browser. The other tabs show its"
            " filters and maps."
        )
        return
    network_map(
        run.config,
        weights,
        subject.inputs,
        key="network",
        name=subject.name,
        picture=PAD if subject.drawn else "",
        pytorch=maps_code(run.config, step, subject.pixels, LAYER),
        note=where_to_run(run).replace("`", ""),
    )
