import dataclasses
import errno
import json
import math
import threading
import time
from pathlib import Path

import pytest
import torch

from cnnviz.inspection.frames import read_frame
from cnnviz.inspection.single_step import read_step
from cnnviz.networks import NETWORKS, network_from_line
from cnnviz.runs import Recipe, create_run
from cnnviz.training import loop, worker
from cnnviz.training.config import again, make_config, recipe_for
from cnnviz.training.engines import line
from cnnviz.training.failure import DivergedError
from cnnviz.training.learner import Learner
from cnnviz.training.loop import Trainer
from cnnviz.training.schedule import one_cycle

CPU = torch.device("cpu")


def train(run, **options):
    with run.writing() as writer:
        trainer = Trainer(run, writer, CPU, **options)
        trainer.train()
    return trainer


def trained(run, **options):
    train(run, **options)
    return run.load_snapshot(run.state().total_steps)


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def stop_at(monkeypatch, step):
    """Makes the trainer of this process stop after so many steps, as a signal would."""
    plain, trainers = Learner.step, []

    def steps(self, number, rate, **options):
        if number + 1 == step and trainers:
            trainers[0].request_stop()
        return plain(self, number, rate, **options)

    monkeypatch.setattr(Learner, "step", steps)
    return trainers.append


def train_until(run, monkeypatch, step):
    with monkeypatch.context() as patch:
        watch = stop_at(patch, step)
        with run.writing() as writer:
            trainer = Trainer(run, writer, CPU)
            watch(trainer)
            trainer.train()
    state = run.state()
    assert (state.status, state.step) == ("stopped", step)
    return state


def events(run, kind):
    return [e for e in run.events()[0] if e["event"] == kind]


def test_the_seed_decides_everything(new_run):
    first, again_, other = (trained(new_run(epochs=1, seed=seed)) for seed in (4, 4, 5))
    assert same(first, again_)
    assert not same(first, other)


def test_label_smoothing_only_if_asked(new_run):
    plain, none, some = (
        trained(new_run(epochs=1, **recipe))
        for recipe in ({}, {"label_smoothing": 0.0}, {"label_smoothing": 0.2})
    )
    assert same(plain, none)
    assert not same(plain, some)


def test_how_often_somebody_looks_does_not_change_the_numbers(new_run, monkeypatch):
    """The clock decides when to evaluate; it must not decide what is learned."""
    quiet = trained(new_run("vgg", epochs=1))
    alone = trained(new_run("vgg", epochs=1), watch=False)
    monkeypatch.setattr("cnnviz.training.schedule.Pace.due", lambda _: True)
    run = new_run("vgg", epochs=1)
    busy = trained(run)
    state = run.state()
    assert len(state.evaluations) == len(state.progress) + 1 == state.total_steps + 1
    assert len(state.health) == state.total_steps
    assert same(quiet, busy)
    assert same(quiet, alone)


def test_again_with_nothing_changed_gives_the_same_curve(new_run, monkeypatch):
    monkeypatch.setattr("cnnviz.training.schedule.Pace.due", lambda _: True)
    first = new_run("vgg", epochs=1, shift=1, flip=True, seed=3)
    train(first)
    second = create_run(again(first.config, first.id))
    assert second.config.based_on == first.id
    train(second)
    curves = [
        [(p.step, p.loss, p.accuracy, p.learning_rate) for p in run.state().progress]
        for run in (first, second)
    ]
    assert len(curves[0]) == first.state().total_steps
    assert curves[0] == curves[1]
    tests = [
        [(e.step, e.loss, e.confusion) for e in r.state().evaluations] for r in (first, second)
    ]
    assert tests[0] == tests[1]


def test_without_watching_only_the_end_is_recorded(new_run):
    run = new_run(epochs=1)
    trainer = train(run, watch=False)
    state = run.state()
    assert state.status == "finished"
    assert state.snapshots == [state.total_steps]
    assert len(state.progress) == len(state.evaluations) == 1
    assert state.health == []
    assert trainer.loop_seconds > 0


def test_what_a_run_leaves_behind(new_run):
    run = new_run(epochs=3, batch_size=32)
    train(run)
    state = run.state()
    assert {0, 1, 2, 4, 8, 16, 32, 64} <= set(state.snapshots)
    assert state.snapshots[-1] == state.total_steps == 132
    assert run.snapshot_steps() == run.frame_steps() == state.snapshots
    assert events(run, "probe") == []
    for e in state.evaluations:
        assert sum(map(sum, e.confusion)) == e.images == 362
    assert state.final is state.evaluations[-1]
    assert state.final.step == 132
    images, labels = run.load_probes()
    frame = read_frame(run.load_frame(132))
    assert (frame.step, frame.epoch) == (132, 3)
    assert frame.cams.codes.shape[:2] == (len(images), 2)
    assert sum(a == b for a, b in zip(frame.predicted, labels.tolist(), strict=True)) >= 5
    # The weights in a frame are those of the snapshot beside it.
    weight = run.load_snapshot(132)["conv1.weight"].numpy()
    step = (frame.filters.high - frame.filters.low) / 255
    assert abs(frame.filters.values - weight).max() <= step / 2 * 1.001
    (health,) = state.health[:1]
    assert [layer.name for layer in health.layers] == ["conv1", "conv2", "conv3", "linear1"]
    assert [layer.dead is None for layer in health.layers] == [False, False, False, True]
    assert all(layer.gradient > 0 and 0 < layer.ratio < 1 for layer in health.layers)
    assert not list(run.path.glob(".*"))


def test_a_small_budget_keeps_fewer_snapshots(new_run, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SNAPSHOT_MB", "0.6")  # about 120 kB each
    monkeypatch.setattr("cnnviz.training.schedule.Pace.due", lambda _: True)
    run = new_run(epochs=1, batch_size=32)
    train(run)
    state = run.state()
    assert 4 <= len(state.snapshots) <= 6
    assert (state.snapshots[0], state.snapshots[-1]) == (0, 44)
    thinned = {e["step"] for e in events(run, "thinned")}
    assert thinned | set(state.snapshots) == set(range(45))
    for folder in ("snapshots", "frames"):
        kept = {int(p.stem) for p in (run.path / folder).iterdir()}
        assert kept == set(state.snapshots)
    size = sum(p.stat().st_size for f in ("snapshots", "frames") for p in (run.path / f).iterdir())
    assert size <= 0.6 * 2**20


@pytest.mark.parametrize("step", [1, 17])
def test_stopped_and_resumed_is_never_having_stopped(new_run, monkeypatch, step):
    recipe = {"epochs": 2, "batch_size": 32, "optimiser": "adamw", "seed": 2}
    unbroken = trained(new_run("vgg", **recipe))
    run = new_run("vgg", **recipe)
    state = train_until(run, monkeypatch, step)
    assert state.can_resume
    assert step in run.snapshot_steps()
    assert step in run.frame_steps()
    assert events(run, "evaluation")[-1]["step"] < step or step == 1  # none for the stop itself
    assert same(trained(run), unbroken)
    assert run.state().status == "finished"


def test_what_lies_past_the_checkpoint_is_made_anew(new_run, monkeypatch):
    run = new_run(epochs=1, batch_size=32)
    train_until(run, monkeypatch, 20)
    old = (run.path / "checkpoint.safetensors").read_bytes()
    train(run)
    # As after a crash at the end: the checkpoint is of step 20.
    (run.path / "checkpoint.safetensors").write_bytes(old)
    with run.writing() as writer:
        writer.write("status", status="running")
    (run.path / "snapshots" / ".40.safetensors.beef").write_bytes(b"torn")
    (run.path / ".checkpoint.safetensors.beef").write_bytes(b"torn")
    with run.writing() as writer:
        trainer = Trainer(run, writer, CPU)
        trainer.request_stop()
        trainer.train()
    assert run.state().step == 20
    for folder in ("snapshots", "frames"):
        assert {int(p.stem) for p in (run.path / folder).iterdir()} == set(run.state().snapshots)
    assert max(run.state().snapshots) == 20
    assert not list(run.path.glob(".*"))


def test_a_learning_rate_changed_on_the_way_outlives_a_checkpoint(new_run, monkeypatch):
    recipe = {"epochs": 1, "batch_size": 32, "learning_rate": 0.01}
    plain = trained(new_run(**recipe))

    def changed():
        run = new_run(**recipe)
        run.control("learning_rate", value=0.004)
        return run

    unbroken = changed()
    weights = trained(unbroken)
    assert not same(weights, plain)
    (change,) = unbroken.state().changes
    assert (change.step, change.learning_rate, change.pace) == (1, 0.004, None)
    last = unbroken.state().progress[-2]
    assert last.learning_rate == pytest.approx(one_cycle(last.step, 44, 0.004), rel=1e-3)
    broken = changed()
    train_until(broken, monkeypatch, 9)
    assert same(trained(broken), weights)


def test_commands_that_make_no_sense_are_passed_over(new_run):
    run = new_run(epochs=1)
    lines = [
        {"command": "learning_rate", "value": "fast"},
        {"command": "learning_rate", "value": -1},
        {"command": "learning_rate"},
        {"command": "pace", "value": None},
        {"command": "dance"},
        {"command": "step", "filter": 0.5},
        ["stop"],
    ]
    text = (
        "".join(json.dumps(line) + "\n" for line in lines)
        + '{"command":"learning_rate","value":1e999}\n'
    )
    (run.path / "control.jsonl").write_text(text)
    train(run)
    assert run.state().status == "finished"
    assert run.state().changes == []


def test_what_was_said_to_an_earlier_process_is_not_meant_for_this_one(new_run):
    run = new_run(epochs=1)
    run.control("stop")
    time.sleep(0.01)
    with run.writing() as writer:
        writer.write("status", status="starting")
        Trainer(run, writer, CPU).train()
    assert run.state().status == "finished"


def test_mini_batches_by_hand(new_run):
    recipe = {"epochs": 1, "batch_size": 32, "shift": 1, "label_smoothing": 0.1}
    unbroken = trained(new_run("vgg", **recipe))
    run = new_run("vgg", **recipe)
    run.control("step", filter=1)  # not paused: nobody could see it
    run.control("pause")
    run.control("step", filter=3)
    run.control("step", filter=99)
    run.control("resume")
    assert same(trained(run), unbroken)  # looking closely changes nothing
    state = run.state()
    assert state.batches == [2, 3]
    assert {2, 3} <= set(state.snapshots)
    assert {2, 3} <= {p.step for p in state.progress} & {e.step for e in state.evaluations}
    assert not list(run.path.glob(".*"))

    tensors, about = run.load_batch(2)
    assert (about["step"], about["filter"], about["layer"]) == (2, 3, "conv1")
    assert about["learning_rate"] == pytest.approx(one_cycle(1, 44, 0.02))
    assert run.load_batch(3)[1]["filter"] == 15
    images = tensors["images"]
    assert (images.dtype, images.shape) == (torch.uint8, (32, 1, 8, 8))
    before, after = run.load_snapshot(1), run.load_snapshot(2)
    assert torch.equal(tensors["old"], before["conv1.weight"])
    assert torch.equal(tensors["new"], after["conv1.weight"])
    # What each weight of the filter is told: the sum of input × delta over all positions.
    patches = torch.nn.functional.unfold(tensors["input"].double(), 3)
    mine = torch.einsum("bkp,bp->k", patches, tensors["delta"].double().flatten(1))
    torch.testing.assert_close(
        mine.view(1, 3, 3).float(), tensors["gradient"][3], rtol=1e-3, atol=1e-6
    )
    assert tensors["loss_before"].shape == tensors["loss_after"].shape == (32,)
    point = next(p for p in state.progress if p.step == 2)
    assert point.loss == pytest.approx(float(tensors["loss_before"].mean()), abs=2e-5)
    right = (tensors["predicted_before"] == tensors["labels"]).float().mean()
    assert point.accuracy == pytest.approx(float(right), abs=1e-4)
    assert tensors["loss_after"].mean() < tensors["loss_before"].mean()


def test_a_network_of_all_kinds_of_layer_learns(digits):
    line = (
        "c8k3p1 bn leaky cat[none | c8k3p1g4 gelu | lc2k3p1 tanh] p2 "
        "res[c16k3p2d2 relu | c16k1] a2 sigmoid drop0.1 fc16 relu fc10"
    )
    config = make_config(digits, "gap", Recipe(epochs=2, batch_size=32, learning_rate=0.02))
    run = create_run(dataclasses.replace(config, spec=network_from_line(line)))
    run.control("pause")
    run.control("step")
    run.control("resume")
    train(run)
    state = run.state()
    assert (state.status, state.batches) == ("finished", [2])
    assert state.evaluations[-1].accuracy > state.evaluations[0].accuracy + 0.2
    names = {row.name for row in state.health[-1].layers}
    assert {"concat1.branch2.conv1", "concat1.branch3.local1", "residual1.shortcut.conv1"} <= names
    assert read_step(run, 2).layer == "conv1"


def test_the_last_mini_batch_can_be_taken_by_hand(new_run, monkeypatch):
    run = new_run(epochs=0.1, batch_size=64)  # two steps
    run.control("pause")
    run.control("step")
    train(run)
    assert run.state().status == "finished"
    assert run.state().batches == [2]


def test_only_the_newest_mini_batches_are_kept(new_run, monkeypatch):
    monkeypatch.setattr("cnnviz.training.stepwise._KEPT", 2)
    run = new_run(epochs=1)
    run.control("pause")
    for _ in range(4):
        run.control("step")
    run.control("resume")
    train(run)
    assert run.state().batches == [2, 3, 4, 5]
    assert sorted(p.stem for p in (run.path / "batches").iterdir()) == ["4", "5"]


def in_the_background(run, digits=None):
    """Trains in a thread; returns the trainer and the thread."""
    ready, box = threading.Event(), []

    def work():
        with run.writing() as writer:
            box.append(Trainer(run, writer, CPU))
            ready.set()
            box[0].train()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(60)
    return box[0], thread


def test_commands_are_obeyed_after_a_pause_too(new_run, until):
    """A pause must not count as time that looking at the commands has taken."""
    run = new_run(epochs=900, batch_size=32)
    _, thread = in_the_background(run)
    try:
        until(run, lambda s: s.step > 0)
        run.control("pause")
        paused = until(run, lambda s: s.status == "paused")
        time.sleep(0.4)
        assert run.state().step == paused.step
        run.control("resume")
        until(run, lambda s: s.status == "running")
        run.control("pause")
        until(run, lambda s: s.status == "paused", seconds=10)
    finally:
        run.control("stop")
        thread.join(60)
    assert run.state().status == "stopped"


def test_a_pause_that_nobody_ends_ends_the_process_and_loses_nothing(new_run, until, monkeypatch):
    monkeypatch.setattr(loop, "_LONGEST_PAUSE", 0.0)
    run = new_run(epochs=900, batch_size=32)
    _, thread = in_the_background(run)
    until(run, lambda s: s.step > 0)
    run.control("pause")
    thread.join(60)
    state = run.state()
    assert state.status == "stopped"
    assert "pause of an hour" in state.message
    assert state.can_resume
    assert int(run.load("checkpoint.safetensors")["position.step"]) == state.step


@pytest.mark.parametrize("stopped", [False, True])
def test_a_paused_run_goes_back_into_the_line(new_run, until, stopped):
    run = new_run(epochs=900, batch_size=32)
    _, thread = in_the_background(run)
    until(run, lambda s: s.step > 0)
    run.control("queue")  # not paused: it has its place
    run.control("pause")
    paused = until(run, lambda s: s.status == "paused")
    run.control("queue")
    if stopped:
        run.control("stop")
    thread.join(60)
    assert run.state().status == ("stopped" if stopped else "waiting")
    assert (line.waiting_since(run) is None) == stopped
    assert int(run.load("checkpoint.safetensors")["position.step"]) == paused.step


def test_the_pace_is_held_and_stop_is_heard_meanwhile(digits, until):
    config = make_config(digits, "lenet5", recipe_for("lesson", "lenet5", len(digits.train_images)))
    run = create_run(dataclasses.replace(config, pace=10.0))
    began = time.monotonic()
    trainer, thread = in_the_background(run)
    try:
        state = until(run, lambda s: s.step >= 8)
        # Seven waits of a tenth of a second, of which it may make up for one.
        assert time.monotonic() - began >= 0.55
        assert [p.step for p in state.progress][:2] == [1, 2]
        run.control("pace", value=0.02)  # the next step in 50 seconds
        until(run, lambda s: s.changes)
        assert run.state().changes[0].pace == 0.02
        run.control("pace", value=0)
        until(run, lambda s: s.step > 60)
        run.control("pace", value=0.02)
        until(run, lambda s: len(s.changes) == 3)
    finally:
        began = time.monotonic()
        trainer.request_stop()
        thread.join(60)
    assert time.monotonic() - began < 30
    assert run.state().status == "stopped"


def test_a_time_limit_ends_the_run_and_says_so(digits):
    config = make_config(digits, "gap", recipe_for("thorough", "gap", len(digits.train_images)))
    run = create_run(dataclasses.replace(config, max_seconds=0.5, pace=20.0))
    train(run)
    state = run.state()
    assert state.status == "stopped"
    assert "0.5 s" in state.message
    assert state.step in run.snapshot_steps()


def test_a_full_disk_leaves_what_was_there(new_run, monkeypatch):
    run = new_run(epochs=5, batch_size=32)
    plain, written = Path.write_bytes, []

    def write(self, data):
        written.append(self.name)
        if len(written) > 12:
            plain(self, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(self, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(OSError, match="No space"):
        train(run)
    assert not list(run.path.glob("**/.*"))
    steps = run.snapshot_steps()
    assert len(steps) >= 3
    for step in steps:
        assert all(t.isfinite().all() for t in run.load_snapshot(step).values())
    assert all(read_frame(run.load_frame(step)).step == step for step in run.frame_steps())
    monkeypatch.undo()


def test_a_weight_that_is_not_finite_is_never_kept(new_run):
    run = new_run(epochs=1)
    with run.writing() as writer:
        trainer = Trainer(run, writer, CPU)
        next(trainer.model.parameters()).data.fill_(float("inf"))
        with pytest.raises(DivergedError, match=r"^A weight stopped being a number by step 0\.$"):
            trainer.train()
    assert run.snapshot_steps() == []
    assert not (run.path / "checkpoint.safetensors").exists()


def test_what_a_layer_computes_can_leave_the_range_before_a_weight_does(new_run):
    run = new_run("vgg", optimiser="sgd", learning_rate=1e6, epochs=20)
    with pytest.raises(DivergedError, match="by step"):
        train(run)
    (finding,) = run.state().findings
    assert finding.kind == "nan"


@pytest.mark.parametrize("rate", [0.1, 3.0, 10.0, 1e3, 1e6, 1e30])
@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("network", NETWORKS)
def test_whatever_the_rate_a_run_learns_or_says_why_not(new_run, network, optimiser, rate):
    run = new_run(
        network, optimiser=optimiser, learning_rate=rate, epochs=2, batch_size=32,
        weight_decay=1e-4,
    )  # fmt: skip
    worker.train(run, 1)
    state = run.state()
    if state.findings:
        # A run that left the range cannot be taken up again; others could.
        assert state.status == ("failed" if state.findings[0].kind == "nan" else "finished")
        assert "learning rate" in " ".join(f"{f.text} {f.advice}" for f in state.findings)
        assert state.status == "finished" or not state.can_resume
    else:
        assert state.final.accuracy > 0.2, state.message


def test_divergence_is_said_and_the_last_good_snapshot_kept(new_run):
    run = new_run("lenet5", optimiser="sgd", learning_rate=1e12, epochs=20)
    with pytest.raises(DivergedError) as error:
        train(run)
    (finding,) = run.state().findings
    assert finding.kind == "nan"
    assert "lower" in finding.advice
    assert "lower" not in str(error.value), "the advice is given once"
    last = run.snapshot_steps()[-1]
    assert all(t.isfinite().all() for t in run.load_snapshot(last).values())
    assert all(math.isfinite(p.loss) for p in run.state().progress)
