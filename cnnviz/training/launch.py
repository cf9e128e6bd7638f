"""Start, resume and stop runs through the engine of this process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunConfig, RunError, create_run, delete_run
from cnnviz.training.engines import TrainingError, engine, limits

if TYPE_CHECKING:
    from torch import Tensor


def start(config: RunConfig, *, tensors: dict[str, Tensor] | None = None) -> Run:
    """Make a run and train it in a process that outlives this one, or put it in line.

    Args:
        config: What is asked.
        tensors: The data set, when `config.dataset` is `own`; see
            `cnnviz.training.data.own_dataset_tensors`.

    Returns:
        The run; it has begun, waits for its turn (`waiting`), or has `failed` and says why.

    Raises:
        RunError: The run's folder cannot be written.
        TrainingError: The run may not be started, or a setting makes no sense.
    """
    chosen = engine()
    limits.check(config, tensors)
    limits.check_crowd(config)
    run = create_run(config, tensors=tensors)
    try:
        chosen.submit(run)
    except (TrainingError, RunError):
        # Nothing was begun, so nothing is left behind.
        with contextlib.suppress(RunError):
            delete_run(run)
        raise
    return run


def resume(run: Run) -> None:
    """Go on with a run that is paused or has ended, now or when its turn comes.

    Raises:
        TrainingError: It is at work or in line, cannot be read, or may not be started.
        RunError: Its folder cannot be written.
    """
    if run.shipped:
        raise TrainingError("This run is a bundled example and is read-only.")
    engine().submit(run)


def stop(run: Run) -> None:
    """End a run, at work or in line; returns at once. One that has ended stays as it is.

    Raises:
        RunError: The run is read-only, or the disk refused.
        TrainingError: A setting makes no sense.
    """
    engine().stop(run)
