"""What the engines have in common: one line of runs, and who may start when."""

from __future__ import annotations

import abc
import contextlib
import logging
import threading
import time
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunError
from cnnviz.training.engines import limits, line
from cnnviz.training.engines.base import TrainingError
from cnnviz.training.engines.settings import cores, viewer_runs

if TYPE_CHECKING:
    from cnnviz.runs import RunConfig, RunState

_log = logging.getLogger(__name__)

_PATIENCE = 30.0
_SHORT_PATIENCE = 0.3
_TICK_SECONDS = 0.25
_REST_SECONDS = 10.0
_MOST_PAUSED = 4


class Dispatcher(abc.ABC):
    """An engine with a line; how a run is started, ended and found at work is its own."""

    def __init__(self) -> None:
        # Runs that could not even be given up, as on a full disk, and when to try again.
        self._resting: dict[str, float] = {}
        self._states: dict[str, RunState] = {}

    @abc.abstractmethod
    def _at_work(self, run: Run) -> bool:
        """Whether a run has its place, here or elsewhere."""

    @abc.abstractmethod
    def _has_room(self, busy: list[RunConfig]) -> bool:
        """Whether one more can start beside those."""

    @abc.abstractmethod
    def _launch(self, run: Run) -> None:
        """Start a run; it is at work, or a TrainingError says why not."""

    @abc.abstractmethod
    def _end(self, run: Run) -> None:
        """See to it that a run at work ends, by whatever it takes. Called in a thread."""

    def warm(self) -> None:
        """Prepare, so that the next start is quick; here, nothing."""
        return

    def close(self) -> None:
        """Let go of what `warm` prepared, here nothing; runs at work go on."""
        return

    def submit(self, run: Run) -> None:
        """Put a run in line and start it if there is room; a paused one goes on if there is."""
        if run.shipped:
            raise TrainingError("This run is a bundled example and is read-only.")
        try:
            config, _ = run.config, run.state()
        except RunError as error:
            raise TrainingError(str(error)) from error
        self._has_room([])  # a setting that makes no sense is said before, not after
        try:
            with line.hold(_PATIENCE):
                if not run.path.is_dir():
                    raise TrainingError("This run has been deleted.")
                if self._at_work(run) and self._is_paused(run):
                    self._go_on(run)
                    return
                if self._at_work(run) or line.waiting_since(run) is not None:
                    raise TrainingError("This run is already being trained.")
                limits.check_crowd(config, [r for r in line.own_runs() if r.id != run.id])
                line.enter(run)
                self._dispatch()
        except line.BusyError as error:
            raise TrainingError("Too many runs are being started right now: try again.") from error

    def stop(self, run: Run) -> None:
        """End a run, in line or at work; the rest happens in a thread."""
        in_line = line.waiting_since(run) is not None
        if not (in_line or run.shipped or self._at_work(run)):
            return
        run.control("stop")
        if not (in_line and self._leave(run, _SHORT_PATIENCE)):
            name = f"stop-{run.id}"
            threading.Thread(target=self._see_it_end, args=(run,), name=name, daemon=True).start()

    def _see_it_end(self, run: Run) -> None:
        try:
            if not self._leave(run, _PATIENCE):
                self._end(run)
                self._leave(run, _PATIENCE)  # it may have gone back into the line meanwhile
        except Exception:  # noqa: BLE001 - nobody waits for this thread
            _log.exception("The run %s could not be stopped", run.id)

    def _leave(self, run: Run, patience: float) -> bool:
        """Take a run out of the line; False if it was not in it, or others were busy with it."""
        with contextlib.suppress(line.BusyError, RunError, OSError), line.hold(patience):
            if line.waiting_since(run) is not None:
                line.leave(run, "stopped")
                return True
        return False

    def dispatch(self) -> None:
        """Start what is in line, as far as there is room; others may be at it already."""
        with contextlib.suppress(line.BusyError), line.hold(0.0):
            self._dispatch()

    def dispatch_forever(self, stop_event: threading.Event) -> None:
        """Dispatch again and again until the event is set; survives whatever happens."""
        troubled = False
        while not stop_event.wait(_TICK_SECONDS):
            try:
                if any(line.waiting_since(run) is not None for run in line.own_runs()):
                    self.dispatch()
                troubled = False
            except Exception:  # noqa: BLE001 - the line must go on
                if not troubled:  # said once, not four times a second
                    _log.exception("Runs in line could not be started")
                troubled = True

    def _go_on(self, run: Run) -> None:
        """Resume a paused run beside those at work, or send it into the line."""
        self._dispatch()  # whoever has waited for a place comes first
        _, busy, paused = self._look_around()
        run.control("resume" if self._has_room(busy[paused:]) else "queue")

    def _look_around(self) -> tuple[dict[str, tuple[float, Run, RunConfig]], list[RunConfig], int]:
        """Look through all runs. The caller holds the line.

        Returns:
            Those in line by id, with the time since which they wait; the configs of those at
            work; and how many of these are paused.
        """
        waiting: dict[str, tuple[float, Run, RunConfig]] = {}
        busy: list[RunConfig] = []
        paused = 0
        for run in line.own_runs():
            at_work = self._at_work(run)
            since = None if at_work else line.waiting_since(run)
            if since is None and not at_work:
                continue
            try:
                config = run.config
            except RunError as error:
                if since is not None and time.monotonic() >= self._resting.get(run.id, 0.0):
                    self._fail(run, str(error))
                continue
            if since is None:
                busy.append(config)
                paused += self._is_paused(run)
            elif time.monotonic() < self._resting.get(run.id, 0.0):
                continue
            elif config.owner and not viewer_runs():
                self._fail(run, "Viewers cannot start runs here.")
            else:
                waiting[run.id] = since, run, config
        return waiting, busy, paused

    def _dispatch(self) -> None:
        """Start runs while there is room. The caller holds the line."""
        waiting, busy, paused = self._look_around()
        # A paused run leaves its place to those in line; but it keeps its memory, so not any
        # number can be paused.
        while self._has_room(busy[min(paused, _MOST_PAUSED) :]):
            id = line.first(
                ((since, id, c) for id, (since, _, c) in waiting.items() if _may_start(c, busy)),
                busy,
            )
            if id is None:
                return
            _, run, config = waiting.pop(id)
            try:
                if line.told_to_stop(run):
                    line.leave(run, "stopped")
                    continue
                self._launch(run)
            except (TrainingError, RunError, OSError) as error:
                self._fail(run, str(error))
            else:
                busy.append(config)

    def _is_paused(self, run: Run) -> bool:
        try:
            state = self._states[run.id] = run.state(self._states.get(run.id))
        except RunError:
            return False
        return state.status == "paused"

    def _fail(self, run: Run, sentence: str) -> None:
        """Take a run out of the line, so that nobody waits for what cannot come."""
        try:
            line.leave(run, "failed", sentence)
        except (RunError, OSError):
            _log.warning("The run %s cannot be started: %s", run.id, sentence)
            self._resting[run.id] = time.monotonic() + _REST_SECONDS


def _may_start(config: RunConfig, busy: list[RunConfig]) -> bool:
    """Whether a run's turn can be now, given what is at work."""
    if config.owner:
        viewers = [c.owner for c in busy if c.owner]
        if config.owner in viewers or len(viewers) >= viewer_runs():
            return False
    if config.group and config.threads:
        # A race one after another asks for all cores, a race together for its share.
        together = max(1, cores() // config.threads)
        return sum(c.group == config.group for c in busy) < together
    return True
