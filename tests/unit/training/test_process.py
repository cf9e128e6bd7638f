"""Real training processes: learning, killing, resuming, commands, and what goes wrong."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from cnnviz.inspection.frames import read_frame
from cnnviz.runs import RunError, create_run
from cnnviz.training import TrainingError, resume, start, worker
from cnnviz.training.config import make_config
from cnnviz.training.engines.process import spawn_trainer
from tests.unit.training import test_tasks as tasks

# Long enough to be caught in the act, on any machine.
LONG = {"epochs": 900.0, "batch_size": 32}


def final_weights(run):
    return run.load_snapshot(run.state().total_steps)


def test_learns_digits(new_run, cold, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run = new_run(epochs=10, batch_size=32, shift=1)
    assert spawn_trainer(run).wait(120) == 0, (run.path / "log.txt").read_text()
    state = run.state()
    assert state.status == "finished"
    assert state.step == state.total_steps == 10 * 44
    assert state.final.accuracy > 0.9
    assert state.final.images == state.test_images
    assert sum(map(sum, state.final.confusion)) == state.test_images
    assert state.evaluations[0].step == 0
    assert state.evaluations[0].accuracy < 0.4
    assert state.progress[-1].loss < state.progress[0].loss
    assert state.device.startswith("CPU, 1 thread")
    steps = run.snapshot_steps()
    assert (steps[0], steps[-1]) == (0, state.total_steps)
    assert not any(torch.isnan(t).any() for t in run.load_snapshot(steps[-1]).values())
    images, labels = run.load_probes()
    predicted = read_frame(run.load_frame(steps[-1])).predicted
    assert len(images) == len(labels) == len(predicted) == 8
    assert sum(a == b for a, b in zip(predicted, labels.tolist(), strict=True)) >= 6


def test_killed_and_resumed_equals_unbroken_bit_for_bit(new_run, train, until):
    """Other networks and moments: `test_robust.py`."""
    recipe = {"optimiser": "adamw", "shift": 1, "flip": True, "epochs": 4, "batch_size": 32}
    unbroken, broken = new_run(**recipe), new_run(**recipe)
    assert train(unbroken).wait(120) == 0

    process = train(broken)
    until(broken, lambda s: s.step >= 20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with (broken.path / "events.jsonl").open("ab") as file:
        file.write(b'{"event":"step","st')  # as a kill in the middle of a write leaves it
    state = broken.state()
    assert state.status == "interrupted"
    assert 0 < state.step < state.total_steps
    killed_at = state.step

    assert train(broken, threads=2).wait(120) == 0  # goes on with the one thread it had
    state = broken.state()
    assert state.status == "finished"
    assert state.threads == 1
    resumed = [e["step"] for e in broken.events()[0] if e.get("status") == "running"]
    assert resumed[0] == 0
    assert 0 < resumed[1] <= killed_at
    ours, theirs = final_weights(broken), final_weights(unbroken)
    for name, tensor in theirs.items():
        assert torch.equal(ours[name], tensor), name
    # The clock decides which others are kept.
    assert {0, 1, 2, 4, 8, 16, 32, 64, state.total_steps} <= set(broken.snapshot_steps())
    assert state.final.confusion == unbroken.state().final.confusion
    assert state.final.loss == unbroken.state().final.loss


@pytest.mark.parametrize("task", tasks.LINES)
def test_a_killed_run_of_any_task_ends_as_an_unbroken_one(task, train, until):
    whole = tasks.new_run(task, epochs=16)
    assert worker.train(whole, 1) == 0
    broken = tasks.new_run(task, epochs=16, pace=25)  # to be caught in the act
    process = train(broken)
    until(broken, lambda s: s.step >= 20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    killed = broken.state()
    assert killed.status == "interrupted"
    assert 0 < killed.step < killed.total_steps
    assert worker.train(broken, 1) == 0
    begun = [e["step"] for e in broken.events()[0] if e.get("status") == "running"]
    assert 0 < begun[1] <= killed.step
    state, theirs = broken.state(), whole.state()
    assert state.status == "finished"
    assert state.final.measures == theirs.final.measures
    assert state.final.loss == theirs.final.loss
    ours, others = final_weights(broken), final_weights(whole)
    assert ours.keys() == others.keys()
    assert all(torch.equal(ours[name], tensor) for name, tensor in others.items())


def test_pause_resume_stop_and_go_on(new_run, train, until):
    run = new_run(**LONG)
    process = train(run)
    until(run, lambda s: s.step > 0)
    run.control("pause")
    paused = until(run, lambda s: s.status == "paused")
    assert paused.active
    offset = (run.path / "events.jsonl").stat().st_size
    time.sleep(0.5)
    assert (run.path / "events.jsonl").stat().st_size == offset
    run.control("resume")
    until(run, lambda s: s.status == "running" and s.step > paused.step)
    run.control("stop")
    assert process.wait(60) == 0
    state = run.state()
    assert state.status == "stopped"
    assert state.can_resume
    assert state.final is not None
    assert state.step in run.snapshot_steps()

    process = train(run)  # the stop of last time does not stop it again
    until(run, lambda s: s.status == "running" and s.step > state.step)
    assert state.seconds < run.state().seconds
    run.control("pause")
    until(run, lambda s: s.status == "paused")
    run.control("stop")
    assert process.wait(60) == 0
    assert run.state().status == "stopped"


def test_training_outlives_the_process_that_started_it(digits, root_folder, until):
    script = """
import json, sys
from cnnviz.runs import RunConfig
from cnnviz.training import start
print(start(RunConfig.from_json(json.load(sys.stdin))).path)
"""
    config = make_config(digits, "gap")
    config = dataclasses.replace(config, recipe=dataclasses.replace(config.recipe, epochs=900))
    parent = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(config.to_json()),
        capture_output=True,
        text=True,
        cwd=root_folder,
        check=True,
    )
    from cnnviz.runs import list_runs

    (run,) = list_runs()
    assert str(run.path) == parent.stdout.strip()
    state = until(run, lambda s: s.step > 0)
    try:
        assert state.status == "running"
        assert os.getsid(state.process) == state.process
        with pytest.raises(TrainingError, match="already"):
            resume(run)
    finally:
        run.control("stop")
    assert until(run, lambda s: not s.active).status == "stopped"


def test_start_and_resume_leave_no_zombie(digits, until, ended, cold):
    config = make_config(digits, "gap")
    config = dataclasses.replace(config, recipe=dataclasses.replace(config.recipe, epochs=900))
    run = start(config)
    try:
        state = until(run, lambda s: s.step > 0)
        os.kill(state.process, signal.SIGKILL)
        dead = until(run, lambda s: s.status == "interrupted")
        resume(run)
        assert run.state().process != dead.process
        until(run, lambda s: s.status == "running")
        with pytest.raises(ProcessLookupError):
            os.kill(dead.process, 0)
        run.control("stop")
        assert ended(run).status == "stopped"
    finally:
        if run.is_alive():
            os.kill(run.state().process, signal.SIGKILL)


def test_divergence_ends_with_a_sentence_and_the_last_good_weights(new_run):
    run = new_run("lenet5", optimiser="sgd", learning_rate=1e12, epochs=20)
    assert worker.train(run, 1) == 1
    state = run.state()
    assert state.status == "failed"
    assert "stopped being a number" in state.message
    assert "lower" in state.findings[0].advice
    assert not state.can_resume
    steps = run.snapshot_steps()
    assert steps
    for step in steps:
        assert all(torch.isfinite(t).all() for t in run.load_snapshot(step).values())


def test_a_missing_data_set_is_said(digits, train, monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    config = dataclasses.replace(make_config(digits, "gap"), dataset="fashionmnist")
    run = create_run(config)
    assert train(run).wait(120) == 1
    state = run.state()
    assert state.status == "failed"
    assert "not on this computer" in state.message
    assert state.can_resume


def test_a_folder_that_takes_no_more_is_said(new_run):
    run = new_run(epochs=1)
    (run.path / "snapshots").write_text("in the way")
    assert worker.train(run, 1) == 1
    state = run.state()
    assert state.status == "failed"
    assert "could not be written" in state.message
    assert state.can_resume


def test_what_is_no_run_is_refused(train, tmp_path, digits, root_folder):
    from cnnviz.runs.folder import Run

    process = train(Run(tmp_path))
    assert process.wait(60) == 2
    assert b"Usage" in process.stderr.read()
    run = create_run(make_config(digits, "gap"))
    (run.path / "run.json").write_text("{")
    process = train(run)
    assert process.wait(60) == 1
    assert b"not JSON" in process.stderr.read()
    with pytest.raises(TrainingError, match="not JSON"):
        resume(run)


def test_two_processes_do_not_train_one_run(new_run, train, until):
    run = new_run(**LONG)
    first = train(run)
    until(run, lambda s: s.alive)
    second = train(run)
    assert second.wait(60) == 1
    assert b"Another process" in second.stderr.read()
    assert first.poll() is None


def test_shipped_runs_are_not_trained(new_run):
    run = new_run()
    run.shipped = True
    with pytest.raises(TrainingError, match="read-only"):
        resume(run)
    with pytest.raises(RunError):
        run.control("pause")
