"""Lanes of a race that take their first step at one moment."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from cnnviz.runs import RunError, list_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnviz.runs import Run, RunState

PATIENCE = 45.0
"""Seconds that a lane waits at most: one that hangs must not keep the others for ever."""

_LOOK_SECONDS = 0.03


def await_lanes(run: Run, stopped: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait until every lane of a run's race is ready, or has ended.

    Args:
        run: The run, which has said that it is `ready`.
        stopped: Asked meanwhile: whether to leave off.
        patience: Seconds to wait at most.

    Returns:
        Whether all were ready or over; False when the patience, or the run, came to its end.
    """
    states: dict[str, RunState] = {}
    lanes: dict[str, Run] = {}
    others: set[str] = set()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and not stopped():
        if len(lanes) < run.config.lanes:
            for one in list_runs():
                if one.id in lanes or one.id in others or one.shipped:
                    continue
                with contextlib.suppress(RunError):
                    if one.config.group == run.config.group:
                        lanes[one.id] = one
                    else:
                        others.add(one.id)
        if len(lanes) >= run.config.lanes and all(
            id == run.id or _is_ready(lane, states) for id, lane in lanes.items()
        ):
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _is_ready(lane: Run, states: dict[str, RunState]) -> bool:
    try:
        state = states[lane.id] = lane.state(states.get(lane.id))
    except RunError:
        return True  # nobody will ever know
    return state.ready or state.step > 0 or (state.queued and not state.active)
