"""Runs on digits, and real training processes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cnnviz.datasets import load_dataset
from cnnviz.runs import Recipe, create_run
from cnnviz.training.config import make_config


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("cnnviz.runs.folder.SHIPPED", tmp_path / "shipped")
    return tmp_path / "runs"


@pytest.fixture(scope="session")
def digits():
    return load_dataset("digits")


@pytest.fixture
def new_run(digits):
    def make(network="gap", **recipe):
        return create_run(make_config(digits, network, Recipe(**recipe)))

    return make


@pytest.fixture
def train(root_folder):
    """Starts `python -m cnnviz.training` on a run; what still runs at the end is killed."""
    processes = []

    def begin(run, threads=1):
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnviz.training", str(run.path)],
            cwd=root_folder,
            env=os.environ | {"OMP_NUM_THREADS": str(threads)},
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


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
