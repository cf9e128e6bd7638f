"""One picture through the snapshots of a run, computed coarse to fine while somebody waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.inspection.guard import InspectionError
from cnnviz.networks import NetworkError
from cnnviz.runs import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnnviz.runs import RunState


def frames_over_time(
    state: RunState,
    steps: Sequence[int],
    frame_at: Callable[[int, float, float], bytes],
    *,
    patience: float = 1.0,
) -> dict[int, bytes]:
    """Make a frame of each snapshot, as far as the time allows.

    The last snapshot comes first, then the first, then those that halve the gaps. Where `frame_at`
    remembers its frames, the next call goes on where this one stopped.

    Args:
        state: The state of the run, which tells the epoch and the seconds of a step.
        steps: Snapshots, in order.
        frame_at: Makes the frame of a step, given the step, its epoch and its training seconds.
        patience: Seconds to spend; at least one frame is made.

    Returns:
        The frames by step. A snapshot that is damaged, or deleted in this moment, is left out.
    """
    points = state.progress
    known = [0, *(point.step for point in points)]
    epochs = np.interp(steps, known, [0.0, *(point.epoch for point in points)])
    seconds = np.interp(steps, known, [0.0, *(point.seconds for point in points)])
    frames: dict[int, bytes] = {}
    begun = time.monotonic()
    for i in coarse_to_fine(len(steps)):
        if frames and time.monotonic() - begun > patience:
            break
        try:
            frames[steps[i]] = frame_at(steps[i], float(epochs[i]), float(seconds[i]))
        except (InspectionError, NetworkError, RunError):
            continue
    return frames


def coarse_to_fine(count: int) -> Iterator[int]:
    """The indices 0 to count − 1: the last, the first, then halving the gaps."""
    done = set()
    stride = 1
    while stride < count:
        stride *= 2
    while stride:
        for i in range(count - 1, -1, -stride):
            if i not in done:
                done.add(i)
                yield i
        if 0 not in done and count:
            done.add(0)
            yield 0
        stride //= 2
