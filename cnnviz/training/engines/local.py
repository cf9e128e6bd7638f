"""Runs as processes of this machine."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING

from cnnviz.runs import RunError
from cnnviz.runs.state import ACTIVE
from cnnviz.training.engines import process
from cnnviz.training.engines.base import TrainingError
from cnnviz.training.engines.dispatcher import Dispatcher
from cnnviz.training.engines.settings import slots
from cnnviz.training.engines.spare import Spares

if TYPE_CHECKING:
    from cnnviz.runs import Run, RunConfig

_log = logging.getLogger(__name__)

_TERM_SECONDS = 0.25
_KILL_SECONDS = 3.0
_DEATH_SECONDS = 10.0


class LocalEngine(Dispatcher):
    """Each run in a process of its own, in its own process group, `CNNVIZ_SLOTS` together."""

    def __init__(self) -> None:
        super().__init__()
        self._spares = Spares()

    def warm(self) -> None:
        """Keep a process ready from now on; see `cnnviz.training.engines.spare`."""
        self._spares.warm()

    def close(self) -> None:
        """Let the ready process go."""
        self._spares.close()

    def _at_work(self, run: Run) -> bool:
        return run.is_alive()

    def _has_room(self, busy: list[RunConfig]) -> bool:
        return len(busy) < slots()

    def _launch(self, run: Run) -> None:
        before = (run.path / "events.jsonl").stat().st_size
        if spare := self._spares.take(run):
            try:
                process.await_first_event(run, spare, before)
            except TrainingError:
                _log.warning("The spare process failed; %s is started from cold", run.id)
            else:
                return
        process.await_first_event(run, process.spawn_trainer(run), before)

    def _end(self, run: Run) -> None:
        """The control file has been written; SIGTERM if that is not enough, then SIGKILL."""
        trainer = process.trainer_of(run)
        if trainer is None or _ended(run, trainer, _TERM_SECONDS):
            return
        process.terminate(trainer)
        if _ended(run, trainer, _KILL_SECONDS - _TERM_SECONDS):
            return
        process.kill(trainer)
        if _ended(run, trainer, _DEATH_SECONDS):
            _write_stopped(run)


def _ended(run: Run, trainer: int, patience: float) -> bool:
    """Wait for the end of a process that trains a run; False if it has not come."""
    deadline = time.monotonic() + patience
    while process.trainer_of(run) == trainer:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _write_stopped(run: Run) -> None:
    """Say for a process that was killed that it was meant to be."""
    with contextlib.suppress(RunError, OSError), run.writing() as writer:
        if run.state().recorded in ACTIVE:
            writer.write("status", status="stopped")
