"""What happens when: learning rate, snapshots, and how often to look at the clock."""

from __future__ import annotations

import contextlib
import math
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_UP = 0.3
_START, _END = 1 / 25, 1e-4 / 25

EARLY = frozenset({0, *(2**n for n in range(7))})
"""Steps that are always looked at: so much happens between them."""

_BUDGET = 50.0
_FEWEST, _MOST = 4, 60


def one_cycle(step: int, total: int, peak: float) -> float:
    """The learning rate of a step: up along a cosine for 30 % of the steps, then down.

    Smith and Topin, "Super-Convergence" (2017), with the cosine shape and the constants
    of `torch.optim.lr_scheduler.OneCycleLR`. A function of the step alone, so that
    resuming needs no memory of it.

    Args:
        step: 0 … total − 1.
        total: Steps in all.
        peak: The highest rate.
    """
    turn = WARM_UP * total - 1
    if step <= turn:
        return _cosine(_START * peak, peak, step / turn) if turn > 0 else peak
    return _cosine(peak, _END * peak, (step - turn) / max(1.0, total - 1 - turn))


def _cosine(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


def most_snapshots(bytes_each: int) -> int:
    """How many snapshots a run keeps: 60 at most, and no more than fit into its budget.

    The budget is `CNNVIZ_SNAPSHOT_MB`, 50 MB if that is not set; a network so large that
    four do not fit keeps four all the same.
    """
    try:
        budget = float(os.environ.get("CNNVIZ_SNAPSHOT_MB", ""))
    except ValueError:
        budget = _BUDGET
    room = budget * 2**20 / max(1, bytes_each)
    return max(_FEWEST, int(min(_MOST, room)))


def to_thin(steps: list[int]) -> int:
    """The step to do without, so that those left are as evenly log-spaced as can be.

    Args:
        steps: Increasing, at least three; the first and the last are always kept.
    """
    places = [math.log1p(step) for step in steps]
    gaps = {i: places[i + 1] - places[i - 1] for i in range(1, len(steps) - 1)}
    return steps[min(gaps, key=gaps.__getitem__)]


class Pace:
    """When to do a thing again.

    Args:
        every: Not sooner than this many seconds after the last time. May be changed.
        share: And later if it would take more than this share of the time. May be changed.
    """

    def __init__(self, every: float, share: float = 0.02) -> None:
        self.every, self.share = every, share
        self._next = 0.0

    def due(self) -> bool:
        """Whether it is time."""
        return time.perf_counter() >= self._next

    @contextlib.contextmanager
    def spend(self) -> Iterator[None]:
        """Do it inside this block: its duration decides when it is due again."""
        began = time.perf_counter()
        yield
        now = time.perf_counter()
        self._next = now + max(self.every, (now - began) / self.share)


class Stopwatch:
    """Seconds spent on training, without what happens in between."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._began = 0.0

    def start(self) -> None:
        """Training goes on."""
        self._began = time.perf_counter()

    def stop(self) -> None:
        """Something else happens."""
        self.seconds += time.perf_counter() - self._began
