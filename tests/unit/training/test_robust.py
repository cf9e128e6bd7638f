"""It does not break: trainers killed at any moment, and disks that are full."""

import contextlib
import functools
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch

from cnnviz.runs import create_run, list_runs
from cnnviz.training.engines import line
from tests.unit.training.trainers import hurry

PATIENCE = 120


@pytest.fixture
def begin(train):
    """Starts a process that trains a run, and returns its id."""

    def start(run, *, savings=10.0, file_size=None):
        return train(run, prepare=functools.partial(hurry, savings, file_size)).pid

    return start


@pytest.fixture
def over(until):
    """Waits for the end of a run that has begun."""

    def wait(run):
        return until(run, lambda s: s.offset > 0 and not s.active, PATIENCE)

    return wait


def wait_for_training(run, id):
    """Until a process has begun to train a run, or has ended."""
    while (process := Path(f"/proc/{id}")).exists():
        events = run.events()[0]
        mine = [i for i, e in enumerate(events) if e.get("process") == id]
        if mine and any(e.get("status") == "running" for e in events[mine[-1] :]):
            return
        time.sleep(0.005)
    assert not process.exists()


def kill(id):
    """Whether there was anything to kill."""
    try:
        os.kill(id, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def ended(id):
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{id}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check_readable(run):
    """Everything that a page reads is there, whole, and says the same."""
    assert run.problem is None
    state = run.state()
    assert state.status in ("interrupted", "finished")
    for step in state.snapshots:
        weights = run.load_snapshot(step)
        assert all(torch.isfinite(t).all() for t in weights.values())
        assert (run.path / "frames" / f"{step}.safetensors").stat().st_size > 1000
    if (run.path / "checkpoint.safetensors").exists():
        weights = {f"model.{name}" for name in run.load_snapshot(state.snapshots[0])}
        assert weights <= run.load("checkpoint.safetensors").keys()
    assert [p.step for p in state.progress] == sorted({p.step for p in state.progress})
    return state


def test_killed_at_ten_random_moments(new_run, begin, over):
    """Whatever a process was doing when it died, the run ends with the weights of one that lived.

    Checkpoints come every 0.1 s here, so that kills fall into all that is written, and each
    process gets a little further.
    """
    moments = random.Random(20)
    recipes = [
        ("gap", {"epochs": 12.0, "shift": 1, "flip": True, "optimiser": "adamw"}),
        ("vgg", {"epochs": 6.0}),  # each of its steps takes many times as long
    ]
    for seed, (network, recipe) in enumerate(recipes):
        recipe |= {"batch_size": 64, "seed": seed}
        unbroken = new_run(network, **recipe)
        began = time.time()
        begin(unbroken)
        assert over(unbroken).status == "finished"
        at = {e["status"]: e["time"] for e in unbroken.events()[0] if e["event"] == "status"}
        loading, training = at["running"] - began, at["finished"] - at["running"]
        kills, went_on = 0, False
        while kills < 5:  # once around, unless the machine has become faster meanwhile
            broken = new_run(network, **recipe)
            while True:
                child = begin(broken, savings=0.1)
                if kills < 5:
                    if moments.random() < 0.4:
                        time.sleep(moments.uniform(0, loading))
                    else:
                        wait_for_training(broken, child)
                        time.sleep(moments.uniform(0, training / 12))
                    kills += kill(child)
                ended(child)
                begun = (broken.path / "events.jsonl").exists()
                if begun and check_readable(broken).status == "finished":
                    break
                assert not broken.is_alive()
            running = [e["step"] for e in broken.events()[0] if e.get("status") == "running"]
            went_on |= max(running) > 0
            state = broken.state()
            ours, theirs = (run.load_snapshot(state.total_steps) for run in (broken, unbroken))
            assert ours.keys() == theirs.keys()
            for name, tensor in theirs.items():
                assert torch.equal(ours[name], tensor), (network, name)
            assert state.final.confusion == unbroken.state().final.confusion
        assert went_on, "no process went on where another had died"


def test_a_file_that_may_not_grow_stops_the_run_with_a_sentence(new_run, begin, over):
    """The limit lets small files through and refuses the checkpoint, as a quota may."""
    run = new_run("vgg", epochs=900.0, batch_size=32)
    plenty = new_run("vgg", epochs=1.0, batch_size=512)
    begin(plenty)
    over(plenty)
    sizes = {
        name: (plenty.path / name).stat().st_size
        for name in ("snapshots/0.safetensors", "checkpoint.safetensors")
    }
    limit = (sizes["snapshots/0.safetensors"] + sizes["checkpoint.safetensors"]) // 2
    child = begin(run, savings=0.2, file_size=limit)
    ended(child)
    state = run.state()
    assert state.status == "failed"
    assert "could not be written" in state.message
    assert "free some space" in state.message
    assert state.can_resume
    assert 0 in state.snapshots
    check_kept(run, state)
    # There is room again.
    begin(run, savings=0.2)
    deadline = time.monotonic() + PATIENCE
    while not (run.path / "checkpoint.safetensors").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run.control("stop")
    assert over(run).status == "stopped"


def check_kept(run, state):
    for step in state.snapshots:
        assert run.load_snapshot(step)
    leftovers = [p for p in run.path.rglob(".*") if p.name != ".ballast"]
    assert leftovers == [], "half-written files are left"
    assert not (run.path / ".ballast").exists()


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A disk of 8 MB for the runs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("only root can mount a small disk")
    monkeypatch.setenv("CNNVIZ_RUNS", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    """Leave no room on it; returns the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1024))
    assert shutil.disk_usage(disk).free == 0
    return filler


def test_a_full_disk_stops_the_run_with_a_sentence(small_disk, new_run, begin, over, until):
    run = new_run(epochs=900.0, batch_size=32)
    begin(run, savings=0.2)
    until(run, lambda s: s.step > 0)
    filler = fill(small_disk)
    state = over(run)
    assert state.status == "failed"
    assert "could not be written" in state.message
    assert state.can_resume
    assert state.snapshots
    check_kept(run, state)
    assert [r.problem for r in list_runs()] == [None]
    # There is room again.
    filler.unlink()
    begin(run, savings=0.2)
    later = until(run, lambda s: s.status == "running" and s.step > state.step)
    assert later.alive
    run.control("stop")
    assert over(run).status == "stopped"


def test_a_disk_that_is_full_from_the_start_is_said(small_disk, new_config):
    from cnnviz.runs import RunError
    from cnnviz.training import start

    run = create_run(new_config())
    fill(small_disk)
    with pytest.raises(RunError, match=r"No space|written"):
        start(new_config())
    assert [r.id for r in list_runs()] == [run.id]
    with pytest.raises(RunError, match="No space"):
        line.enter(run)
