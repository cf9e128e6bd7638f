"""The local engine with real processes: places, the spare, and stopping what does not listen."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import torch

from cnnviz.runs import list_runs, open_run
from cnnviz.training import start, stop
from cnnviz.training.engines import engine, line, process
from cnnviz.training.engines.settings import cores

LONG = {"epochs": 900.0, "batch_size": 32}
PATIENCE = 90


def exists(id):
    try:
        os.kill(id, 0)
    except ProcessLookupError:
        return False
    return True


def gone(id, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while exists(id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def starts(run):
    return [e for e in run.events()[0] if e.get("status") == "starting"]


@pytest.fixture
def dispatching():
    """The server's dispatcher."""
    over = threading.Event()
    thread = threading.Thread(target=engine().dispatch_forever, args=(over,))
    thread.start()
    yield
    over.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def spare():
    """An engine with a process ready."""
    local = engine()
    local.warm()
    assert local._spares.wait(PATIENCE)
    return local


@pytest.fixture
def idle_spare(monkeypatch):
    """As `spare`, but the process does nothing: what dies or hangs need not have learned."""

    def spawn(_arguments, **streams):
        command = ["sh", "-c", "echo warm; read order"]
        return subprocess.Popen(command, start_new_session=True, **streams)

    monkeypatch.setattr("cnnviz.training.engines.spare.spawn", spawn)
    local = engine()
    local.warm()
    assert local._spares.wait(PATIENCE)
    return local


def test_a_run_waits_for_a_place_and_gets_it(new_config, until, monkeypatch, dispatching):
    monkeypatch.setenv("CNNVIZ_SLOTS", "1")
    first, second = start(new_config(**LONG)), start(new_config(**LONG))
    until(first, lambda s: s.step > 0)
    assert second.state().status == "waiting"
    assert starts(second) == []
    stop(first)
    assert until(first, lambda s: not s.active).status == "stopped"
    until(second, lambda s: s.step > 0)
    stop(second)
    assert until(second, lambda s: not s.active).status == "stopped"


@pytest.mark.skipif(cores() < 2, reason="needs two cores to share")
def test_runs_share_the_cores_while_they_are_together(new_config, until, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SLOTS", "3")
    first = start(new_config(**LONG))
    until(first, lambda s: s.step > 0)
    assert first.state().threads == cores()
    second = start(new_config(**LONG))
    state = until(first, lambda s: s.threads < cores())
    assert state.threads == second.state().threads == max(1, cores() // 2)
    assert state.device == f"CPU, {state.threads} thread{'s' * (state.threads > 1)}"
    # A run that is paused lends them.
    second.control("pause")
    until(first, lambda s: s.threads == cores())
    second.control("resume")
    until(first, lambda s: s.threads < cores())
    asked = start(new_config(**LONG, threads=cores()))
    until(asked, lambda s: s.step > 0)
    for run in (second, asked):
        stop(run)
    until(first, lambda s: s.threads == cores())
    assert {e.get("threads", cores()) for e in asked.events()[0]} == {cores()}
    stop(first)
    until(first, lambda s: not s.active)


def test_many_servers_on_one_folder_start_each_run_once(new_config, root_folder, monkeypatch):
    """Each run writes `starting` once, whoever started it, and never more than two work."""
    monkeypatch.setenv("CNNVIZ_SLOTS", "2")
    script = """
import sys, threading
from cnnviz.training.engines import engine
over = threading.Event()
thread = threading.Thread(target=engine().dispatch_forever, args=(over,))
thread.start()
print("up", flush=True)
sys.stdin.read()
over.set()
thread.join()
"""
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=root_folder,
        )
        for _ in range(2)
    ]
    try:
        for server in servers:
            server.stdout.readline()
        runs = [start(new_config(epochs=1.0, threads=1)) for _ in range(4)]
        deadline = time.monotonic() + 240
        while any(run.state().active for run in runs):
            assert sum(run.is_alive() for run in runs) <= 2
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        for server in servers:
            server.communicate()
    assert [run.state().status for run in runs] == ["finished"] * 4
    assert [len(starts(run)) for run in runs] == [1] * 4


def test_a_spare_gives_the_weights_of_a_cold_start_bit_for_bit(new_config, until, cold, spare):
    """Random numbers shift the pictures and drop units out, so that none may be used before."""
    config = new_config("vgg", epochs=0.5, batch_size=32, shift=1, seed=5, threads=2)
    ready = spare._spares._process.pid
    warm = start(config)
    assert starts(warm)[0]["process"] == ready
    until(warm, lambda s: s.status == "finished", PATIENCE)
    cold = start(config)  # the next spare is not there yet
    assert starts(cold)[0]["process"] != ready
    until(cold, lambda s: s.status == "finished", PATIENCE)
    ours, theirs = (run.load_snapshot(run.state().total_steps) for run in (warm, cold))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert warm.state().threads == cold.state().threads == 2
    assert warm.state().final == dataclasses.replace(
        cold.state().final, seconds=warm.state().final.seconds
    )


def test_a_run_of_the_spare_is_like_any_other(new_config, until, spare):
    ready = spare._spares._process.pid
    run = start(new_config(**LONG, threads=1))
    assert starts(run)[0]["process"] == ready
    until(run, lambda s: s.snapshots)
    state = run.state()
    assert state.threads == 1
    assert os.getpgid(state.process) == state.process
    spare.close()
    assert run.is_alive()
    stop(run)
    assert until(run, lambda s: not s.active).status == "stopped"
    assert gone(state.process)


def test_a_spare_prints_to_the_log_of_its_run(new_config, until, spare, monkeypatch, tmp_path):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))  # settings of now, not of when it was made
    run = start(dataclasses.replace(new_config(), dataset="fashionmnist"))
    state = until(run, lambda s: s.status == "failed")
    assert "not on this computer" in state.message
    assert "Traceback" in (run.path / "log.txt").read_text()


def test_a_spare_goes_when_it_is_let_go(spare):
    ready = spare._spares._process.pid
    spare.close()
    assert gone(ready)


def test_a_dead_spare_is_no_loss(new_config, until, idle_spare):
    ready = idle_spare._spares._process.pid
    os.kill(ready, signal.SIGKILL)
    run = start(new_config(epochs=1.0))
    assert starts(run)[0]["process"] != ready
    until(run, lambda s: s.status == "finished", PATIENCE)


def test_a_spare_that_hangs_is_no_loss(new_config, until, idle_spare, monkeypatch):
    ready = idle_spare._spares._process.pid
    os.kill(ready, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(process, "_START_PATIENCE", 3.0)
        run = start(new_config(epochs=1.0))
    (begun,) = starts(run)
    assert begun["process"] != ready
    assert gone(ready)
    until(run, lambda s: s.status == "finished", PATIENCE)


def test_a_killed_server_takes_its_spare_along_but_no_run(root_folder, new_config, until):
    script = """
import json, os, sys, time
from cnnviz.runs import RunConfig
from cnnviz.training import start
from cnnviz.training.engines import engine
local = engine()
local.warm()
assert local._spares.wait(90)
run = start(RunConfig.from_json(json.loads(sys.stdin.readline())))
local.warm()
print(json.dumps([run.id, local._spares._process.pid]), flush=True)
time.sleep(600)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root_folder,
        text=True,
        start_new_session=True,
    )
    server.stdin.write(json.dumps(new_config(**LONG).to_json()) + "\n")
    server.stdin.flush()
    id, ready = json.loads(server.stdout.readline())
    run = open_run(id)
    state = until(run, lambda s: s.step > 0)
    os.killpg(server.pid, signal.SIGKILL)
    server.communicate()
    assert gone(ready)
    assert until(run, lambda s: s.step > state.step + 20).status == "running"
    stop(run)  # by another server
    assert until(run, lambda s: not s.active).status == "stopped"


def test_stop_is_quick(new_config, until, train):
    run = start(new_config(**LONG))
    until(run, lambda s: s.step > 0)
    asked = time.time()
    stop(run)
    assert time.time() - asked < 10  # 1 ms on a quiet machine; it does not wait for the end
    until(run, lambda s: s.status == "stopped")
    assert run.events()[0][-1]["time"] - asked < 30  # 0.08 s on a quiet machine


def test_sigterm_keeps_the_last_step(new_run, train, until):
    run = new_run(**LONG)
    trainer = train(run)
    until(run, lambda s: s.step > 50)
    trainer.terminate()
    assert trainer.wait(PATIENCE) == 0
    state = run.state()
    assert state.status == "stopped"
    assert state.can_resume
    assert state.step in run.snapshot_steps()
    assert int(run.load("checkpoint.safetensors")["position.step"]) == state.step
    trainer = train(run)
    until(run, lambda s: s.status == "running" and s.step > state.step)
    trainer.send_signal(signal.SIGINT)
    assert trainer.wait(PATIENCE) == 0
    assert run.state().status == "stopped"


def test_sigterm_while_it_still_loads(new_run, train, until):
    run = new_run(**LONG)
    trainer = train(run)
    until(run, lambda s: s.recorded == "starting")
    trainer.terminate()
    assert trainer.wait(PATIENCE) == 0
    state = run.state()
    assert state.status == "stopped"
    assert state.can_resume


def test_what_does_not_listen_is_killed_and_said_to_be_stopped(new_config, until, monkeypatch):
    run = start(new_config(**LONG))
    state = until(run, lambda s: s.step > 0)
    os.kill(state.process, signal.SIGSTOP)  # hears neither the control file nor SIGTERM
    stop(run)
    ended = until(run, lambda s: s.status == "stopped", 30)
    assert ended.can_resume
    assert gone(state.process)


def test_only_the_trainer_of_a_run_on_this_machine_is_signalled(new_run, train, until):
    run = new_run(**LONG)
    assert process.trainer_of(run) is None
    trainer = train(run)
    until(run, lambda s: s.step > 0)
    assert process.trainer_of(run) == trainer.pid
    events = run.path / "events.jsonl"
    text = events.read_text()
    for lie in (
        text.replace(process.host(), "elsewhere"),
        text.replace(f'"process":{trainer.pid}', f'"process":{os.getpid()}'),
        text.replace(f'"process":{trainer.pid}', '"process":1'),
        text.replace(f'"process":{trainer.pid}', '"process":"all"'),
    ):
        assert lie != text
        other = run.path.with_name("other")
        other.mkdir(exist_ok=True)
        (other / "events.jsonl").write_text(lie)
        (other / "lock").unlink(missing_ok=True)
        os.link(run.path / "lock", other / "lock")  # held, as if it were trained
        assert process.trainer_of(type(run)(other)) is None
    trainer.kill()
    trainer.wait()
    assert process.trainer_of(run) is None


def test_a_run_that_cannot_start_fails_and_nothing_waits(new_config, cold, monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "/nowhere/python")
    run = start(new_config())
    state = run.state()
    assert state.status == "failed"
    assert "could not be started" in state.message
    assert line.waiting_since(run) is None


def test_a_process_that_ends_at_once_fails_its_run(new_config, cold, monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "/bin/false")
    run = start(new_config())
    assert run.state().status == "failed"
    assert "ended immediately" in run.state().message
    assert [r.id for r in list_runs()] == [run.id]
