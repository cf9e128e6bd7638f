"""A network that was just built, whole, with the random weights that its training begins with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st
import torch

from cnnviz.components.network import LAYER, network_map
from cnnviz.components.packing import fits_in_browser
from cnnviz.datasets import normalise
from cnnviz.inspection import maps_code
from cnnviz.networks import NetworkError, Spec, build
from cnnviz.training.config import make_config
from cnnviz.ui.shared.number_field import number_or
from cnnviz.ui.shared.recipe import SEED
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from cnnviz.ui.train.data import Choice


def show_untrained(data: Choice, spec: Spec) -> None:
    """Draw the network with its first weights, once somebody asks for it.

    Args:
        data: The pictures; it is shown the first one of the test set.
        spec: The layers.
    """
    place = st.expander(
        "This network before training", icon=":material/schema:", key="_t_untrained",
        on_change="rerun",
    )  # fmt: skip
    if not place.open:
        return
    with place:
        dataset, seed = data.load(), int(number_or("t_seed", SEED, 0))
        try:
            config = make_config(dataset, spec)
        except NetworkError as error:
            st.info(plain(str(error)))
            return
        config = dataclasses.replace(config, recipe=dataclasses.replace(config.recipe, seed=seed))
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            weights = build(spec, dataset.shape).state_dict()
        if not fits_in_browser(weights):
            st.info("This network is too large to be sent to your browser.")
            return
        st.caption(
            f"With the random weights of seed {seed}, with which training begins, on the first "
            "test picture."
        )
        pixels = dataset.test_images[0]
        picture = normalise(pixels, config.mean, config.std)
        code = maps_code(config, None, pixels, LAYER)
        name = "Test picture 0"
        network_map(config, weights, picture, key="untrained", name=name, pytorch=code)
