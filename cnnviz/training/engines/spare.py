"""A process kept ready: it has imported torch, warmed it up, and waits for a run.

A click then shows its first frame at once. The ready process reads one line from its
standard input: the run's folder and the settings of the moment. Until then it ends with
whoever made it, because its input closes; from then on it is a trainer like any other.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from typing import TYPE_CHECKING

from cnnviz.runs import RunError, list_runs
from cnnviz.runs.config import OWN_DATASET
from cnnviz.training.engines.base import TrainingError
from cnnviz.training.engines.process import spawn

if TYPE_CHECKING:
    from cnnviz.runs import Run

# The first seconds of a run that was just started belong to it.
_REST_SECONDS = 5.0


class Spares:
    """At most one ready process, and another in the making some time after it is taken."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._warm = threading.Event()
        self._timer: threading.Timer | None = None
        self._wanted = False

    def warm(self) -> None:
        """Begin to keep a process ready."""
        with self._guard:
            self._wanted = True
            self._make()

    def wait(self, patience: float) -> bool:
        """Whether one is ready, or becomes so within some seconds."""
        return self._warm.wait(patience)

    def take(self, run: Run) -> subprocess.Popen[bytes] | None:
        """Give a run to the ready process; None if there is none.

        One that is still warming up, at low priority, is no quicker than a new one.
        """
        with self._guard:
            process, ready = self._process, self._warm.is_set()
            if process is not None and process.poll() is not None:
                process, self._process = None, None
            if process is None or not ready:
                self._schedule()
                return None
            self._process = None
            self._warm.clear()
            self._schedule()
        order = {"run": str(run.path.resolve()), "environ": run_settings()}
        assert process.stdin is not None
        try:
            with process.stdin:
                process.stdin.write(json.dumps(order).encode() + b"\n")
        except OSError:
            return None
        return process

    def close(self) -> None:
        """Let the ready process go, and make no more."""
        with self._guard:
            self._wanted = False
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            process, self._process = self._process, None
            self._warm.clear()
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _schedule(self) -> None:
        if self._wanted and self._process is None and self._timer is None:
            self._timer = threading.Timer(_REST_SECONDS, self._make_later)
            self._timer.daemon = True
            self._timer.start()

    def _make_later(self) -> None:
        with self._guard:
            self._timer = None
            if self._wanted:
                self._make()

    def _make(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._warm.clear()
        with contextlib.suppress(TrainingError):
            self._process = process = spawn(
                ["--spare", _likely_dataset()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            said = process.stdout.readline()
        with self._guard:
            if said and self._process is process:
                self._warm.set()


def run_settings() -> dict[str, str]:
    """What a run started now would find in its environment."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("CNNVIZ_") or name == "OMP_NUM_THREADS"
    }


def _likely_dataset() -> str:
    """The data set of the newest run: most people stay with one."""
    for run in list_runs():
        with contextlib.suppress(RunError):
            if run.config.dataset != OWN_DATASET:
                return run.config.dataset
    return "digits"
