"""A network that was just built, whole, with the random weights that its training begins with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch

from cnnviz.components.draw import draw
from cnnviz.components.network import LAYER, network_map
from cnnviz.datasets import normalise
from cnnviz.inspection import maps_code
from cnnviz.networks import NetworkError, Spec, build
from cnnviz.training.config import make_config
from cnnviz.ui.shared.large_network import ONLY_MAPS, weights_or_maps
from cnnviz.ui.shared.number_field import number_or
from cnnviz.ui.shared.recipe import SEED
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from cnnviz.ui.train.data import Choice

_OWN, _PAD = "Your own picture", "t_pad"


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
            model = build(spec, dataset.shape)
        st.caption(f"With the random weights of seed {seed}, with which training begins.")
        pixels, name = dataset.test_images[0], "Test picture 0"
        inputs = normalise(pixels, config.mean, config.std)
        weights, maps = weights_or_maps(model.eval(), inputs)
        if weights is None:
            st.caption(ONLY_MAPS)
            network_map(config, None, inputs, key="untrained", name=name, maps=maps)
            return
        draws = st.segmented_control(
            "Show it", [name, _OWN], default=name, key="_t_untrained_picture"
        ) == _OWN  # fmt: skip
        if draws:
            pixels, name = np.zeros(config.input_shape, np.uint8), _OWN
            with st.container(width=260):
                draw(config, key=_PAD, known=pixels, on_draw=None)
        network_map(
            config,
            weights,
            normalise(pixels, config.mean, config.std),
            key="untrained",
            name=name,
            picture=_PAD if draws else "",
            pytorch="" if draws else maps_code(config, None, pixels, LAYER),
        )
