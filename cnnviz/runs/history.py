"""The events of a long run, thinned: what opening it costs does not grow with its length.

Of each kind of event all lines are kept while there are few. Of many, the run is cut into
stretches of equal length, and of each stretch these stay: the first line, and those with the
lowest and the highest loss and accuracy, or what stands in its place. The first line of all, the
newest ones, and the true extremes are always among them. Each `status` stays, and each snapshot
that is still there.
"""

from __future__ import annotations

import math
import os
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from cnnviz.runs.config import RunError
from cnnviz.runs.files import open_inside

if TYPE_CHECKING:
    from pathlib import Path

FILE = "events.jsonl"
LONG = 2_000_000
"""Bytes of new events from which on they are read thinned."""
LONGEST_LINE = 4_000_000

_STRETCHES = {b"step": 600, b"evaluation": 150}
_OTHER_STRETCHES = 300
_NEWEST = 64
_CHUNK = 1_000_000
_REMEMBERED = 16

_KIND = re.compile(rb'\{"event": ?"(\w+)"')
_STEP = re.compile(rb'"step": ?(\d{1,15})[,}]')
_VALUES = re.compile(rb'"loss": ?([^,\n]{1,40}), ?"\w{1,40}": ?([^,}\n]{1,40})')
_PREFIX, _PREFIXES = 20, 1000

_Line = tuple[int, bytes]
"""Number and content of a line."""


class _Points:
    """The lines of one kind, in stretches of `_stride` lines each."""

    def __init__(self, most: int, *, valued: bool) -> None:
        self._most, self._valued, self._stride = most, valued, 1
        self._stretches: list[list[_Line]] = []
        self._open: list[_Line] = []
        self._newest: list[_Line] = []

    @property
    def count(self) -> int:
        """How many lines there were; after `cut` to within one stretch."""
        return len(self._stretches) * self._stride + len(self._open)

    def add(self, line: _Line) -> None:
        self._open.append(line)
        if len(self._open) >= self._stride:
            self._newest = [*self._newest, *self._open][-_NEWEST:]
            self._stretches.append(self._ends(self._open))
            self._open = []
            if len(self._stretches) >= 2 * self._most:
                pairs = zip(self._stretches[::2], self._stretches[1::2], strict=True)
                self._stretches = [self._ends(a + b) for a, b in pairs]
                self._stride *= 2

    def last_step(self) -> int:
        lines = self._open or self._newest
        found = _STEP.search(lines[-1][1]) if lines else None
        return int(found[1]) if found else 0

    def cut(self, step: int) -> None:
        """Let go of what a resumed run does again."""
        self._stretches = [kept for one in self._stretches if (kept := _until(one, step))]
        self._newest, self._open = _until(self._newest, step), _until(self._open, step)

    def lines(self) -> dict[int, bytes]:
        kept = [line for stretch in self._stretches for line in stretch]
        return dict([*kept, *self._ends(self._open), *self._newest, *self._open[-_NEWEST:]])

    def _ends(self, lines: list[_Line]) -> list[_Line]:
        """The first line, and those with the least and the greatest of each value, in order."""
        if len(lines) < 2:
            return lines
        kept = {lines[0]}
        found = _VALUES.findall(b"\n".join([data for _, data in lines])) if self._valued else []
        if len(found) == len(lines):
            for column in zip(*found, strict=True):
                values = list(map(_value, column))
                kept |= {lines[values.index(min(values))], lines[values.index(max(values))]}
        elif self._valued:
            return lines  # whoever reads them says what is wrong with them
        return sorted(kept)


def _value(written: bytes) -> float:
    try:
        return float(written)
    except ValueError:
        return math.inf  # so that it is kept, and whoever reads it says what is wrong with it


def _until(lines: list[_Line], step: int) -> list[_Line]:
    return [line for line in lines if not (at := _STEP.search(line[1])) or int(at[1]) <= step]


class History:
    """The lines of a run's events that are kept; takes in more at any time.

    Attributes:
        offset: Bytes of the file that are taken in.
    """

    def __init__(self) -> None:
        self.offset = 0
        self._number = 0
        self._always: dict[int, bytes] = {}
        self._snapshots: dict[int, _Line] = {}
        self._points: dict[bytes, _Points] = {}
        self._kinds: dict[bytes, bytes] = {}

    @property
    def left_out(self) -> int:
        """How many points of curves are not among `lines`; of a resumed run, about so many."""
        return sum(
            points.count - len(points.lines())
            for kind, points in self._points.items()
            if kind in _STRETCHES
        )

    def lines(self) -> list[bytes]:
        """The kept lines in their order, without their newlines."""
        kept = self._always | dict(self._snapshots.values())
        for points in self._points.values():
            kept |= points.lines()
        return [kept[number] for number in sorted(kept)]

    def add(self, data: bytes) -> None:
        """Take in whole lines that follow `offset`."""
        self.offset += len(data)
        for line in data.split(b"\n")[:-1]:
            self._number += 1
            kind = self._kinds.get(line[:_PREFIX])
            if kind is None:
                kind = self._kind_of(line)
            if kind in (b"", b"status"):
                self._always[self._number] = line
                self._supersede(line)
            elif kind in (b"snapshot", b"thinned"):
                self._add_snapshot(kind, line)
            else:
                self._points[kind].add((self._number, line))

    def _kind_of(self, line: bytes) -> bytes:
        """The event's kind; empty if that is not as it should be, and all must be read."""
        found = _KIND.match(line)
        kind = found[1] if found and found.end() <= _PREFIX + 3 else b""
        if len(self._points) > _PREFIXES:
            kind = b""
        if len(self._kinds) > _PREFIXES:
            self._kinds.clear()
        if kind:
            self._kinds[line[:_PREFIX]] = kind
            if kind not in self._points:
                most = _STRETCHES.get(kind, _OTHER_STRETCHES)
                self._points[kind] = _Points(most, valued=kind in _STRETCHES)
        return kind

    def _add_snapshot(self, kind: bytes, line: bytes) -> None:
        found = _STEP.search(line)
        step = int(found[1]) if found else -1
        if found and kind == b"snapshot":
            self._snapshots[step] = self._number, line
        elif not found or self._snapshots.pop(step, None) is None:
            self._always[self._number] = line

    def _supersede(self, line: bytes) -> None:
        found = _STEP.search(line)
        step = int(found[1]) if found else None
        if step is None or all(points.last_step() <= step for points in self._points.values()):
            return
        for points in self._points.values():
            points.cut(step)


_guard = threading.Lock()
_known: OrderedDict[str, _Reader] = OrderedDict()


class _Reader:
    """The history of one file, as far as it was read."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._file: tuple[int, int] = (0, 0)
        self._history = History()

    def read(self, folder: Path) -> tuple[list[bytes], int, int]:
        with self._guard, open_inside(folder, FILE) as file:
            about = os.fstat(file.fileno())
            same = (about.st_dev, about.st_ino)
            if same != self._file or about.st_size < self._history.offset:
                self._file, self._history = same, History()
            history = self._history
            file.seek(history.offset)
            left = b""
            while data := file.read(_CHUNK):
                data = left + data
                end = data.rfind(b"\n") + 1
                history.add(data[:end])
                left = data[end:]
                if len(left) > LONGEST_LINE:
                    raise RunError(f"{FILE} has a line that is too long.")
            return history.lines(), history.offset, history.left_out


def read_history(folder: Path) -> tuple[list[bytes], int, int]:
    """The events of a long run.

    What was read once is remembered, and shared by all who ask: then only what is new is read.

    Args:
        folder: The run's folder.

    Returns:
        The kept lines; the byte offset to go on from; how many points of curves are left out.

    Raises:
        RunError: A line is too long, or the file is no file of this run.
        OSError: The file cannot be read.
    """
    with _guard:
        reader = _known.setdefault(str(folder), _Reader())
        _known.move_to_end(str(folder))
        while len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return reader.read(folder)
