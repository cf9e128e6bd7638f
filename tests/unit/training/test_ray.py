"""A real Ray of one node: it trains one run, stops another, and cancels a third that waits."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from cnnviz.runs import list_runs, lock
from cnnviz.training import TrainingError, resume, start, stop
from cnnviz.training.engines import engine

PATIENCE = 150
LONG = {"epochs": 900.0, "batch_size": 32}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def cluster(request):
    """One core, so that the second run has to wait."""
    pytest.importorskip("ray")
    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_AUTH_MODE", "disabled")
    patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    # Ray gives way to everything else on its machine, here to the tests beside this one.
    patch.setenv("RAY_worker_niceness", "0")
    import ray

    ray.init(
        num_cpus=1,
        num_gpus=0,
        include_dashboard=False,
        object_store_memory=80 * 2**20,
        log_to_driver=False,
        configure_logging=False,
    )
    yield ray
    ray.shutdown()
    patch.undo()


@pytest.fixture
def on_ray(cluster, monkeypatch):
    monkeypatch.setenv("CNNVIZ_ENGINE", "ray")
    return engine()


def test_a_run_trains_to_its_end(on_ray, new_config, until):
    run = start(new_config(epochs=10.0, batch_size=32, shift=1))
    assert run.state().status in ("waiting", "starting", "running")
    state = until(run, lambda s: s.status in ("finished", "failed"), PATIENCE)
    assert state.status == "finished", (run.path / "log.txt").read_text()
    assert state.process != os.getpid()
    assert state.threads == 1  # the node has one core
    assert state.final.accuracy > 0.8
    assert state.snapshots[-1] == state.total_steps


def test_a_share_of_a_gpu_that_makes_no_sense_is_said(on_ray, new_config, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RAY_GPUS_PER_RUN", "some")
    with pytest.raises(TrainingError, match="CNNVIZ_RAY_GPUS_PER_RUN"):
        start(new_config())


def test_stop_cancel_and_resume(on_ray, new_config, until):
    first = start(new_config(**LONG))
    until(first, lambda s: s.step > 0, PATIENCE)
    second, third = start(new_config(**LONG)), start(new_config(epochs=1.0))
    with pytest.raises(TrainingError, match="already"):
        resume(second)
    assert second.state().status == third.state().status == "waiting"
    assert lock.is_held(second.path / ".claim")
    asked = time.time()
    stop(second)
    assert second.state().status == "stopped"
    stop(first)
    until(first, lambda s: s.status == "stopped", PATIENCE)
    assert first.events()[0][-1]["time"] - asked < 60  # 0.1 s on a quiet machine
    # The place of the first goes to the third; the second never began.
    until(third, lambda s: s.status == "finished", PATIENCE)
    assert not any(e.get("status") == "starting" for e in second.events()[0])
    deadline = time.monotonic() + PATIENCE
    while lock.is_held(second.path / ".claim"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    resume(second)
    until(second, lambda s: s.status == "running" and s.step > 0, PATIENCE)
    stop(second)
    assert until(second, lambda s: not s.active, PATIENCE).status == "stopped"


def test_what_does_not_listen_is_cancelled_then_killed(on_ray, new_config, until, monkeypatch):
    def deaf(path, threads, settings):
        import os
        import pathlib
        import time

        from cnnviz.runs import Run

        with Run(pathlib.Path(path)).writing() as writer:
            writer.write("status", status="running", step=0, process=os.getpid())
            while True:
                try:  # noqa: SIM105
                    time.sleep(0.1)
                except BaseException:  # noqa: BLE001 - that is what deaf means
                    pass

    monkeypatch.setattr("cnnviz.training.engines.ray._train_in_folder", deaf)
    run = start(new_config(**LONG))
    state = until(run, lambda s: s.status == "running", PATIENCE)
    stop(run)
    try:
        ended = until(run, lambda s: s.status == "stopped", 60)
    finally:
        if run.is_alive():
            os.kill(state.process, signal.SIGKILL)
    assert ended.can_resume


def test_a_killed_worker_interrupts_its_run(on_ray, new_config, until):
    run = start(new_config(**LONG))
    state = until(run, lambda s: s.step > 0, PATIENCE)
    os.kill(state.process, signal.SIGKILL)
    state = until(run, lambda s: not s.active, PATIENCE)
    assert state.status == "interrupted"
    assert state.can_resume


def test_a_node_that_cannot_train_it_fails_the_run(on_ray, new_config, until, monkeypatch):
    """Its folder is not there: as on a node that does not see the shared folder."""
    from cnnviz.training.engines import ray as ray_engine

    def elsewhere(path, threads, settings):
        return original(f"{path}-not-here", threads, settings)

    original = ray_engine._train_in_folder
    monkeypatch.setattr(ray_engine, "_train_in_folder", elsewhere)
    run = start(new_config(epochs=1.0))
    state = until(run, lambda s: s.status == "failed", PATIENCE)
    assert "Ray could not train this run" in state.message


def test_without_its_driver_a_run_is_interrupted_and_the_line_goes_on(
    cluster, new_config, root_folder, until
):
    """The server with the driver is killed: another takes over what waits."""
    script = """
import json, sys, time
import ray
ray.init(num_cpus=1, num_gpus=0, include_dashboard=False, object_store_memory=80 * 2**20,
         log_to_driver=False)
from cnnviz.runs import RunConfig
from cnnviz.training import start
for line in (sys.stdin.readline(), sys.stdin.readline()):
    start(RunConfig.from_json(json.loads(line)))
print("up", flush=True)
time.sleep(600)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root_folder,
        text=True,
        start_new_session=True,
        env=os.environ | {"CNNVIZ_ENGINE": "ray"},
    )
    for config in (new_config(**LONG), new_config(epochs=1.0)):
        server.stdin.write(json.dumps(config.to_json()) + "\n")
    server.stdin.flush()
    assert server.stdout.readline() == "up\n"
    waiting, training = sorted(list_runs(), key=lambda run: run.config.recipe.epochs)
    until(training, lambda s: s.step > 0, PATIENCE)
    assert waiting.state().status == "waiting"
    os.killpg(server.pid, signal.SIGKILL)
    server.communicate()
    state = until(training, lambda s: not s.active, PATIENCE)
    assert state.status == "interrupted"
    assert state.can_resume
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_ENGINE", "ray")
        deadline = time.monotonic() + PATIENCE
        while waiting.state().status == "waiting":
            engine().dispatch()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        until(waiting, lambda s: s.status == "finished", PATIENCE)
