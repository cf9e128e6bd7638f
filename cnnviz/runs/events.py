"""The two line logs of a run: what happened (one writer) and what people asked (many)."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from typing import TYPE_CHECKING, Any, Literal

from cnnviz.runs.config import RunError

if TYPE_CHECKING:
    from pathlib import Path

Event = dict[str, Any]
Command = Literal["pause", "resume", "stop", "step", "learning_rate", "pace"]


class EventWriter:
    """Appends events, one JSON object a line, each written whole and at once.

    A line torn by a crash is cut off when the next writer opens the file: no reader
    has seen it, because readers only take lines that end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._size = path.read_bytes().rfind(b"\n") + 1
        os.truncate(path, self._size)

    def write(self, kind: str, **fields: Any) -> None:
        """Append one event, stamped with the time.

        Raises:
            OSError: The disk refused.
            ValueError: A number is not finite.
        """
        line = json.dumps(
            {"event": kind, "time": round(time.time(), 3), **fields},
            allow_nan=False,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        data = line.encode() + b"\n"
        try:
            _write_all(self._descriptor, data)
        except OSError:
            # Half a line must not become the beginning of the next one.
            with contextlib.suppress(OSError):
                os.truncate(self._path, self._size)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Close the file; the writer is of no use afterwards."""
        os.close(self._descriptor)


def read_lines(path: Path, after: int = 0) -> tuple[list[Event], int]:
    """Read the whole lines past a byte offset.

    Args:
        path: A JSON lines file; a missing one is empty.
        after: Byte offset returned by the previous call; 0 to begin with.

    Returns:
        The objects, and the offset to go on from. A last line without its newline is
        still being written, or was torn by a crash: it is left for the next call.

    Raises:
        RunError: A line that ends is not a JSON object, or the file got shorter.
        OSError: The file cannot be read.
    """
    lines, offset = _whole_lines(path, after)
    events = []
    for line in lines:
        event = _parse(line)
        if event is None:
            shown = line[:40].decode("utf-8", "replace")
            raise RunError(f"{path.name} has a line that is not an event: “{shown}”.")
        events.append(event)
    return events, offset


def read_commands(path: Path, after: int = 0) -> tuple[list[Event], int]:
    """Like `read_lines`, for commands; what has no "command" is passed over."""
    lines, offset = _whole_lines(path, after)
    found = [_parse(line) for line in lines]
    return [c for c in found if c is not None and isinstance(c.get("command"), str)], offset


def check_command(command: Event) -> None:
    """Refuse a command with values that make no sense.

    Raises:
        RunError: Such as a learning rate that is not above 0.
    """
    name = command["command"]
    value = command.get("filter" if name == "step" else "value", 0)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and value >= 0):
        raise RunError(f"{value!r} makes no sense for the command “{name}”.")
    if name == "learning_rate" and value == 0:
        raise RunError("The learning rate must be above 0.")
    if name == "step" and int(value) != value:
        raise RunError("A filter is a whole number.")


def append_command(path: Path, command: Command, **values: float) -> None:
    """Ask something of a training process; any process may, at any time.

    Raises:
        OSError: The disk refused.
        ValueError: A value is not finite.
    """
    line = json.dumps(
        {"command": command, "time": round(time.time(), 3), **values}, allow_nan=False
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        _write_all(descriptor, line.encode() + b"\n")
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    # A disk that is nearly full takes a part; writing the rest then raises.
    while data:
        data = data[os.write(descriptor, data) :]


def _whole_lines(path: Path, after: int) -> tuple[list[bytes], int]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < after:
                raise RunError(f"{path.name} is shorter than it was.")
            file.seek(after)
            data = file.read()
    except FileNotFoundError:
        return [], after
    end = data.rfind(b"\n") + 1
    return data[:end].split(b"\n")[:-1], after + end


def _parse(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
