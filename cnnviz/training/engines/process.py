"""A training process: start it, and end it by signals if it does not listen."""

from __future__ import annotations

import hashlib
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cnnviz.runs import RunError
from cnnviz.training.engines.base import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Run

PROJECT = Path(__file__).resolve().parents[3]
_START_PATIENCE = 20.0


def spawn(
    arguments: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
) -> subprocess.Popen[bytes]:
    """Start `python -m cnnviz.training` in a session of its own.

    Neither a closed terminal nor a killed server reaches it there.

    Raises:
        TrainingError: The system refused.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "cnnviz.training", *arguments],
            cwd=PROJECT,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            creationflags=flags,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    except OSError as error:
        raise TrainingError(f"Training could not be started: {error.strerror}.") from error
    # Somebody has to wait for a child that ends, or it stays in the process table.
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()
    return process


def spawn_trainer(run: Run) -> subprocess.Popen[bytes]:
    """Start a process that trains a run; what it prints goes to the run's log.txt.

    Raises:
        TrainingError: The system refused.
    """
    try:
        with (run.path / "log.txt").open("ab") as log:
            return spawn([str(run.path.resolve())], stdout=log, stderr=log)
    except OSError as error:
        raise TrainingError(f"Training could not be started: {error.strerror}.") from error


def await_first_event(run: Run, process: subprocess.Popen[bytes], before: int) -> None:
    """Wait until a process has written to a run's events.

    Args:
        run: The run.
        process: What should write.
        before: Size of events.jsonl before it was started, in bytes.

    Raises:
        TrainingError: It ended without, or is silent.
    """
    events = run.path / "events.jsonl"
    deadline = time.monotonic() + _START_PATIENCE
    while events.stat().st_size <= before:
        if process.poll() is not None:
            raise TrainingError(f"Training could not be started: {_last_line(run)}")
        if time.monotonic() > deadline:
            kill(process.pid)
            raise TrainingError("The training process has not answered; see log.txt in its folder.")
        time.sleep(0.005)


def _last_line(run: Run) -> str:
    try:
        text = (run.path / "log.txt").read_text("utf-8", "replace").strip()
    except OSError:
        text = ""
    return text.splitlines()[-1] if text else "its process ended immediately."


def host() -> str:
    """A mark of this machine, so that nobody signals a process of the same id elsewhere."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def trainer_of(run: Run) -> int | None:
    """Id of the process that trains a run, if it lives on this machine.

    Asked of its last `starting` event, its lock, and (on Linux) its command line: a stale
    number never names a stranger.
    """
    try:
        state = run.state()
    except RunError:
        return None
    id = state.process
    if state.host != host() or not 1 < id < 2**31 or not run.is_alive():
        return None
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        try:
            if b"cnnviz.training" not in (proc / str(id) / "cmdline").read_bytes():
                return None
        except OSError:
            return None
    return id


def terminate(id: int) -> None:
    """Ask a process and its group to end: SIGTERM."""
    _signal(id, signal.SIGTERM)


def kill(id: int) -> None:
    """End a process and its group at once: SIGKILL."""
    _signal(id, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def _signal(id: int, number: signal.Signals) -> None:
    try:
        if sys.platform != "win32" and os.getpgid(id) == id:
            os.killpg(id, number)
        else:
            os.kill(id, number)
    except (ProcessLookupError, PermissionError):
        pass
