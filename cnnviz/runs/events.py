"""A run's two logs of JSON lines: events (one writer) and commands (many writers)."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any, Literal

from cnnviz.runs.config import RunError
from cnnviz.runs.files import NO_LINK, open_inside
from cnnviz.runs.values import is_number, parse_json, shorten

if TYPE_CHECKING:
    from pathlib import Path

Event = dict[str, Any]
_BLOCK = 1 << 16
Command = Literal["pause", "resume", "queue", "stop", "step", "learning_rate", "pace"]


class EventWriter:
    """Appends events, one JSON object a line, each written whole and at once.

    A line torn by a crash is cut off when the next writer opens the file: no reader
    has seen it, because readers only take lines that end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # For reading too: where the last whole line ends is looked up first.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_LINK
        self._descriptor = os.open(path, flags, 0o644)
        self._size = _end_of_lines(path)
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
    """Read the complete lines after a byte offset.

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
    return list(map(parse_event, lines)), offset


def parse_event(line: bytes) -> Event:
    """One line of events.jsonl.

    Raises:
        RunError: It is not a JSON object with the name of an event and, if at all, a time.
    """
    event = _parse(line)
    if (
        event is None
        or not isinstance(event.get("event"), str)
        or not is_number(event.get("time", 0))
    ):
        beginning = line[:40].decode("utf-8", "replace")
        raise RunError(f"events.jsonl has a line that is not an event: “{beginning}”.")
    return event


def read_commands(path: Path, after: int = 0) -> tuple[list[Event], int]:
    """Like `read_lines`, for commands; lines without a "command" are ignored."""
    lines, offset = _whole_lines(path, after)
    found = [_parse(line) for line in lines]
    commands = [
        c
        for c in found
        if c is not None and isinstance(c.get("command"), str) and is_number(c.get("time", 0))
    ]
    return commands, offset


def check_command(command: Event) -> None:
    """Refuse a command with values that make no sense.

    Raises:
        RunError: Such as a learning rate that is not above 0.
    """
    name = command["command"]
    value = command.get("filter" if name == "step" else "value", 0)
    if not (is_number(value) and value >= 0):
        raise RunError(f"{shorten(value)} makes no sense for the command “{name[:40]}”.")
    if name == "learning_rate" and value == 0:
        raise RunError("The learning rate must be above 0.")
    if name == "step" and int(value) != value:
        raise RunError("A filter is a whole number.")


def append_command(path: Path, command: Command, **values: float) -> None:
    """Send a command to a training process; any process may do so at any time.

    Raises:
        OSError: The disk refused.
        ValueError: A value is not finite.
    """
    line = json.dumps(
        {"command": command, "time": round(time.time(), 3), **values}, allow_nan=False
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | NO_LINK, 0o644)
    try:
        _write_all(descriptor, line.encode() + b"\n")
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    # A disk that is nearly full takes a part; writing the rest then raises.
    while data:
        data = data[os.write(descriptor, data) :]


def _end_of_lines(path: Path) -> int:
    """The byte offset after the last newline."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - _BLOCK)
            file.seek(begin)
            if (at := file.read(end - begin).rfind(b"\n")) >= 0:
                return begin + at + 1
            end = begin
    return 0


def _whole_lines(path: Path, after: int) -> tuple[list[bytes], int]:
    try:
        with open_inside(path.parent, path.name) as file:
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
        event = parse_json(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
