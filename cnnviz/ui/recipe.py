"""Controls for how to train."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.runs import Recipe
from cnnviz.training.config import default_recipe
from cnnviz.ui.choice import choice

if TYPE_CHECKING:
    from cnnviz.runs.config import Optimiser

_OPTIMISERS = {"sgd": "SGD, Nesterov", "adamw": "AdamW"}


def reset_recipe() -> None:
    """Set the numbers to what suits the data set, network and optimiser just chosen."""
    state = st.session_state
    info = DATASETS.get(state["_t_data"])
    recipe = default_recipe(state["_t_net"], info.train if info else 0, state["_t_optimiser"])
    state["t_epochs"], state["t_batch"] = recipe.epochs, recipe.batch_size
    state["t_rate"], state["t_decay"] = recipe.learning_rate, recipe.weight_decay


def choose_recipe(network: str, train_images: int) -> Recipe:
    """Draw the controls.

    Args:
        network: An id of `cnnviz.networks.NETWORKS`.
        train_images: How many there are; both decide the values at first visit.
    """
    default = default_recipe(network, train_images)
    left, right = st.columns(2)
    epochs = left.number_input(
        "Epochs",
        min_value=0.5,
        max_value=1000.0,
        value=default.epochs,
        step=0.5,
        format="%g",
        key="t_epochs",
        bind="query-params",
        help="Passes over all training pictures, 0.5 to 1000.",
    )
    rate = right.number_input(
        "Learning rate",
        min_value=1e-6,
        max_value=1e6,
        value=default.learning_rate,
        step=0.005,
        format="%g",
        key="t_rate",
        bind="query-params",
        help="The peak of a cycle: up for 30 % of the steps, then down to nearly 0.",
    )
    with st.expander("More of the recipe", icon=":material/tune:"):
        optimiser = choice(
            st.segmented_control,
            "Optimiser",
            _OPTIMISERS,
            default.optimiser,
            key="t_optimiser",
            on_change=reset_recipe,
        )
        left, right = st.columns(2)
        batch = left.number_input(
            "Batch size",
            min_value=2,
            max_value=4096,
            value=default.batch_size,
            key="t_batch",
            bind="query-params",
            help="Pictures per step.",
        )
        seed = right.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            value=0,
            key="t_seed",
            bind="query-params",
            help="The same seed gives the same numbers again, on the CPU.",
        )
        decay = left.number_input(
            "Weight decay",
            min_value=0.0,
            max_value=1.0,
            value=default.weight_decay,
            step=0.0001,
            format="%g",
            key="t_decay",
            bind="query-params",
        )
        smoothing = right.number_input(
            "Label smoothing",
            min_value=0.0,
            max_value=0.9,
            value=0.0,
            step=0.05,
            format="%g",
            key="t_smooth",
            bind="query-params",
        )
        shift = left.number_input(
            "Random shift",
            min_value=0,
            max_value=16,
            value=0,
            key="t_shift",
            bind="query-params",
            help="Each training picture is moved by up to this many pixels, anew every time.",
        )
        right.space("small")
        flip = right.toggle(
            "Mirror",
            key="t_flip",
            bind="query-params",
            help="Half of the training pictures are mirrored left to right, anew every time. "
            "Not for digits or letters.",
        )
    return Recipe(
        epochs=epochs,
        batch_size=batch,
        optimiser=cast("Optimiser", optimiser),
        learning_rate=rate,
        weight_decay=decay,
        shift=shift,
        flip=flip,
        label_smoothing=smoothing,
        seed=seed,
    )
