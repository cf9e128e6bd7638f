"""The last part of a run's events in memory, ready to be sent from any line on."""

from __future__ import annotations

import time
from dataclasses import dataclass

CHUNK = 1_000_000
"""Bytes of events or frames in one message: what a slow reader can hold up."""

KEPT = 2_000_000
_SHARED = 8


@dataclass(frozen=True)
class Message:
    """A text message with events, and the byte offset that a reader stands at after it."""

    text: str
    end: int


def encode(lines: bytes, end: int) -> Message:
    """One message of whole JSON lines, which are passed on as they are.

    Args:
        lines: Lines of events.jsonl, the last with its newline too.
        end: Byte offset of the file after them.
    """
    events = lines[:-1].replace(b"\n", b",").decode("utf-8", "replace")
    text = f'{{"type":"events","events":[{events}],"offset":{end},"now":{time.time():.3f}}}'
    return Message(text, end)


def cut(lines: bytes, size: int = CHUNK) -> bytes:
    """The first whole lines, about `size` bytes of them and at least one line."""
    if len(lines) <= size:
        return lines
    end = lines.rfind(b"\n", 0, size) + 1
    return lines[: end or lines.find(b"\n") + 1]


class EventLog:
    """The last part of events.jsonl, in memory.

    Readers that stand at the same place get the same message, encoded once.

    Attributes:
        start: Byte offset in the file of the first line kept.
        end: Byte offset after the last line.
    """

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._lines = bytearray()
        self._messages: dict[int, Message] = {}

    def begin(self, position: int) -> None:
        """Begin at this byte offset of the file; what is before it is not kept."""
        self.start = self.end = position

    def append(self, lines: bytes) -> None:
        """Append whole lines that follow `end`; drop the oldest if there are too many."""
        self._lines += lines
        self.end += len(lines)
        self._messages.clear()
        if len(self._lines) > KEPT:
            surplus = self._lines.find(b"\n", len(self._lines) - KEPT // 2) + 1
            del self._lines[:surplus]
            self.start += surplus

    def has(self, position: int) -> bool:
        """Whether the line that begins at this offset is kept, or would be the next."""
        if position == self.start:
            return True
        return (
            self.start < position <= self.end and self._lines[position - self.start - 1] == 10  # \n
        )

    def message(self, position: int) -> Message:
        """What follows a position that the log `has`, at most about `CHUNK` bytes of it."""
        message = self._messages.get(position)
        if message is None:
            lines = cut(bytes(self._lines[position - self.start :]))
            message = encode(lines, position + len(lines))
            self._messages[position] = message
            if len(self._messages) > _SHARED:
                del self._messages[next(iter(self._messages))]
        return message
