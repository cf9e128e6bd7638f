"""Train one run in this process, from its first event to its last.

torch is imported late here: how its threads wait has to be set before, and the page that
waits for a sign of life should not wait for an import.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunError, list_runs
from cnnviz.training.engines import line
from cnnviz.training.engines.process import host
from cnnviz.training.engines.settings import thread_share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from cnnviz.runs import RunState
    from cnnviz.runs.events import EventWriter
    from cnnviz.training.loop import Trainer

_BALLAST = 64 * 1024


class _StopAskedError(BaseException):
    """Somebody said stop before there was anything to keep."""


class _Stop:
    """What SIGTERM and Ctrl-C do: the trainer stops as if it had been asked in its folder."""

    def __init__(self) -> None:
        self._trainer: Trainer | None = None
        self._raises = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if self._trainer is not None:
            self._trainer.request_stop()
        elif self._raises:
            raise _StopAskedError

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Listen until the block ends; a thread that is not the main one cannot."""
        before = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                before[number] = signal.signal(number, self)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def leaving_at_once(self) -> Iterator[None]:
        """Raise inside this block: nothing is lost by leaving what is only being loaded."""
        self._raises = True
        try:
            yield
        finally:
            self._raises = False

    def follow(self, trainer: Trainer) -> None:
        """From now on, tell the trainer."""
        self._trainer = trainer


def train(run: Run, threads: int = 0, *, in_line: bool = False) -> int:
    """Train a run, or go on with it; whatever happens is written to its events.

    Args:
        run: The run.
        threads: CPU threads, for good; 0 for what the run asks for, or its share of the cores:
            it begins with the last number it had (another one adds in another order and gives
            slightly other results), and gives way when others start, until they end. With
            `OMP_NUM_THREADS` set it does not.
        in_line: Do nothing if the run is no longer in line: it was stopped meanwhile.

    Returns:
        The exit code: 0 when it has finished or was stopped.
    """
    stop = _Stop()
    try:
        config = run.config
        with stop.listening(), run.writing() as writer:
            if in_line and line.waiting_since(run) is None:
                return 0
            share = _Share(run, config.threads)
            fixed = threads or config.threads or os.environ.get("OMP_NUM_THREADS")
            threads = threads or run.state().threads or share()
            return _train(run, writer, threads, None if fixed else share, stop)
    except (RunError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - it goes to log.txt, and its last line to the page
        return 1


def prepare_threads() -> None:
    """Say how threads should wait for each other; before torch is imported.

    One that spins while it waits for another takes the core from it when the page, the
    browser or a second run wants one too. On 2 cores: 9,400 images/s spinning as usual
    and about 8,700 sleeping soon when nothing else ran, but 300 against 2,000 when others
    did.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")


class _Share:
    """Threads for a run just now, given the runs that are at work beside it."""

    def __init__(self, run: Run, asked: int) -> None:
        self._run, self._asked = run, asked
        self._states: dict[str, RunState] = {}

    def __call__(self) -> int:
        return thread_share(self._asked, sum(map(self._at_work, list_runs())))

    def _at_work(self, other: Run) -> bool:
        name = other.path.name
        if name == self._run.path.name or not other.is_alive():
            return False
        with contextlib.suppress(RunError):
            state = self._states[name] = other.state(self._states.get(name))
            return state.status != "paused"  # it leaves the cores to others meanwhile
        return True


def _train(
    run: Run, writer: EventWriter, threads: int, share: Callable[[], int] | None, stop: _Stop
) -> int:
    prepare_threads()
    writer.write("status", status="starting", process=os.getpid(), threads=threads, host=host())
    ballast = run.path / ".ballast"
    with contextlib.suppress(OSError):
        ballast.write_bytes(bytes(_BALLAST))
    try:
        with stop.leaving_at_once():
            import torch  # noqa: PLC0415

            from cnnviz.training.loop import Trainer  # noqa: PLC0415

            torch.set_num_threads(threads)
            trainer = Trainer(run, writer, threads=share)
            stop.follow(trainer)
        trainer.train()
    except _StopAskedError:
        writer.write("status", status="stopped")
    except Exception as error:  # noqa: BLE001 - whatever happened, the page must say so
        from cnnviz.training.failure import explain  # noqa: PLC0415

        # A full disk has room again, for the last words.
        with contextlib.suppress(OSError):
            ballast.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            traceback.print_exc()
        message, resumable = explain(error)
        with contextlib.suppress(OSError):
            writer.write("status", status="failed", message=message, resumable=resumable)
        return 1
    finally:
        with contextlib.suppress(OSError):
            ballast.unlink(missing_ok=True)
    return 0
