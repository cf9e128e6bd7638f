"""One run's folder: reading it, writing it, and sending commands to its training process."""

from __future__ import annotations

import contextlib
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from cnnviz.runs import history, lock
from cnnviz.runs.config import RunConfig, RunError
from cnnviz.runs.events import (
    Command,
    Event,
    EventWriter,
    append_command,
    check_command,
    parse_event,
    read_lines,
)
from cnnviz.runs.files import open_inside, read_inside, replace_file
from cnnviz.runs.state import RunState, fold
from cnnviz.runs.values import NONSENSE, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

_NAME = "name.txt"
_NAME_LENGTH = 80
_NAME_BYTES = 1000


@lru_cache(500)  # each list of runs asks for all of them
def _config(data: bytes) -> RunConfig:
    try:
        values = parse_json(data)
    except ValueError as error:
        raise RunError("run.json is not JSON.") from error
    return RunConfig.from_json(values)


@lru_cache(32)
def _known_state(path: Path, shipped: bool, size: int, alive: bool) -> RunState:  # noqa: ARG001, FBT001 - the key
    return Run(path, shipped=shipped).state()


class Run:
    """One run's folder. Reading never changes it."""

    def __init__(self, path: Path, *, shipped: bool = False) -> None:
        self.path = path
        self.shipped = shipped

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @cached_property
    def config(self) -> RunConfig:
        """What was asked.

        Raises:
            RunError: `run.json` is missing or mangled.
        """
        try:
            return _config(read_inside(self.path, "run.json"))
        except OSError as error:
            raise RunError(f"run.json cannot be read: {error.strerror}.") from error

    @property
    def name(self) -> str:
        """The run's name if somebody gave it one, else its data set and network.

        Raises:
            RunError: Nobody gave it a name, and `run.json` is missing or mangled.
        """
        try:
            with open_inside(self.path, _NAME) as file:
                line = file.readline(_NAME_BYTES).decode("utf-8", "replace")
        except (OSError, RunError):
            line = ""
        given = "".join(c for c in line if c.isprintable()).strip()
        return given[:_NAME_LENGTH] or self.config.title

    def rename(self, text: str) -> None:
        """Name the run; an empty name restores the default.

        Raises:
            RunError: The name is longer than 80 characters or has control characters, the
                run is read-only, or the disk refused.
        """
        self._refuse_if_shipped()
        text = text.strip()
        if len(text) > _NAME_LENGTH:
            raise RunError(f"A name has at most {_NAME_LENGTH} characters, not {len(text)}.")
        if not text.isprintable():
            raise RunError("A name must be a single line of letters, digits and symbols.")
        try:
            replace_file(self.path / _NAME, text.encode() + b"\n")
        except OSError as error:
            raise RunError(f"The name could not be written: {error.strerror}.") from error

    @property
    def problem(self) -> str | None:
        """Why this run cannot be read, or None when it can."""
        try:
            _ = self.config
            self.known_state()
        except RunError as error:
            return str(error)
        return None

    def is_alive(self) -> bool:
        """Whether a training process is currently running for this run."""
        return not self.shipped and lock.is_held(self.path / "lock")

    def events(self, after: int = 0) -> tuple[list[Event], int]:
        """The events after a byte offset, and the offset to continue from.

        Raises:
            RunError: `events.jsonl` is mangled or unreadable.
        """
        try:
            return read_lines(self.path / "events.jsonl", after)
        except OSError as error:
            raise RunError(f"events.jsonl cannot be read: {error.strerror}.") from error

    def state(self, previous: RunState | None = None) -> RunState:
        """Fold the events.

        Args:
            previous: What an earlier call returned: only newer events are read then,
                and the same object comes back, brought up to date.

        Raises:
            RunError: `events.jsonl` is mangled.
        """
        state = RunState() if previous is None else previous
        # Asked before reading: a process that ends in between has then written its end.
        alive = self.is_alive()
        if self._events_size() - state.offset > history.LONG:
            self._fold_history(state)
        else:
            events, offset = self.events(state.offset)
            fold(events, state)
            state.offset = offset
        state.alive = alive
        return state

    def known_state(self) -> RunState:
        """`state()`, remembered until more has happened: nobody may change what all are given.

        Raises:
            RunError: `events.jsonl` is mangled.
        """
        return _known_state(self.path, self.shipped, self._events_size(), self.is_alive())

    def kept_events(self) -> list[Event]:
        """All events; those of a long run thinned, as `cnnviz.runs.history` says.

        Raises:
            RunError: `events.jsonl` is mangled or unreadable.
        """
        if self._events_size() > history.LONG:
            return list(map(parse_event, self._history()[0]))
        return self.events()[0]

    def _history(self) -> tuple[list[bytes], int, int]:
        try:
            return history.read_history(self.path)
        except OSError as error:
            raise RunError(f"events.jsonl cannot be read: {error.strerror}.") from error

    def _events_size(self) -> int:
        try:
            return (self.path / "events.jsonl").stat().st_size
        except OSError:
            return 0

    def _fold_history(self, state: RunState) -> None:
        """Make a state that of all events, read thinned."""
        lines, offset, left_out = self._history()
        found = fold(map(parse_event, lines))
        found.offset, found.left_out = offset, left_out
        vars(state).update(vars(found))

    def snapshot_steps(self) -> list[int]:
        """Steps whose weights can be loaded, in order."""
        return [step for step in self.known_state().snapshots if self.snapshot_path(step).is_file()]

    def snapshot_path(self, step: int) -> Path:
        """Where the weights of a step are."""
        return self.path / "snapshots" / f"{step}.safetensors"

    def load_snapshot(self, step: int) -> dict[str, Tensor]:
        """The weights and buffers after `step` optimiser steps, for `load_state_dict`.

        Raises:
            RunError: There is no such snapshot, or it is damaged.
        """
        return self.load(f"snapshots/{step}.safetensors")

    def frame_steps(self) -> list[int]:
        """Steps whose frame can be loaded, in order."""
        return [step for step in self.known_state().snapshots if self.frame_path(step).is_file()]

    def frame_path(self, step: int) -> Path:
        """Where the frame of a step is: what is seen of its snapshot."""
        return self.path / "frames" / f"{step}.safetensors"

    def load_frame(self, step: int) -> bytes:
        """The frame of a step as it lies on disk; see `cnnviz.inspection.frames`.

        Raises:
            RunError: There is no such frame, or it cannot be read.
        """
        try:
            return read_inside(self.path, f"frames/{step}.safetensors")
        except FileNotFoundError as error:
            raise RunError(f"This run has no frames/{step}.safetensors.") from error
        except OSError as error:
            raise RunError(f"The frame of step {step} cannot be read: {error.strerror}.") from error

    def load_batch(self, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """One mini-batch in detail, with what is said about it.

        Returns:
            Its tensors, and `step`, `filter`, `learning_rate`, `layer` and so on.

        Raises:
            RunError: There is no such batch, or it is damaged.
        """
        name = f"batches/{step}.safetensors"
        tensors = self.load(name)
        try:
            data = read_inside(self.path, name)
            length = int.from_bytes(data[:8], "little")
            about = parse_json(parse_json(data[8 : 8 + length])["__metadata__"]["batch"].encode())
        except (OSError, *NONSENSE) as error:
            raise RunError(f"{name} of this run cannot be read: {error}") from error
        return tensors, about

    def load_probes(self) -> tuple[Tensor, Tensor]:
        """The probe images (P×C×H×W, uint8) and their labels (P, int64).

        Raises:
            RunError: The run has none yet, or they are damaged.
        """
        tensors = self.load("probes.safetensors")
        try:
            return tensors["images"], tensors["labels"]
        except KeyError as error:
            raise RunError(f"probes.safetensors of this run has no {error}.") from error

    def load(self, name: str) -> dict[str, Tensor]:
        """The tensors of one of the run's safetensors files.

        Raises:
            RunError: There is no such file, or it is damaged.
        """
        from safetensors import SafetensorError  # noqa: PLC0415
        from safetensors.torch import load  # noqa: PLC0415

        try:
            tensors: dict[str, Tensor] = load(read_inside(self.path, name))
        except FileNotFoundError as error:
            raise RunError(f"This run has no {name}.") from error
        except (OSError, SafetensorError) as error:
            raise RunError(f"{name} of this run cannot be read: {error}") from error
        return tensors

    def control(self, command: Command, **values: float) -> None:
        """Send a command to the training process.

        Args:
            command: `pause`, `resume`, `stop`; `queue` for a paused run that goes back into the
                line; `step` for one mini-batch while paused; `learning_rate` for another peak;
                `pace` for another speed.
            values: `filter` for `step`: which filter of the first layer to follow; `value`
                for `learning_rate` and for `pace` (steps per second, 0 for no limit).

        Raises:
            RunError: The run is read-only, a value makes no sense, or the disk refused.
        """
        self._refuse_if_shipped()
        check_command({"command": command, **values})
        try:
            append_command(self.path / "control.jsonl", command, **values)
        except OSError as error:
            raise RunError(f"The command could not be written: {error.strerror}.") from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[EventWriter]:
        """Be the one process that trains this run, until the block ends.

        Raises:
            RunError: Another process trains it already.
            OSError: The disk refused.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(lock.hold(self.path / "lock"))
            except BlockingIOError as error:
                raise RunError("Another process is already training this run.") from error
            writer = EventWriter(self.path / "events.jsonl")
            stack.callback(writer.close)
            yield writer

    def write_tensors(
        self, name: str, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None
    ) -> None:
        """Write a safetensors file of the run, complete or not at all.

        Raises:
            OSError: The disk refused.
        """
        from safetensors.torch import save  # noqa: PLC0415

        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        replace_file(path, save(tensors, metadata))

    def write_frame(self, step: int, frame: bytes) -> None:
        """Write what `cnnviz.inspection.frames.make_frame` made, complete or not at all.

        Raises:
            OSError: The disk refused.
        """
        path = self.frame_path(step)
        path.parent.mkdir(exist_ok=True)
        replace_file(path, frame)

    def _refuse_if_shipped(self) -> None:
        if self.shipped:
            raise RunError("This run is a bundled example and is read-only.")
