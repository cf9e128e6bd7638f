"""The line of runs that wait for a place: it is kept in the runs' own folders.

A run is in line when the last event it has is the status `waiting`. Nothing else is
remembered anywhere, so a server that is started again finds the line as it was, and
several servers on one folder have one line. Who changes it holds one file lock.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from cnnviz.runs import Run, RunError, list_runs, lock, runs_root
from cnnviz.runs.events import read_commands
from cnnviz.runs.files import open_inside
from cnnviz.runs.values import NONSENSE, number, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnviz.runs import RunConfig

_TAIL = 4096


class BusyError(RuntimeError):
    """Another process changes the line just now."""


@contextlib.contextmanager
def hold(patience: float) -> Iterator[None]:
    """Be the only one that changes the line, until the block ends.

    Args:
        patience: How long to try, in seconds.

    Raises:
        BusyError: Somebody else holds it.
        RunError: The folder of runs cannot be written.
    """
    root = runs_root()
    with contextlib.ExitStack() as stack:
        try:
            root.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock.hold(root / ".line.lock", patience=patience))
        except BlockingIOError as error:
            raise BusyError("Another process changes the line of runs.") from error
        except OSError as error:
            raise RunError(
                f"The folder of runs {root} cannot be written: {error.strerror}."
            ) from error
        yield


def own_runs() -> list[Run]:
    """All runs but those that came with cnnviz."""
    return [run for run in list_runs() if not run.shipped]


def waiting_since(run: Run) -> float | None:
    """When a run took its place in line, in seconds since 1970; None if it is not in line."""
    try:
        with open_inside(run.path, "events.jsonl") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().split(b"\n")
    except (OSError, RunError):
        return None
    # What follows the last newline is torn, or being written.
    if len(lines) < 2:
        return None
    try:
        event = parse_json(lines[-2])
        if (event["event"], event["status"]) == ("status", "waiting"):
            return number(event["time"])
    except NONSENSE:
        pass
    return None


def told_to_stop(run: Run) -> bool:
    """Whether a run in line was asked to stop since it took its place.

    Whoever asked may be waiting to take it out of the line, or have given up.

    Raises:
        RunError: The run cannot be read.
    """
    state = run.state()
    commands, _ = read_commands(run.path / "control.jsonl", state.control)
    since = state.asked_at
    return any(c["command"] == "stop" and c.get("time", since) >= since for c in commands)


def enter(run: Run) -> None:
    """Put a run in line. The caller holds the line.

    Raises:
        RunError: A process trains it, or the disk refused.
    """
    try:
        with run.writing() as writer:
            writer.write("status", status="waiting", control=_commands(run))
    except OSError as error:
        raise RunError(f"The run could not be put in line: {error.strerror}.") from error


def leave(run: Run, status: str, message: str = "") -> None:
    """Take a run out of the line. The caller holds the line.

    Args:
        run: The run; nothing happens if it is not in line.
        status: What it is now: `stopped` or `failed`.
        message: Why, if it failed.

    Raises:
        RunError: A process trains it.
        OSError: The disk refused.
    """
    with run.writing() as writer:
        if waiting_since(run) is not None:
            words = {"message": message} if message else {}
            writer.write("status", status=status, control=_commands(run), **words)


def _commands(run: Run) -> int:
    """Bytes of commands so far: they were for the process before, not for the next."""
    try:
        return (run.path / "control.jsonl").stat().st_size
    except OSError:
        return 0


def first(waiting: Iterable[tuple[float, str, RunConfig]], busy: Iterable[RunConfig]) -> str | None:
    """Whose turn it is.

    The presenter's runs come first; then those of the owner who has the fewest at work;
    then whoever has waited longest.

    Args:
        waiting: Since when, id and config of each run that may start now.
        busy: Configs of the runs at work.

    Returns:
        The id; None if none waits.
    """
    running: dict[str, int] = {}
    for config in busy:
        running[config.owner] = running.get(config.owner, 0) + 1
    places = [
        (bool(config.owner), running.get(config.owner, 0), since, id)
        for since, id, config in waiting
    ]
    return min(places)[-1] if places else None
