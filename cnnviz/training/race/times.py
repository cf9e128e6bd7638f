"""Whether the times of several runs can be compared: what each had of the machine."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from cnnviz.runs import RunError
from cnnviz.runs.values import NONSENSE, number, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnnviz.runs.events import Event

_AT_WORK = frozenset({"starting", "running", "testing"})
_ALIKE = 0.3  # runs beside one, on average: they may differ by so much


@dataclasses.dataclass(frozen=True)
class Work:
    """When and with what a run was at work.

    Attributes:
        spells: From when to when, in seconds since 1970; without waiting and pauses.
        threads: The numbers of CPU threads it had.
        host: A mark of the machine.
    """

    spells: tuple[tuple[float, float], ...]
    threads: frozenset[int]
    host: str

    def overlap(self, other: Work) -> float:
        """Seconds for which both were at work on one machine."""
        if self.host != other.host:
            return 0.0
        pairs = ((a, b) for a in self.spells for b in other.spells)
        return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a, b in pairs)


def work_of(events: Iterable[Event]) -> Work:
    """What the events of a run say about it.

    Raises:
        RunError: An event makes no sense.
    """
    try:
        return _work_of(events)
    except NONSENSE as error:
        raise RunError("events.jsonl has an event that makes no sense.") from error


def _work_of(events: Iterable[Event]) -> Work:
    spells: list[tuple[float, float]] = []
    threads: set[int] = set()
    since, last, host = None, 0.0, ""
    for event in events:
        now = number(event.get("time", last))
        if event["event"] in ("status", "threads") and "threads" in event:
            threads.add(whole(event["threads"]))
        if event["event"] == "status":
            if since is not None:
                # A process that begins again says nothing of when the one before it died.
                spells.append((since, last if event["status"] in ("waiting", "starting") else now))
            since = now if event["status"] in _AT_WORK else None
            host = text(event.get("host", host))
        last = now
    if since is not None:
        spells.append((since, last))
    return Work(tuple(spells), frozenset(threads), host)


def uneven(lanes: Sequence[Work], others: Sequence[Work]) -> str:
    """Why the times of runs cannot be compared, in a sentence; empty if they can.

    Args:
        lanes: The runs that are compared.
        others: Runs that may have been at work beside them.
    """
    lanes = [lane for lane in lanes if lane.spells]
    if len({lane.host for lane in lanes}) > 1:
        return _sentence("were trained on different machines")
    threads = sorted({count for lane in lanes for count in lane.threads})
    if len(threads) > 1:
        return _sentence(f"had {', '.join(map(str, threads[:-1]))} or {threads[-1]} threads")
    beside = [
        _beside(lane, [*(one for one in lanes if one is not lane), *others]) for lane in lanes
    ]
    least, most = min(beside, default=0.0), max(beside, default=0.0)
    if most - least > _ALIKE:
        return _sentence(
            f"had to share the machine with {least:.1f} to {most:.1f} other runs on average"
        )
    return ""


def _beside(lane: Work, others: Iterable[Work]) -> float:
    """How many others were at work beside a run, on average over its time."""
    seconds = sum(end - begin for begin, end in lane.spells)
    return sum(map(lane.overlap, others)) / seconds if seconds else 0.0


def _sentence(what: str) -> str:
    return (
        f"Seconds and images per second cannot be compared here: these runs {what}. To compare"
        " them, start a race with one run after another while nothing else is training."
    )
