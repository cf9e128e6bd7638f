"""The state of a run: the fold of its events."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Literal, get_args

from cnnviz.runs.config import RunError
from cnnviz.runs.points import (
    Change,
    Diagnosis,
    Evaluation,
    Finding,
    Health,
    LayerHealth,
    Progress,
)
from cnnviz.runs.values import NONSENSE, is_number, number, shorten, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnviz.runs.events import Event

Status = Literal[
    "waiting",  # in line for a place to run; no process yet
    "starting",  # the process is up and loads what it needs
    "running",
    "paused",
    "testing",  # the full test set, once, at the end
    "finished",
    "stopped",  # somebody asked for it
    "failed",  # see RunState.message
    "interrupted",  # never written: it was active, and no process holds the lock
]
ACTIVE: frozenset[Status] = frozenset({"waiting", "starting", "running", "paused", "testing"})


@dataclasses.dataclass
class RunState:
    """What is known about a run after its events so far.

    Attributes:
        recorded: The last status written. See `status`.
        queued: Whether a status was written at all: a run is only then in line.
        asked_at: When it was put in line, or started, for the last time: what was commanded
            before was meant for an earlier process. In seconds since 1970; 0 until known.
        alive: Whether a process trains the run; `Run.state` sets it.
        total_steps: Optimiser steps when done; 0 until known.
        train_images: How many there are; 0 until known.
        test_images: Likewise.
        device: What trains, in words.
        threads: CPU threads of the training process at last; 0 until known.
        ready: Whether it waits, or has waited, for the other lanes of its race.
        process: Its process id; 0 until known.
        host: A mark of the machine it is on; empty until known.
        message: Why the run failed, or was stopped by a limit.
        resumable: Whether going on makes sense after a failure.
        progress: Training metrics, by step.
        evaluations: Test metrics, by step.
        snapshots: Steps whose weights and frames are kept.
        health: How the layers fare, by step.
        diagnoses: What was found wrong, by step; the last one holds. See `findings`.
        changes: What was changed by hand, by step.
        batches: Steps of which one mini-batch was kept in detail.
        control: Bytes of control.jsonl that were obeyed.
        offset: Bytes of events.jsonl that are folded in.
        left_out: How many points of a long run's `progress` and `evaluations` were left out
            when it was read; see `cnnviz.runs.history`.
    """

    recorded: Status = "waiting"
    queued: bool = False
    asked_at: float = 0.0
    alive: bool = False
    total_steps: int = 0
    train_images: int = 0
    test_images: int = 0
    device: str = ""
    threads: int = 0
    ready: bool = False
    process: int = 0
    host: str = ""
    message: str = ""
    resumable: bool = True
    progress: list[Progress] = dataclasses.field(default_factory=list)
    evaluations: list[Evaluation] = dataclasses.field(default_factory=list)
    snapshots: list[int] = dataclasses.field(default_factory=list)
    health: list[Health] = dataclasses.field(default_factory=list)
    diagnoses: list[Diagnosis] = dataclasses.field(default_factory=list)
    changes: list[Change] = dataclasses.field(default_factory=list)
    batches: list[int] = dataclasses.field(default_factory=list)
    control: int = 0
    offset: int = 0
    left_out: int = 0

    @property
    def status(self) -> Status:
        """The recorded status, or `interrupted` when its process is gone.

        A run in line has no process, and needs none.
        """
        if self.recorded == "waiting" and self.queued:
            return "waiting"
        if self.recorded in ACTIVE and not self.alive:
            return "interrupted"
        return self.recorded

    @property
    def active(self) -> bool:
        """Whether a process is at work (or paused) on this run now, or will be in its turn."""
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether a new process could go on where the last one left off."""
        return self.status in ("interrupted", "stopped") or (
            self.status == "failed" and self.resumable
        )

    @property
    def step(self) -> int:
        """Optimiser steps done, as far as recorded."""
        latest = [points[-1].step for points in (self.progress, self.evaluations) if points]
        return max([*latest, *self.snapshots[-1:]], default=0)

    @property
    def seconds(self) -> float:
        """Training time so far, without evaluation and pauses."""
        return self.progress[-1].seconds if self.progress else 0.0

    @property
    def final(self) -> Evaluation | None:
        """The last evaluation on all test images."""
        everything = (e for e in reversed(self.evaluations) if e.images == self.test_images)
        return next(everything, None)

    @property
    def findings(self) -> list[Finding]:
        """What goes wrong, as far as is known now; empty when all is well."""
        return list(self.diagnoses[-1].findings) if self.diagnoses else []

    def apply(self, event: Event) -> None:
        """Fold in one event.

        A status with a step supersedes what was recorded past that step: a process
        that resumes from a checkpoint repeats the steps that the last one lost.

        Raises:
            RunError: The event has not the fields it should have.
        """
        try:
            _HANDLERS.get(event["event"], _ignore)(self, event)
        except NONSENSE as error:
            raise RunError(
                f"events.jsonl has an event that makes no sense: {shorten(event)}."
            ) from error


def fold(events: Iterable[Event], state: RunState | None = None) -> RunState:
    """The state after these events; `state`, if given, is changed and returned."""
    state = RunState() if state is None else state
    for event in events:
        state.apply(event)
    return state


def _status(state: RunState, event: Event) -> None:
    status = event["status"]
    if status not in get_args(Status):
        raise ValueError(status)
    in_line = state.recorded == "waiting" and state.queued
    if status in ("waiting", "starting") and not in_line:
        state.asked_at = number(event.get("time", 0.0))
    state.recorded = status
    state.ready = state.ready and status != "starting"
    state.queued = True
    state.message = text(event.get("message", ""))
    state.resumable = bool(event.get("resumable", True))
    for name in ("total_steps", "train_images", "test_images", "threads", "process", "control"):
        if name in event:
            setattr(state, name, whole(event[name]))
    for name in ("device", "host"):
        if name in event:
            setattr(state, name, text(event[name]))
    if "step" in event:
        _supersede(state, whole(event["step"]))


def _supersede(state: RunState, step: int) -> None:
    state.progress = [p for p in state.progress if p.step <= step]
    state.evaluations = [e for e in state.evaluations if e.step <= step]
    state.health = [h for h in state.health if h.step <= step]
    state.diagnoses = [d for d in state.diagnoses if d.step <= step]
    state.changes = [c for c in state.changes if c.step <= step]
    state.snapshots = [s for s in state.snapshots if s <= step]
    state.batches = [b for b in state.batches if b <= step]


def _progress(state: RunState, event: Event) -> None:
    _append(state.progress, _point(Progress, event))


def _evaluation(state: RunState, event: Event) -> None:
    confusion = event.get("confusion")
    if confusion is not None:
        confusion = tuple(tuple(map(whole, row)) for row in confusion)
        if any(len(row) != len(confusion) for row in confusion):
            raise ValueError("not a square")
    _append(state.evaluations, dataclasses.replace(_point(Evaluation, event), confusion=confusion))


def _snapshot(state: RunState, event: Event) -> None:
    step = whole(event["step"])
    state.snapshots = [*(s for s in state.snapshots if s < step), step]


def _thinned(state: RunState, event: Event) -> None:
    step = whole(event["step"])
    state.snapshots = [s for s in state.snapshots if s != step]


def _health(state: RunState, event: Event) -> None:
    layers = tuple(
        LayerHealth(
            name=text(layer["name"]),
            gradient=number(layer["gradient"]),
            ratio=number(layer["ratio"]),
            dead=None if layer["dead"] is None else number(layer["dead"]),
        )
        for layer in event["layers"]
    )
    _append(state.health, Health(whole(event["step"]), layers))


def _diagnosis(state: RunState, event: Event) -> None:
    findings = tuple(
        Finding(text(f["kind"]), text(f["text"]), text(f["advice"])) for f in event["findings"]
    )
    _append(state.diagnoses, Diagnosis(whole(event["step"]), findings))


def _changed(state: RunState, event: Event) -> None:
    values = {k: number(event[k]) for k in ("learning_rate", "pace") if k in event}
    state.changes.append(Change(whole(event["step"]), **values))


def _batch(state: RunState, event: Event) -> None:
    step = whole(event["step"])
    state.batches = [*(b for b in state.batches if b < step), step]


def _threads(state: RunState, event: Event) -> None:
    state.threads, state.device = whole(event["threads"]), text(event["device"])


def _ready(state: RunState, _event: Event) -> None:
    state.ready = True


def _ignore(_state: RunState, _event: Event) -> None:
    """An event of a later version says nothing to this one."""


def _point(cls: type[Any], event: Event) -> Any:
    """An instance of `cls` from the event's fields of the same names.

    What other numbers there are beside the loss are the measures of the run's task; without any,
    it is the accuracy.
    """
    measures = {
        name: number(value)
        for name, value in event.items()
        if name not in _KNOWN[cls] and is_number(value)
    }
    if measures and "accuracy" not in event:
        values = {name: read(event[name]) for name, read in _READ[cls] if name != "accuracy"}
        return cls(**values, accuracy=math.nan, measures=measures)
    return cls(**{name: read(event[name]) for name, read in _READ[cls]})


def _append(points: list[Any], point: Any) -> None:
    # The same step again (the full test after the last partial one) replaces the old.
    while points and points[-1].step >= point.step:
        points.pop()
    points.append(point)


_READ: dict[type, list[tuple[str, Callable[[object], float]]]] = {
    cls: [
        (field.name, {"int": whole, "float": number}[str(field.type)])
        for field in dataclasses.fields(cls)
        if field.type in ("int", "float")
    ]
    for cls in (Progress, Evaluation)
}

_KNOWN = {cls: {"event", "time", *(name for name, _ in fields)} for cls, fields in _READ.items()}

_HANDLERS = {
    "status": _status,
    "step": _progress,
    "evaluation": _evaluation,
    "snapshot": _snapshot,
    "thinned": _thinned,
    "health": _health,
    "diagnosis": _diagnosis,
    "changed": _changed,
    "batch": _batch,
    "threads": _threads,
    "ready": _ready,
}
