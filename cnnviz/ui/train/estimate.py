"""How long training will take, for the form that starts it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import streamlit as st

from cnnviz.networks import NetworkError, Spec
from cnnviz.runs import Recipe, RunConfig
from cnnviz.training.config import default_recipe
from cnnviz.training.estimate import estimate_seconds
from cnnviz.ui.shared.number_field import number_or
from cnnviz.ui.shared.recipe import BATCH, SHIFT

if TYPE_CHECKING:
    from cnnviz.runs.config import Optimiser, TaskId


def seconds_per_epoch(
    spec: Spec,
    shape: tuple[int, int, int],
    classes: int,
    train_images: int,
    *,
    pace: float = 0.0,
    task: str = "classify",
) -> float:
    """What one pass over the training images takes on this machine; 0 if that is not known.

    Args:
        spec: The network.
        shape: C, H, W of a picture.
        classes: How many there are.
        train_images: How many there are.
        pace: Steps per second at most, 0 for no limit.
        task: What is asked for: a key of `cnnviz.training.tasks.TASKS`.
    """
    state, usual = st.session_state, default_recipe("", train_images, task=task)
    recipe = Recipe(
        epochs=1.0,
        batch_size=int(number_or("t_batch", BATCH, usual.batch_size)),
        optimiser=_optimiser(state.get("_t_optimiser") or usual.optimiser),
        shift=int(number_or("t_shift", SHIFT, 0)),
        flip=state.get("t_flip", False),
    )
    config = RunConfig(
        "", "", "", spec, shape, tuple(map(str, range(classes))),
        (0.5,) * shape[0], (0.5,) * shape[0], recipe, pace=pace,
        task=cast("TaskId", task),
    )  # fmt: skip
    return _seconds(config, json.dumps(config.to_json(), sort_keys=True), train_images)


def _optimiser(chosen: str | None) -> Optimiser:
    return "adamw" if chosen == "adamw" else "sgd"


# For a while only: a run that finishes gives a better estimate than the first one, and so does
# a machine that is less busy.
@st.cache_data(max_entries=64, ttl=25, show_spinner=False)
def _seconds(_config: RunConfig, key: str, train_images: int) -> float:  # noqa: ARG001 - the key
    try:
        return estimate_seconds(_config, train_images)
    except NetworkError:
        return 0.0
