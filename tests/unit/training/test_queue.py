"""The line: who is in it, whose turn it is, and what a setting or a limit refuses."""

import contextlib
import dataclasses
import itertools
import json
import threading

import pytest
import torch

from cnnviz.runs import RunError, create_run, delete_run, list_runs, lock, runs_root
from cnnviz.runs.events import EventWriter
from cnnviz.training import TrainingError, engines, resume, start, stop
from cnnviz.training.engines import dispatcher, limits, line, settings


class Paper(dispatcher.Dispatcher):
    """An engine whose processes are only noted down."""

    def __init__(self, places=1):
        super().__init__()
        self.places, self.running, self.launched = places, {}, []

    def _at_work(self, run):
        return run.id in self.running

    def _has_room(self, busy):
        return len(busy) < self.places

    def _launch(self, run):
        if run.config.recipe.seed == 666:
            raise TrainingError("No such process.")
        self.launched.append(run.id)
        with run.writing() as writer:
            writer.write("status", status="starting", process=1, threads=1)
        self.running[run.id] = contextlib.ExitStack()
        self.running[run.id].enter_context(lock.hold(run.path / "lock"))

    def _end(self, run):
        self.done(run)

    def done(self, run, status="stopped"):
        self.running.pop(run.id).close()
        with run.writing() as writer:
            writer.write("status", status=status)


@pytest.fixture
def paper(monkeypatch):
    engine = Paper()
    monkeypatch.setattr("cnnviz.training.launch.engine", lambda: engine)
    return engine


@pytest.fixture
def clock(monkeypatch):
    ticks = itertools.count(1000)
    monkeypatch.setattr("cnnviz.runs.events.time.time", lambda: float(next(ticks)))


def test_a_paused_run_leaves_its_place_to_those_in_line(paper, new_config, clock):
    paper.places = 2
    one, two, three, four = (start(new_config()) for _ in range(4))
    writers = contextlib.ExitStack()
    for run in (one, two):  # as their processes would
        writer = EventWriter(run.path / "events.jsonl")
        writers.callback(writer.close)
        writer.write("status", status="running", step=0)
        if run is one:
            writer.write("status", status="paused", step=9)
    assert one.state().status == "paused"
    paper.dispatch()
    assert paper.launched == [one.id, two.id, three.id]
    paper.dispatch()
    assert four.state().status == "waiting"
    # Resumed while both places are taken, it goes behind those in line; and at once if not.
    resume(one)
    paper.done(two)
    resume(one)
    assert paper.launched[-1] == four.id
    paper.done(three)
    resume(one)
    writers.close()
    commands = (one.path / "control.jsonl").read_text().splitlines()
    assert [json.loads(command)["command"] for command in commands] == ["queue", "queue", "resume"]


def test_not_any_number_of_paused_runs_is_overlooked(paper, new_config):
    runs = [start(new_config()) for _ in range(9)]
    for _ in runs:
        paper.dispatch()
        for id in paper.launched:
            writer = EventWriter(runs_root() / id / "events.jsonl")
            writer.write("status", status="paused", step=1)
            writer.close()
    assert 4 <= len(paper.launched) <= 6


def test_first_come_first_served(paper, new_config, clock):
    one, two, three = (start(new_config()) for _ in range(3))
    assert [run.state().status for run in (two, three)] == ["waiting"] * 2
    assert two.state().active
    paper.dispatch()
    assert paper.launched == [one.id]  # nothing happens while it is full
    paper.done(one)
    paper.dispatch()
    assert paper.launched == [one.id, two.id]
    paper.places = 2
    paper.dispatch()
    assert paper.launched == [one.id, two.id, three.id]


def test_who_was_told_to_stop_in_line_is_not_started(paper, new_config):
    """Whoever told it takes it out of the line, but may have to wait while others are started."""
    one, two, three = (start(new_config()) for _ in range(3))
    two.control("stop")
    paper.done(one)
    paper.dispatch()
    assert paper.launched == [one.id, three.id]
    assert two.state().status == "stopped"
    paper.done(three)
    resume(two)  # what was said before counts no more
    assert paper.launched == [one.id, three.id, two.id]


def test_presenters_first_then_whoever_has_least(new_config):
    def config(owner):
        return new_config(owner=owner)

    waiting = [
        (1.0, "a1", config("a")),
        (2.0, "a2", config("a")),
        (3.0, "b1", config("b")),
        (9.0, "p", config("")),
    ]
    assert line.first(waiting, []) == "p"
    assert line.first(waiting[:3], []) == "a1"
    assert line.first(waiting[:3], [config("a")]) == "b1"
    assert line.first([], []) is None
    # Presenters' runs, however many, do not make a viewer wait for another viewer's turn.
    assert line.first(waiting, [config("")] * 3) == "p"


def test_a_race_one_after_another_and_together(paper, new_config, monkeypatch):
    monkeypatch.setattr(dispatcher, "cores", lambda: 4)
    paper.places = 9
    one, two = (start(new_config(group="slow", threads=4)) for _ in range(2))
    other = start(new_config())
    fast = [start(new_config(group="fast", threads=2)) for _ in range(3)]
    assert paper.launched == [one.id, other.id, fast[0].id, fast[1].id]
    paper.done(one, "finished")
    paper.dispatch()
    assert paper.launched[4:] == [two.id]


def test_a_new_engine_goes_on_with_the_line(new_config):
    runs = [create_run(new_config()) for _ in range(2)]
    for run in runs:
        line.enter(run)
    untouched = create_run(new_config())
    engine = Paper(places=5)
    engine.dispatch()
    assert sorted(engine.launched) == sorted(run.id for run in runs)
    assert line.waiting_since(untouched) is None


def test_dispatch_forever_fills_a_place_that_becomes_free(paper, new_config, until):
    one, two = start(new_config()), start(new_config())
    over = threading.Event()
    thread = threading.Thread(target=paper.dispatch_forever, args=(over,))
    thread.start()
    try:
        paper.done(one)
        until(two, lambda s: s.recorded == "starting")
    finally:
        over.set()
        thread.join(10)
    assert not thread.is_alive()


def test_dispatch_forever_survives_what_goes_wrong(paper, new_config, monkeypatch, until, caplog):
    one, two = start(new_config()), start(new_config())
    broken = threading.Event()

    def fail():
        broken.set()
        raise ValueError("nonsense")

    with monkeypatch.context() as patch:
        patch.setattr(paper, "dispatch", fail)
        over = threading.Event()
        thread = threading.Thread(target=paper.dispatch_forever, args=(over,))
        thread.start()
        assert broken.wait(20)
    try:
        paper.done(one)
        until(two, lambda s: s.recorded == "starting")
    finally:
        over.set()
        thread.join(10)
    assert caplog.text.count("could not be started") == 1


def test_what_cannot_be_launched_fails_with_a_sentence_and_the_next_starts(paper, new_config):
    busy, bad, good = start(new_config()), start(new_config(seed=666)), start(new_config())
    spoilt = start(new_config())
    (spoilt.path / "run.json").write_text("{")
    paper.done(busy)
    paper.dispatch()
    state = bad.state()
    assert (state.status, state.message) == ("failed", "No such process.")
    assert paper.launched == [busy.id, good.id]
    assert spoilt.state().status == "failed"
    assert "not JSON" in spoilt.state().message


def test_a_waiting_run_is_stopped_at_once_and_resumed_to_the_end_of_the_line(
    paper, new_config, clock
):
    one, two, three = (start(new_config()) for _ in range(3))
    stop(two)
    assert two.state().status == "stopped"
    resume(two)
    assert two.state().status == "waiting"
    # The stop of last time is not for the process of this time.
    assert two.state().control == (two.path / "control.jsonl").stat().st_size
    with pytest.raises(TrainingError, match="already"):
        resume(two)
    with pytest.raises(TrainingError, match="already"):
        resume(one)
    for _ in range(2):
        for run in (one, two, three):
            if run.id in paper.running:
                paper.done(run)
        paper.dispatch()
    assert paper.launched == [one.id, three.id, two.id]


def test_stopping_what_has_ended_or_never_began_does_nothing(paper, new_config):
    run = start(new_config())
    paper.done(run, "finished")
    before = run.events()
    stop(run)
    fresh = create_run(new_config())
    stop(fresh)
    assert run.events() == before
    assert run.state().status == "finished"
    assert not (run.path / "control.jsonl").exists()
    delete_run(run)
    stop(run)


def test_shipped_and_deleted_runs_are_refused(paper, new_config):
    run = create_run(new_config())
    run.shipped = True
    with pytest.raises(TrainingError, match="read-only"):
        resume(run)
    with pytest.raises(RunError, match="read-only"):
        stop(run)
    gone = create_run(new_config())
    _ = gone.config
    delete_run(gone)
    with pytest.raises(TrainingError, match="deleted"):
        resume(gone)


def test_only_a_whole_last_event_counts(new_config):
    run = create_run(new_config())
    events = run.path / "events.jsonl"
    assert line.waiting_since(run) is None
    line.enter(run)
    since = line.waiting_since(run)
    assert since > 0
    with events.open("ab") as file:
        file.write(b'{"event":"status","sta')
    assert line.waiting_since(run) == since
    with events.open("ab") as file:
        file.write(b'tus":"starting","time":1}\n')
    assert line.waiting_since(run) is None
    for nonsense in (
        b"\xff\x00\n",
        b"[]\n",
        b"3\n",
        b'{"event":"status","status":"waiting"}\n',
        b"",
    ):
        events.write_bytes(nonsense)
        assert line.waiting_since(run) is None
    # A long line before it is no hindrance.
    events.write_bytes(b" " * 100_000 + b"\n")
    line.enter(run)
    assert line.waiting_since(run) is not None


def test_a_line_that_others_hold_is_left_to_them(paper, new_config, monkeypatch):
    monkeypatch.setattr(dispatcher, "_PATIENCE", 0.05)
    run = create_run(new_config())
    with line.hold(1):
        paper.dispatch()
        with pytest.raises(TrainingError, match="try again"):
            resume(run)
        with pytest.raises(TrainingError, match="try again"):
            start(new_config())
    assert [r.id for r in list_runs()] == [run.id]  # the refused one left nothing behind
    assert list(runs_root().glob(".2*")) == []


# Viewers


@pytest.fixture
def viewers(monkeypatch):
    monkeypatch.setenv("CNNVIZ_VIEWER_RUNS", "2")


def test_viewers_may_not_start_runs_unless_allowed(paper, new_config):
    with pytest.raises(TrainingError, match="cannot start"):
        start(new_config(owner="ann", max_seconds=5.0))
    with pytest.raises(TrainingError, match="cannot start"):
        limits.for_viewer(new_config(), "ann")
    assert list_runs() == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"max_seconds": 0.0}, "seconds"),
        ({"max_seconds": limits.MAX_SECONDS + 1}, "seconds"),
        ({"epochs": limits.MAX_EPOCHS + 1}, "epochs"),
        ({"batch_size": limits.MAX_BATCH + 1}, "batch size"),
    ],
)
def test_a_viewers_run_is_small(paper, viewers, new_config, changes, word):
    fits = {"owner": "ann", "max_seconds": limits.MAX_SECONDS, "epochs": 1}
    with pytest.raises(TrainingError, match=word):
        start(new_config(**(fits | changes)))
    start(new_config(**fits))
    # The presenter has no such limits.
    start(new_config(**(fits | changes | {"owner": ""})))
    assert len(list_runs()) == 2


def test_a_viewers_network_and_pictures_are_small(paper, viewers, new_config):
    config = new_config(owner="ann", max_seconds=5.0)
    wide = [{"layer": "flatten"}, {"layer": "linear", "out": 4000}, {"layer": "linear", "out": 10}]
    with pytest.raises(TrainingError, match="parameters"):
        start(dataclasses.replace(config, spec=wide))
    pictures = {"train_images": torch.zeros(limits.MAX_OWN_BYTES + 1, dtype=torch.uint8)}
    with pytest.raises(TrainingError, match="20 MB"):
        start(dataclasses.replace(config, dataset="own"), tensors=pictures)


def test_a_viewers_config_is_cut_to_the_limits(viewers, new_config):
    config = limits.for_viewer(new_config(epochs=1, threads=8), "ann")
    assert (config.owner, config.max_seconds, config.threads) == ("ann", limits.MAX_SECONDS, 1)
    assert limits.for_viewer(new_config(max_seconds=3.0), "ann").max_seconds == 3.0
    with pytest.raises(TrainingError, match="epochs"):
        limits.for_viewer(new_config(epochs=900), "ann")
    assert "60 seconds" in limits.sentence()


def test_one_at_a_time_each_and_two_together(paper, viewers, new_config):
    def ask(owner):
        return start(new_config(owner=owner, max_seconds=5.0))

    paper.places = 9
    ann, bob, eve = ask("ann"), ask("bob"), ask("eve")
    assert paper.launched == [ann.id, bob.id]
    for owner in ("ann", "eve"):  # at work, and in line
        with pytest.raises(TrainingError, match="one at a time"):
            ask(owner)
    boss = start(new_config())
    assert boss.id in paper.launched
    paper.done(ann)
    paper.dispatch()
    assert paper.launched[-1] == eve.id
    assert len(list_runs()) == 4


def test_a_viewer_cannot_fill_the_disk_or_the_line(paper, viewers, new_config, monkeypatch):
    for _ in range(limits.MAX_KEPT):
        mine = start(new_config(owner="ann", max_seconds=5.0))
        paper.done(mine)
    with pytest.raises(TrainingError, match="the most that a viewer can make"):
        start(new_config(owner="ann", max_seconds=5.0))
    resume(mine)  # goes on with what is there
    assert paper.launched[-1] == mine.id
    monkeypatch.setattr(limits, "MAX_LINE", 2)
    for owner in ("b", "c"):
        start(new_config(owner=owner, max_seconds=5.0))
    with pytest.raises(TrainingError, match="Too many"):
        start(new_config(owner="d", max_seconds=5.0))


def test_viewers_runs_in_line_fail_when_no_longer_allowed(paper, viewers, new_config, monkeypatch):
    start(new_config())
    run = start(new_config(owner="ann", max_seconds=5.0))
    monkeypatch.setenv("CNNVIZ_VIEWER_RUNS", "0")
    paper.dispatch()
    assert run.state().status == "failed"
    assert "cannot start" in run.state().message


# Settings


def test_an_unknown_engine_is_said(monkeypatch, new_config):
    monkeypatch.setenv("CNNVIZ_ENGINE", "steam")
    with pytest.raises(TrainingError, match="“steam”; it must be local or ray"):
        start(new_config())
    assert list_runs() == []


def test_a_missing_ray_is_said(monkeypatch):
    monkeypatch.setenv("CNNVIZ_ENGINE", "ray")
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(TrainingError, match="requirements-ray"):
        engines.engine()


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_slots_that_make_no_sense_are_said_before_anything_is_made(monkeypatch, new_config, value):
    monkeypatch.setenv("CNNVIZ_SLOTS", value)
    with pytest.raises(TrainingError, match="CNNVIZ_SLOTS"):
        start(new_config())
    assert list_runs() == []


def test_slots_and_threads(monkeypatch):
    monkeypatch.setattr(settings, "cores", lambda: 8)
    assert settings.slots() == 4
    monkeypatch.setenv("CNNVIZ_SLOTS", "6")
    assert settings.slots() == 6
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert [settings.thread_share(0, others) for others in (0, 1, 2, 20)] == [8, 4, 2, 1]
    assert settings.thread_share(3, 5) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert settings.thread_share(3, 0) == 2
    monkeypatch.setattr(settings, "cores", lambda: 1)
    monkeypatch.delenv("CNNVIZ_SLOTS")
    assert settings.slots() == 1


@pytest.mark.parametrize(("text", "share"), [("", 0.0), ("0.25", 0.25), ("1", 1.0), ("2", 2.0)])
def test_gpu_shares(monkeypatch, text, share):
    monkeypatch.setenv("CNNVIZ_RAY_GPUS_PER_RUN", text)
    assert settings.ray_gpus() == share


@pytest.mark.parametrize("text", ["half", "-1", "1.5", "nan"])
def test_gpu_shares_that_make_no_sense(monkeypatch, text):
    monkeypatch.setenv("CNNVIZ_RAY_GPUS_PER_RUN", text)
    with pytest.raises(TrainingError, match="GPUS_PER_RUN"):
        settings.ray_gpus()


def test_the_engine_is_one_per_process():
    assert engines.engine() is engines.engine()
