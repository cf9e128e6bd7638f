"""Runs on digits, and real training processes."""

import dataclasses
import os
import signal
import subprocess
import time

import pytest

from cnnviz.datasets import load_dataset
from cnnviz.runs import Recipe, create_run, list_runs
from cnnviz.training.config import make_config
from cnnviz.training.engines import close_engines
from cnnviz.training.engines.process import kill, spawn, trainer_of
from tests.unit.training.trainers import Forked


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that wait for each other on a busy machine take longer than one alone."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("cnnviz.runs.folder.SHIPPED", tmp_path / "shipped")
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def own_engine(root, monkeypatch):
    """Each test has its own engine with the default settings; nothing outlives it."""
    for name in ("ENGINE", "SLOTS", "VIEWER_RUNS"):
        monkeypatch.delenv(f"CNNVIZ_{name}", raising=False)
    yield
    close_engines()
    for run in list_runs():
        if (trainer := trainer_of(run)) is not None:
            kill(trainer)


@pytest.fixture(autouse=True)
def forked(monkeypatch):
    """Engines start processes that need not import torch; see `trainers.py`."""
    monkeypatch.setattr("cnnviz.training.engines.process.spawn", Forked)
    monkeypatch.setattr("cnnviz.training.engines.spare.spawn", Forked)


@pytest.fixture
def cold(forked, monkeypatch):
    """Engines start `python -m cnnviz.training`, as they do outside of tests."""
    monkeypatch.setattr("cnnviz.training.engines.process.spawn", spawn)
    monkeypatch.setattr("cnnviz.training.engines.spare.spawn", spawn)


@pytest.fixture(scope="session")
def digits():
    return load_dataset("digits")


@pytest.fixture
def new_run(digits):
    def make(network="gap", **recipe):
        return create_run(make_config(digits, network, Recipe(**recipe)))

    return make


@pytest.fixture
def new_config(digits):
    """A config on digits; `LONG` in the tests lasts until somebody stops it."""

    def make(network="gap", *, owner="", group="", threads=0, max_seconds=0.0, **recipe):
        return dataclasses.replace(
            make_config(digits, network, Recipe(**recipe)),
            owner=owner,
            group=group,
            threads=threads,
            max_seconds=max_seconds,
        )

    return make


@pytest.fixture
def train(monkeypatch):
    """Starts a process that trains a run; what still runs at the end is killed."""
    processes = []

    def begin(run, threads=1, prepare=None):
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        with monkeypatch.context() as patch:
            patch.setenv("OMP_NUM_THREADS", str(threads))
            processes.append(Forked([str(run.path)], **streams, prepare=prepare))
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def root_folder(root, request):
    return request.config.rootpath


@pytest.fixture
def until():
    """Waits for a condition on the state of a run, and returns the state."""

    def wait(run, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            state = run.state()
            if condition(state):
                return state
            assert time.monotonic() < deadline, f"still {state.status} at step {state.step}"
            time.sleep(0.02)

    return wait


@pytest.fixture
def ended(until):
    """Waits for the end of a run's process, then kills it if it has not come."""

    def wait(run, seconds=120):
        try:
            return until(run, lambda s: s.recorded != "waiting" and not s.active, seconds)
        finally:
            state = run.state()
            if state.alive:
                os.kill(state.process, signal.SIGKILL)

    return wait
