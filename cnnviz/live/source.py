"""One run's folder as the broadcast reads it: in threads, and nothing outside the folder."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any

from cnnviz.live.log import CHUNK, Message, cut, encode
from cnnviz.numbers.formatting import isolated
from cnnviz.runs import RunError
from cnnviz.runs.events import parse_event
from cnnviz.runs.history import LONG, read_history
from cnnviz.runs.votes import FILE as QUESTIONS
from cnnviz.runs.votes import read_questions

if TYPE_CHECKING:
    from pathlib import Path

    from cnnviz.runs import Run, RunConfig
    from cnnviz.runs.questions import Question

MAX_FRAME = 8_000_000
MAX_SNAPSHOT = 8_500_000
"""Two million numbers in single precision, and the header."""
_READ = 8_000_000


class RunGoneError(Exception):
    """The run's folder no longer exists."""


@dataclasses.dataclass(frozen=True)
class News:
    """What was found in the folder since the last look.

    Attributes:
        lines: Whole lines of events.jsonl, as they are.
        events: The same, parsed.
        alive: Whether a process trains the run.
        name: What people call the run.
        more: Whether there was more than one look takes.
    """

    lines: bytes
    events: list[dict[str, Any]]
    alive: bool
    name: str
    more: bool = False


def _asked(config: RunConfig) -> dict[str, Any]:
    """The task of a network that does not classify, and the title of the loss it minimises."""
    from cnnviz.training.tasks import task_of  # noqa: PLC0415 - torch comes with it

    task = task_of(config)
    return {"task": task.told(), "loss": task.loss_named(config.loss).title}


class Source:
    """Reads one run. Everything here may block, so it is called in threads."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._probes_at: tuple[int, int] | None = None
        self._questions_at: tuple[int, int] | None = None
        self._name_at: tuple[int, int] | None = None
        self._known_as = ""

    def describe(self) -> dict[str, Any]:
        """What never changes about the run, for the first message; layers included.

        Raises:
            RunError: The run cannot be read.
            RunGoneError: It was deleted.
        """
        # Torch comes with it, so it must not be needed to start the server.
        from cnnviz.networks import summary  # noqa: PLC0415

        if not self.run.path.is_dir():
            raise RunGoneError
        for name in ("run.json", "events.jsonl"):
            # Before anything quotes a line of it.
            if os.path.lexists(self.run.path / name) and self._inside(name) is None:
                raise RunError(f"{name} is not a file of this run.")
        if problem := self.run.problem:
            raise RunError(problem)
        config = self.run.config
        try:
            layers = summary(config.spec, config.input_shape)
        except ValueError as error:
            raise RunError(f"The network in run.json makes no sense: {error}") from error
        given = config.to_json()
        names = ("dataset", "dataset_title", "network", "input_shape", "recipe")
        later = (
            "network_title",
            "group",
            "based_on",
            "variant",
            "pace",
            "created",
            "threads",
            "max_seconds",
        )
        return {
            "id": self.run.id,
            "name": self._name(),
            "title": config.title,
            **{name: given[name] for name in (*names, *later) if name in given},
            "classes": [isolated(name) for name in config.classes],
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "output_shape": layer.output_shape,
                    "parameters": layer.parameters,
                    "macs": layer.macs,
                    "receptive_field": layer.receptive_field,
                }
                for layer in layers
            ],
            "parameters": sum(layer.parameters for layer in layers),
            "macs": sum(layer.macs for layer in layers),
            "shipped": self.run.shipped,
            **({} if config.task == "classify" else _asked(config)),
        }

    def poll(self, after: int) -> News:
        """Look for whole lines past a byte offset.

        Raises:
            RunError: The events are mangled.
            RunGoneError: The run was deleted.
            OSError: The disk refused.
        """
        # Asked before reading: a process that ends in between has then written its end.
        alive = self.run.is_alive()
        try:
            lines = self._read("events.jsonl", after, _READ)
        except (RunError, OSError):
            if not self.run.path.is_dir():
                raise RunGoneError from None
            raise
        if not lines and not self.run.path.is_dir():
            raise RunGoneError
        more = len(lines) == _READ
        end = lines.rfind(b"\n") + 1
        if more and not end:
            raise RunError("events.jsonl has a line that is too long.")
        lines = lines[:end]
        # One bad line would spoil every message it is in.
        events = [parse_event(line) for line in lines.split(b"\n")[:-1]]
        return News(lines, events, alive, self._name(), more)

    def history(self) -> tuple[list[bytes], int] | None:
        """The events of a long run, thinned, and the byte offset after them.

        None for a run that is short enough to be sent as it is.

        Raises:
            RunError: The events are mangled.
            OSError: The disk refused.
        """
        stamp = self._stamp("events.jsonl")
        if stamp is None or stamp[1] <= LONG or self._inside("events.jsonl") is None:
            return None
        lines, offset, _ = read_history(self.run.path)
        return lines, offset

    def older(self, position: int, end: int) -> Message:
        """The events from a position on that are no longer in the log in memory.

        Raises:
            RunError: The file changed under us.
            OSError: The disk refused.
        """
        lines = self._read("events.jsonl", position, min(end - position, _READ))
        lines = cut(lines[: lines.rfind(b"\n") + 1], CHUNK)
        if not lines:
            raise RunError("events.jsonl has a line that is too long.")
        return encode(lines, position + len(lines))

    def begins_line(self, position: int) -> bool:
        """Whether a line begins at this byte offset, or would once it is written."""
        if position == 0:
            return True
        try:
            return self._read("events.jsonl", position - 1, 1) == b"\n"
        except (OSError, RunError):
            return False

    def frame(self, step: int) -> bytes | None:
        """A frame's file as it is; None when it is gone (or no frame)."""
        try:
            data = self._read(f"frames/{step}.safetensors", 0, MAX_FRAME + 1)
        except (OSError, RunError):
            return None
        return data if 8 < len(data) <= MAX_FRAME else None

    def snapshot_tag(self, step: int) -> str | None:
        """What tells a snapshot's file from another of the same step; None when there is none."""
        name = f"snapshots/{step}.safetensors"
        stamp = self._stamp(name)
        if stamp is None or self._inside(name) is None or stamp[1] > MAX_SNAPSHOT:
            return None
        return f'"{step}-{stamp[0]:x}-{stamp[1]:x}"'

    def snapshot(self, step: int) -> bytes | None:
        """A snapshot's file as it is; None when it is gone, or too large to be sent."""
        try:
            data = self._read(f"snapshots/{step}.safetensors", 0, MAX_SNAPSHOT + 1)
        except (OSError, RunError):
            return None
        return data if 8 < len(data) <= MAX_SNAPSHOT else None

    def aside(self) -> tuple[str | None, Question | None]:
        """What rarely changes: the message with the probe images, and the newest question.

        None stands for what has not changed since the last call.

        Raises:
            RunError: The questions cannot be read.
        """
        return self._probes(), self._question()

    def _probes(self) -> str | None:
        stamp = self._stamp("probes.safetensors")
        if stamp is None or stamp == self._probes_at:
            return None
        from safetensors import SafetensorError  # noqa: PLC0415
        from safetensors.numpy import load  # noqa: PLC0415

        try:
            tensors = load(self._read("probes.safetensors", 0, MAX_FRAME))
            images, labels = tensors["images"], tensors["labels"]
        except (OSError, RunError, SafetensorError, KeyError):
            return None
        self._probes_at = stamp
        asked: dict[str, Any] = {"labels": labels.tolist()}
        if labels.ndim > 1:  # pictures are asked for, not classes
            asked = {"labels": None, "targets": base64.b64encode(labels.tobytes()).decode()}
            asked["targets_shape"] = labels.shape
        return json.dumps(
            {
                "type": "probes",
                "shape": images.shape,
                "images": base64.b64encode(images.tobytes()).decode(),
                **asked,
            }
        )

    def _question(self) -> Question | None:
        stamp = self._stamp(QUESTIONS)
        if stamp is None or stamp == self._questions_at or self._inside(QUESTIONS) is None:
            return None
        self._questions_at = stamp
        questions = read_questions(self.run)
        return questions[-1] if questions else None

    def _name(self) -> str:
        stamp = self._stamp("name.txt")
        if not self._known_as or stamp != self._name_at:
            self._name_at = stamp
            own = stamp is not None and self._inside("name.txt") is not None
            self._known_as = self.run.name if own else self.run.config.title
        return self._known_as

    def _inside(self, name: str) -> Path | None:
        """The path of a file of the run; None when it is missing or leads out of the folder."""
        path = self.run.path / name
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a link that leads to itself
            return None
        if not real.is_file() or not real.is_relative_to(self.run.path.resolve()):
            return None
        return real

    def _read(self, name: str, after: int, size: int) -> bytes:
        """Up to `size` bytes of a file of the run; none when it is missing."""
        path = self.run.path / name
        try:
            length = path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            length = 0
        if length < after:
            raise RunError(f"{path.name} is shorter than it was.")
        if length == after:
            return b""
        real = self._inside(name)
        if real is None:
            raise RunError(f"{path.name} is not a file of this run.")
        with real.open("rb") as file:
            file.seek(after)
            return file.read(size)

    def _stamp(self, name: str) -> tuple[int, int] | None:
        try:
            found = os.stat(self.run.path / name)  # noqa: PTH116 - called many times a second
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
