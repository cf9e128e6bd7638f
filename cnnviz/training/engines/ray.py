"""Runs as Ray tasks, on a folder that all nodes see at the same path.

A run that Ray has no room for yet stays `waiting`: its task is in Ray's own queue. Who
submitted it holds the lock `.claim` in the run's folder until the task is over, so that of
several servers one does, and another takes over when that one dies. (Ray ends the tasks of
a driver that dies: those runs are then interrupted, and can be resumed.)
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.runs import Run, RunError, lock
from cnnviz.runs.state import ACTIVE
from cnnviz.training.engines import line
from cnnviz.training.engines.base import TrainingError
from cnnviz.training.engines.dispatcher import Dispatcher
from cnnviz.training.engines.process import PROJECT
from cnnviz.training.engines.settings import chosen_slots, ray_cpus, ray_gpus
from cnnviz.training.engines.spare import run_settings

if TYPE_CHECKING:
    from cnnviz.runs import RunConfig

_log = logging.getLogger(__name__)

_CLAIM = ".claim"
_LOOK_SECONDS = 0.25
_LISTEN_SECONDS = 1.0
_CANCEL_SECONDS = 4.0
_LINE_PATIENCE = 30.0
# Nothing goes through Ray's object store; by default it would take a third of the memory.
_STORE_BYTES = 100 * 2**20


class RayEngine(Dispatcher):
    """Each run a Ray task; the cluster is that of `RAY_ADDRESS`, or one on this machine."""

    def __init__(self) -> None:
        super().__init__()
        try:
            import ray  # noqa: F401, PLC0415 - optional
        except ImportError as error:
            raise TrainingError(
                "CNNVIZ_ENGINE is ray, but Ray is not installed: "
                "pip install -r requirements-ray.txt."
            ) from error
        self._guard = threading.Lock()
        self._tasks: dict[str, Any] = {}

    def warm(self) -> None:
        """Connect to the cluster."""
        try:
            self._connect()
        except TrainingError as error:
            _log.warning("%s", error)

    def _connect(self) -> Any:
        """Ray, connected.

        Raises:
            TrainingError: There is no such cluster.
        """
        import ray  # noqa: PLC0415

        with self._guard:
            if not ray.is_initialized():
                address = os.environ.get("RAY_ADDRESS") or None
                own: dict[str, Any] = {
                    "include_dashboard": False,
                    "object_store_memory": _STORE_BYTES,
                }
                try:
                    ray.init(
                        address,
                        log_to_driver=False,
                        logging_level=logging.WARNING,
                        **({} if address else own),
                    )
                except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                    where = f"at {address}" if address else "on this machine"
                    raise TrainingError(f"There is no Ray {where}: {error}") from error
        return ray

    def _at_work(self, run: Run) -> bool:
        return lock.is_held(run.path / _CLAIM) or run.is_alive()

    def _has_room(self, busy: list[RunConfig]) -> bool:
        """Ray knows its own room; `CNNVIZ_SLOTS` may allow less."""
        ray_gpus()
        allowed = chosen_slots()
        return allowed is None or len(busy) < allowed

    def _launch(self, run: Run) -> None:
        ray = self._connect()
        gpus = ray_gpus()
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(lock.hold(run.path / _CLAIM))
            except BlockingIOError as error:
                raise TrainingError("Another server has already submitted this run.") from error
            try:
                since = line.waiting_since(run)
                threads = run.state().threads or _threads(ray, run.config.threads)
                task = ray.remote(_train_in_folder).options(
                    name=run.id,
                    num_cpus=threads,
                    num_gpus=gpus,
                    max_retries=0,
                    runtime_env={"env_vars": {"PYTHONPATH": str(PROJECT)}},
                )
                reference = task.remote(str(run.path.resolve()), threads, run_settings())
            except ray.exceptions.RayError as error:
                raise TrainingError(f"Ray could not take the run: {error}") from error
            claim = stack.pop_all()
        self._tasks[run.id] = reference
        watcher = threading.Thread(
            target=self._watch,
            args=(ray, run, reference, claim, since),
            name=f"ray-{run.id}",
            daemon=True,
        )
        watcher.start()

    def _watch(
        self, ray: Any, run: Run, task: Any, claim: contextlib.ExitStack, since: float | None
    ) -> None:
        """Hold the claim until a task is over, then see that its run says how it ended."""
        reason = ""
        try:
            with claim:
                while not ray.wait([task], timeout=_LOOK_SECONDS)[0]:
                    if line.waiting_since(run) is None and not run.is_alive():
                        # Stopped while in Ray's queue, maybe through another server; or
                        # between two events of its process, where this does no harm.
                        self._withdraw(ray, run, task)
                ray.get(task)
                reason = "its process ended immediately; see log.txt in its folder."
        except Exception as error:  # noqa: BLE001 - Ray has many ways to say that it failed
            reason = str(error).strip().splitlines()[-1:][0] if str(error).strip() else "no reason."
        finally:
            self._tasks.pop(run.id, None)
        with contextlib.suppress(line.BusyError, RunError, OSError), line.hold(_LINE_PATIENCE):
            if line.waiting_since(run) == since:  # else it went back into the line by itself
                line.leave(run, "failed", f"Ray could not train this run: {reason}")

    def _withdraw(self, ray: Any, run: Run, task: Any) -> None:
        if run.state().recorded not in ACTIVE:
            ray.cancel(task)

    def _end(self, run: Run) -> None:
        """The control file has been written; then Ray's cancel, then its kill."""
        task = self._tasks.get(run.id)
        if task is None or self._gone(run, _LISTEN_SECONDS):
            return
        ray = self._connect()
        ray.cancel(task)
        if self._gone(run, _CANCEL_SECONDS):
            return
        ray.cancel(task, force=True)
        if self._gone(run, _CANCEL_SECONDS):
            with contextlib.suppress(RunError, OSError), run.writing() as writer:
                if run.state().recorded in ACTIVE:
                    writer.write("status", status="stopped")

    def _gone(self, run: Run, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while self._at_work(run):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def _threads(ray: Any, asked: int) -> int:
    """Cores to ask for: not more than the largest node has, or the run would wait forever."""
    largest = max(
        (node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0
    )
    return max(1, min(asked or ray_cpus(), int(largest) or 1))


def _train_in_folder(path: str, threads: int, settings: dict[str, str]) -> int:
    """What the task does, on its node."""
    from cnnviz.training.worker import train  # noqa: PLC0415

    os.environ.update(settings)
    run = Run(Path(path))
    with (
        (run.path / "log.txt").open("a", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        return train(run, threads, in_line=True)
