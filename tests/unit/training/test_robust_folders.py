"""A run's folder edited into nonsense is said to be unreadable, and harms nothing else."""

import os
import shutil

import pytest

from cnnviz.runs import RunError, create_run, delete_run, list_runs, open_run
from cnnviz.training import TrainingError, resume, start, stop
from cnnviz.training.engines import engine, line

LONG = {"epochs": 900.0, "batch_size": 32}


def garbage_config(path):
    (path / "run.json").write_bytes(b"\x00\xffnot json")


def config_of_another_kind(path):
    (path / "run.json").write_text('[{"dataset": 3}]')


def no_config(path):
    (path / "run.json").unlink(missing_ok=True)


def config_is_a_folder(path):
    (path / "run.json").unlink(missing_ok=True)
    (path / "run.json").mkdir()


def binary_events(path):
    (path / "events.jsonl").write_bytes(os.urandom(5000) + b"\n")


def events_that_make_no_sense(path):
    (path / "events.jsonl").write_text('{"event":"status","status":"dancing"}\n')


def events_with_wrong_types(path):
    (path / "events.jsonl").write_text(
        '{"event":"step","step":"many"}\n{"event":"snapshot","step":null}\n'
    )


def events_are_a_folder(path):
    (path / "events.jsonl").unlink(missing_ok=True)
    (path / "events.jsonl").mkdir()


def events_link_to_themselves(path):
    (path / "events.jsonl").unlink(missing_ok=True)
    (path / "events.jsonl").symlink_to(path / "events.jsonl")


def config_links_to_itself(path):
    (path / "run.json").unlink(missing_ok=True)
    (path / "run.json").symlink_to("run.json")


UNREADABLE = [
    garbage_config,
    config_of_another_kind,
    no_config,
    config_is_a_folder,
    binary_events,
    events_that_make_no_sense,
    events_with_wrong_types,
    events_are_a_folder,
    events_link_to_themselves,
    config_links_to_itself,
]


@pytest.mark.parametrize("spoil", UNREADABLE)
def test_nonsense_is_listed_with_its_reason(new_run, spoil):
    good, bad = new_run(), new_run()
    line.enter(bad)
    spoil(bad.path)
    problems = {run.id: run.problem for run in list_runs()}
    assert problems[good.id] is None
    assert len(problems[bad.id]) > 15
    assert problems[bad.id].count("\n") == 0
    bad = next(run for run in list_runs() if run.id == bad.id)
    with pytest.raises(RunError):
        open_run(bad.id)
    with pytest.raises(TrainingError):
        resume(bad)
    stop(bad)
    delete_run(bad)
    assert [run.id for run in list_runs()] == [good.id]


def test_all_nonsense_together_stops_neither_the_line_nor_a_run(new_config, new_run, until):
    """One run trains and one waits while ten folders of nonsense lie beside them."""
    training = start(new_config(**LONG))
    until(training, lambda s: s.step > 0)
    for spoil in UNREADABLE:
        run = create_run(new_config())
        line.enter(run)
        spoil(run.path)
    loop = training.path.with_name("loop")
    loop.symlink_to(loop)
    training.path.with_name("inside-itself").symlink_to(training.path.parent)
    training.path.with_name("a-file").write_text("no run")
    training.path.with_name("empty").mkdir()
    assert sum(run.problem is not None for run in list_runs()) >= len(UNREADABLE)
    engine().dispatch()
    assert until(training, lambda s: s.step > 20).status == "running"
    waiting = start(new_config(**LONG))
    stop(training)
    assert until(training, lambda s: not s.active).status == "stopped"
    engine().dispatch()
    until(waiting, lambda s: s.step > 0)
    stop(waiting)
    assert until(waiting, lambda s: not s.active).status == "stopped"


def test_a_trainer_passes_over_commands_that_are_none(new_config, until):
    run = start(new_config(**LONG))
    until(run, lambda s: s.step > 0)
    with (run.path / "control.jsonl").open("ab") as file:
        file.write(b'\xff\xfe\x00\n{"command":\n[1,2]\n{"command":["stop"]}\n{"command":"fly"}\n\n')
    state = run.state()
    assert until(run, lambda s: s.step > state.step + 20).status == "running"
    run.control("pause")
    until(run, lambda s: s.status == "paused")
    stop(run)
    assert until(run, lambda s: not s.active).status == "stopped"


def test_frames_and_weights_that_are_gone_harm_no_training(new_config, until):
    run = start(new_config(**LONG))
    until(run, lambda s: len(s.snapshots) > 2)
    shutil.rmtree(run.path / "frames")
    shutil.rmtree(run.path / "snapshots", ignore_errors=True)
    assert run.problem is None
    state = run.state()
    until(run, lambda s: s.step > state.step + 20)
    stop(run)
    assert until(run, lambda s: not s.active).status == "stopped"
    with pytest.raises(RunError):
        run.load_snapshot(0)


def test_a_damaged_checkpoint_is_said_and_nothing_is_overwritten(new_run, train):
    run = new_run(epochs=1.0)
    assert train(run).wait(120) == 0
    (run.path / "checkpoint.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{{{{{{{{")
    before = run.snapshot_steps()
    assert train(run).wait(120) == 1
    state = run.state()
    assert state.status == "failed"
    assert "checkpoint" in state.message
    assert run.snapshot_steps() == before
