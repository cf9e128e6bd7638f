"""Start a training process that outlives whoever starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunConfig, create_run

if TYPE_CHECKING:
    from torch import Tensor

_PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE = 20.0


class TrainingError(RuntimeError):
    """Training cannot start or go on; the message is one sentence."""


def start(config: RunConfig, *, tensors: dict[str, Tensor] | None = None) -> Run:
    """Make a run and train it in a process of its own.

    Args:
        config: What is asked.
        tensors: The data set, when `config.dataset` is `own`; see
            `cnnviz.training.data.own_dataset_tensors`.

    Returns:
        The run; its process is up.

    Raises:
        RunError: The run's folder cannot be written.
        TrainingError: The process did not come up.
    """
    run = create_run(config, tensors=tensors)
    launch(run)
    return run


def resume(run: Run) -> None:
    """Go on with a run from its last checkpoint, in a new process.

    Raises:
        TrainingError: The process did not come up, or the run has one.
    """
    if run.shipped:
        raise TrainingError("This run came with cnnviz and is read-only.")
    if run.is_alive():
        raise TrainingError("This run is being trained already.")
    launch(run)


def launch(run: Run) -> None:
    """Start `python -m cnnviz.training` on a run and wait until it has said so.

    The process has its own session and its own files for what it prints, so that
    neither a closed terminal nor a killed server reaches it.

    Raises:
        TrainingError: It ended before its first event.
    """
    before = run.state().offset
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    try:
        with (run.path / "log.txt").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "cnnviz.training", str(run.path.resolve())],
                cwd=_PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                creationflags=flags,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
    except OSError as error:
        raise TrainingError(f"Training could not be started: {error.strerror}.") from error
    # Somebody has to wait for a child that ends, or it stays in the process table.
    threading.Thread(target=process.wait, name=f"wait-{run.id}", daemon=True).start()
    deadline = time.monotonic() + _PATIENCE
    while run.events(before)[1] == before:
        if process.poll() is not None:
            raise TrainingError(f"Training could not be started: {_last_line(run)}")
        if time.monotonic() > deadline:
            raise TrainingError("The training process has not answered; see log.txt in its folder.")
        time.sleep(0.02)


def _last_line(run: Run) -> str:
    text = (run.path / "log.txt").read_text("utf-8", "replace").strip()
    return text.splitlines()[-1] if text else "its process ended at once."
