"""Runs on disk: make, find, read, control and delete them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import secrets
import shutil
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.runs import lock
from cnnviz.runs.config import RunConfig, RunError
from cnnviz.runs.events import Command, Event, EventWriter, append_command, read_lines
from cnnviz.runs.state import RunState, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "runs"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def runs_root() -> Path:
    """Where runs are kept: `CNNVIZ_RUNS`, else the user's own data folder."""
    if chosen := os.environ.get("CNNVIZ_RUNS"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "cnnviz" / "runs"


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
            data = json.loads((self.path / "run.json").read_bytes())
        except OSError as error:
            raise RunError(f"run.json cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise RunError("run.json is not JSON.") from error
        return RunConfig.from_json(data)

    @property
    def problem(self) -> str | None:
        """Why this run cannot be read, or None when it can."""
        try:
            _ = self.config
            self.state()
        except RunError as error:
            return str(error)
        return None

    def is_alive(self) -> bool:
        """Whether a training process is at work on this run."""
        return not self.shipped and lock.is_held(self.path / "lock")

    def events(self, after: int = 0) -> tuple[list[Event], int]:
        """The events past a byte offset, and the offset to go on from.

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
        events, offset = self.events(state.offset)
        fold(events, state)
        state.offset = offset
        state.alive = alive
        return state

    def snapshot_steps(self) -> list[int]:
        """Steps whose weights can be loaded, in order."""
        return [step for step in self.state().snapshots if self.snapshot_path(step).is_file()]

    def snapshot_path(self, step: int) -> Path:
        """Where the weights of a step are."""
        return self.path / "snapshots" / f"{step}.safetensors"

    def load_snapshot(self, step: int) -> dict[str, Tensor]:
        """The weights and buffers after `step` optimiser steps, for `load_state_dict`.

        Raises:
            RunError: There is no such snapshot, or it is damaged.
        """
        return self.load(f"snapshots/{step}.safetensors")

    def load_current(self) -> dict[str, Tensor]:
        """The newest weights, from the checkpoint: they change about once a second.

        Raises:
            RunError: There is no checkpoint yet, or it is damaged.
        """
        tensors = self.load("checkpoint.safetensors")
        return {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}

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
            tensors: dict[str, Tensor] = load((self.path / name).read_bytes())
        except FileNotFoundError as error:
            raise RunError(f"This run has no {name}.") from error
        except (OSError, SafetensorError) as error:
            raise RunError(f"{name} of this run cannot be read: {error}") from error
        return tensors

    def control(self, command: Command) -> None:
        """Ask the training process to pause, resume or stop.

        Raises:
            RunError: The run is read-only, or the disk refused.
        """
        if self.shipped:
            raise RunError("This run came with cnnviz and is read-only.")
        try:
            append_command(self.path / "control.jsonl", command)
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
                raise RunError("Another process trains this run already.") from error
            writer = EventWriter(self.path / "events.jsonl")
            stack.callback(writer.close)
            yield writer

    def write_tensors(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Write a safetensors file of the run, complete or not at all.

        Raises:
            OSError: The disk refused.
        """
        from safetensors.torch import save  # noqa: PLC0415

        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        replace_file(path, save(tensors))


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new.

    Raises:
        OSError: The disk refused; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def create_run(config: RunConfig, *, tensors: dict[str, Tensor] | None = None) -> Run:
    """Make a new run's folder; it appears complete or not at all.

    Args:
        config: What is asked; `created` is filled in.
        tensors: The data set, for one that is not found by its id; written to
            `data.safetensors`.

    Raises:
        RunError: The folder cannot be written.
    """
    now = dt.datetime.now().astimezone()
    config = dataclasses.replace(config, created=now.isoformat(timespec="seconds"))
    name = f"{now:%Y%m%d-%H%M%S}-{config.dataset}-{config.network}-{secrets.token_hex(2)}"
    root = runs_root()
    building = Run(root / f".{name}")
    try:
        building.path.mkdir(parents=True)
        text = json.dumps(config.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
        replace_file(building.path / "run.json", text.encode() + b"\n")
        if tensors is not None:
            building.write_tensors("data.safetensors", tensors)
        return Run(building.path.rename(root / name))
    except OSError as error:
        shutil.rmtree(building.path, ignore_errors=True)
        raise RunError(f"The run's folder {root} cannot be written: {error.strerror}.") from error


def list_runs() -> list[Run]:
    """All runs, newest first, those shipped with cnnviz last.

    A folder that cannot be read is listed too; its `problem` says why.
    """
    return [*_in(runs_root(), shipped=False), *_in(SHIPPED, shipped=True)]


def _in(root: Path, *, shipped: bool) -> list[Run]:
    try:
        paths = [p for p in root.iterdir() if _ID.fullmatch(p.name) and p.is_dir()]
    except OSError:
        return []
    return [Run(path, shipped=shipped) for path in sorted(paths, reverse=True)]


def open_run(run_id: str) -> Run:
    """Find a run by its id, among the person's runs and the shipped ones.

    Raises:
        RunError: There is none of that name, or it cannot be read.
    """
    if _ID.fullmatch(run_id):
        for root, shipped in ((runs_root(), False), (SHIPPED, True)):
            if (root / run_id).is_dir():
                run = Run(root / run_id, shipped=shipped)
                if problem := run.problem:
                    raise RunError(f"The run {run_id} cannot be read: {problem}")
                return run
    raise RunError(f"There is no run called “{run_id[:100]}”.")


def delete_run(run: Run) -> None:
    """Delete a run for good.

    Raises:
        RunError: It is read-only, being trained, or the disk refused.
    """
    if run.shipped:
        raise RunError("This run came with cnnviz and is read-only.")
    if run.is_alive():
        raise RunError("This run is being trained. Stop it first.")
    doomed = run.path.with_name(f".{run.id}.deleted")
    try:
        # Renamed first, so that no half-deleted folder is ever listed.
        run.path.rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise RunError(f"The run could not be deleted: {error.strerror}.") from error
