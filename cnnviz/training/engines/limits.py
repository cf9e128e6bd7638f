"""How large a viewer's own run may be, and how many there may be.

A run is a viewer's when its config names an owner; the presenter's have none.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunError, list_runs
from cnnviz.training.engines import line
from cnnviz.training.engines.base import TrainingError
from cnnviz.training.engines.settings import viewer_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from cnnviz.runs import RunConfig

MAX_SECONDS = 60.0
"""Training time of one run."""
MAX_EPOCHS = 50.0
MAX_BATCH = 512
MAX_PARAMETERS = 200_000
MAX_OWN_BYTES = 20 * 2**20
"""Size of the pictures a viewer brings."""
MAX_KEPT = 5
"""Runs of one viewer, ended ones included."""
MAX_LINE = 40
"""Runs of all viewers that wait."""

__all__ = [
    "MAX_BATCH",
    "MAX_EPOCHS",
    "MAX_KEPT",
    "MAX_LINE",
    "MAX_OWN_BYTES",
    "MAX_PARAMETERS",
    "MAX_SECONDS",
    "check",
    "check_crowd",
    "for_viewer",
    "sentence",
    "viewer_runs",
]


def sentence() -> str:
    """The limits, for the page."""
    return (
        f"Your run may take up to {MAX_SECONDS:.0f} seconds and {MAX_EPOCHS:.0f} epochs, with a "
        f"batch size of up to {MAX_BATCH} and up to {MAX_PARAMETERS:,} parameters. You can train "
        f"one run at a time and {MAX_KEPT} in all."
    )


def for_viewer(config: RunConfig, owner: str) -> RunConfig:
    """A viewer's version of a config: with its owner, and cut to the time there is.

    Args:
        config: What was asked.
        owner: The viewer's id, not empty.

    Raises:
        TrainingError: It is larger than a viewer's run may be.
    """
    if not owner:
        raise TrainingError("A viewer's run needs an owner.")
    seconds = min(config.max_seconds or MAX_SECONDS, MAX_SECONDS)
    config = dataclasses.replace(config, owner=owner, max_seconds=seconds, threads=1)
    check(config)
    return config


def check(config: RunConfig, tensors: dict[str, Tensor] | None = None) -> None:
    """Refuse a viewer's run that is too large; a presenter's run has no such limits.

    Raises:
        TrainingError: It is; the message says in what.
    """
    if not config.owner:
        return
    if not viewer_runs():
        raise TrainingError("Viewers cannot start runs here.")
    if not 0 < config.max_seconds <= MAX_SECONDS:
        raise TrainingError(f"A viewer's run may take at most {MAX_SECONDS:.0f} seconds.")
    if config.recipe.epochs > MAX_EPOCHS:
        raise TrainingError(f"A viewer's run may have at most {MAX_EPOCHS:.0f} epochs.")
    if config.recipe.batch_size > MAX_BATCH:
        raise TrainingError(f"A viewer's run may have a batch size of at most {MAX_BATCH}.")
    if tensors and sum(t.nbytes for t in tensors.values()) > MAX_OWN_BYTES:
        raise TrainingError(f"A viewer's pictures may take at most {MAX_OWN_BYTES >> 20} MB.")
    # Late: it needs torch, which a presenter's start does not.
    from cnnviz.networks import summary  # noqa: PLC0415

    if sum(layer.parameters for layer in summary(config.spec, config.input_shape)) > MAX_PARAMETERS:
        raise TrainingError(f"A viewer's network may have at most {MAX_PARAMETERS:,} parameters.")


def check_crowd(config: RunConfig, runs: Iterable[Run] | None = None) -> None:
    """Refuse a viewer's run when there are too many already.

    Args:
        config: Of the run to come, or of one to be resumed.
        runs: All others; looked up if not given.

    Raises:
        TrainingError: There are.
    """
    if not config.owner:
        return
    kept = waiting = 0
    for run in list_runs() if runs is None else runs:
        try:
            owner = "" if run.shipped else run.config.owner
        except RunError:
            continue
        if not owner:
            continue
        in_line = line.waiting_since(run) is not None
        waiting += in_line
        if owner == config.owner:
            kept += 1
            if in_line or run.is_alive():
                raise TrainingError("You already have a run in progress: train one at a time.")
    if kept >= MAX_KEPT:
        raise TrainingError(f"You have made {MAX_KEPT} runs, the most that a viewer can make.")
    if waiting >= MAX_LINE:
        raise TrainingError("Too many runs are waiting: try again in a few minutes.")
