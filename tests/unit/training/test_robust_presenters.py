"""Two presenters press everything at once, each on a server of their own."""

import ast
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from cnnviz.runs import RunError, list_runs
from cnnviz.training import stop

PRESENTER = """
import random, sys, time, traceback
from cnnviz.datasets import load_dataset
from cnnviz.runs import Recipe, RunError, delete_run, list_runs
from cnnviz.training import TrainingError, resume, start, stop
from cnnviz.training.config import make_config
from cnnviz.training.engines import engine

chance = random.Random(int(sys.argv[1]))
config = make_config(load_dataset("digits"), "gap", Recipe(epochs=900.0, batch_size=32))
print("up", flush=True)
sys.stdin.readline()
done = dict.fromkeys(("start", "stop", "resume", "delete", "dispatch", "refused"), 0)
for _ in range(60):
    runs = [run for run in list_runs() if not run.shipped]
    what = chance.choice(("start", "stop", "stop", "resume", "resume", "delete", "dispatch"))
    try:
        if what == "start":
            if len(runs) < 2:
                start(config)
        elif what == "dispatch":
            engine().dispatch()
        elif runs:
            # Mostly the same run as the other presenter.
            {"stop": stop, "resume": resume, "delete": delete_run}[what](chance.choice(runs[:2]))
        done[what] += 1
    except (TrainingError, RunError) as error:
        done["refused"] += 1
        assert str(error).strip().endswith((".", "”")), error
    time.sleep(chance.uniform(0, 0.05))
print(done, flush=True)
"""


def check_one_writer(run):
    """Each process goes from its start to its end before another begins: read from what is written.

    Two trainers on one run would mix their steps, or go on after the end of the other.
    """
    try:
        events = run.events()[0]
    except RunError:
        assert not run.path.exists()  # deleted just now
        return
    at_work, step = False, -1
    for event in events:
        status = event.get("status")
        if status == "starting":
            at_work, step = True, -1
        elif status in ("stopped", "finished", "failed"):
            at_work = False
        elif event["event"] == "step":
            assert at_work
            assert event["step"] > step
            step = event["step"]


def processes_on(run):
    """Processes that were started for this run and have not ended."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if b"cnnviz.training" in command and run.id.encode() in command:
                    found.append(int(process.name))
    return found


def test_two_presenters_at_once(root_folder, monkeypatch, until):
    monkeypatch.setenv("CNNVIZ_SLOTS", "2")
    presenters = [
        subprocess.Popen(
            [sys.executable, "-c", PRESENTER, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=root_folder,
            env=os.environ.copy(),
        )
        for seed in (1, 2)
    ]
    for presenter in presenters:
        assert presenter.stdout.readline() == "up\n"
    for presenter in presenters:
        presenter.stdin.write("go\n")
        presenter.stdin.flush()
    while any(presenter.poll() is None for presenter in presenters):
        for run in list_runs():
            check_one_writer(run)
        time.sleep(0.1)
    started = 0
    for presenter in presenters:
        done, complaint = presenter.communicate()
        assert presenter.returncode == 0, complaint
        assert "Traceback" not in complaint, complaint
        counts = ast.literal_eval(done)
        assert min(counts["stop"], counts["refused"]) > 0, counts
        started += counts["start"]
    assert started > 0
    runs = list_runs()
    assert [run.problem for run in runs] == [None] * len(runs)
    deadline = time.monotonic() + 120
    while any(run.state().active for run in runs):
        for run in runs:
            stop(run)
        assert time.monotonic() < deadline
        time.sleep(0.2)
    for run in runs:
        check_one_writer(run)
    while any(processes_on(run) for run in runs):
        assert time.monotonic() < deadline
        time.sleep(0.05)
