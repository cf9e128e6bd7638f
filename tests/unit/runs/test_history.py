import itertools
import json
import math
import random
import resource
import time

import pytest

from cnnviz.live.lobby import LobbyReader
from cnnviz.runs import Run, create_run, fold, history


def line(kind, **fields):
    return json.dumps({"event": kind, "time": 1.7e9, **fields}, separators=(",", ":")).encode()


def step(at, loss, accuracy=0.5):
    return line(
        "step", step=at, epoch=at / 100, seconds=at * 0.3, loss=loss, accuracy=accuracy,
        learning_rate=0.1, images_per_second=1000.0,
    )  # fmt: skip


def evaluation(at, loss):
    return line(
        "evaluation", step=at, epoch=at / 100, seconds=at * 0.3, loss=loss, accuracy=0.5, images=4,
        confusion=[[1, 1], [1, 1]],
    )  # fmt: skip


def long_run(count, seed=0):
    """Lines of a run with so many, of all kinds; its snapshots are thinned on the way."""
    draw = random.Random(seed)
    lines = [line("status", status="running", step=0, total_steps=count, test_images=4)]
    snapshots = []
    for at in range(1, count):
        loss = round(2.3 * math.exp(-at / count) + draw.random(), 5)
        if at % 10 == 0:
            lines.append(evaluation(at, loss))
        elif at % 10 == 1:
            lines.append(line("snapshot", step=at, epoch=at / 100, seconds=0.1))
            snapshots.append(at)
        elif at % 10 == 2 and len(snapshots) > 30:
            lines.append(line("thinned", step=snapshots.pop(draw.randrange(29))))
        elif at % 1000 == 3:
            lines.append(line("changed", step=at, learning_rate=0.5 / at))
        else:
            lines.append(step(at, loss, round(draw.random(), 5)))
    return [*lines, line("status", status="finished", step=count - 1)]


def read(lines, pieces=1):
    kept = history.History()
    size = -(-len(lines) // pieces)
    for begin in range(0, len(lines), size):
        kept.add(b"\n".join(lines[begin : begin + size]) + b"\n")
    return kept


def folded(lines):
    return fold(map(json.loads, lines))


def test_a_short_run_is_kept_whole():
    lines = [one for one in long_run(1000) if b'"thinned"' not in one]
    kept = read(lines)
    assert kept.lines() == lines
    assert kept.left_out == 0
    assert kept.offset == sum(len(one) + 1 for one in lines)


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_long_run_keeps_its_ends_its_extremes_and_all_that_is_no_curve(pieces):
    lines = long_run(60_000)
    kept = read(lines, pieces)
    whole, thin = folded(lines), folded(kept.lines())
    assert len(kept.lines()) < 6000
    for name in ("progress", "evaluations"):
        all_, some = getattr(whole, name), getattr(thin, name)
        assert some[0] == all_[0]
        assert some[-60:] == all_[-60:]
        assert set(some) <= set(all_)
        for value in ("loss", "accuracy"):
            for extreme in (min, max):
                assert extreme(getattr(p, value) for p in some) == extreme(
                    getattr(p, value) for p in all_
                )
        gaps = [b.step - a.step for a, b in itertools.pairwise(some)]
        assert max(gaps) < 60_000 / 100
    left = len(whole.progress) - len(thin.progress)
    assert kept.left_out == left + len(whole.evaluations) - len(thin.evaluations)
    for name in ("snapshots", "changes", "recorded", "total_steps", "step", "seconds", "final"):
        assert getattr(thin, name) == getattr(whole, name), name


def test_a_resumed_run_loses_what_it_did_twice():
    first = [one for one in long_run(30_000) if b"finished" not in one]
    again = [line("status", status="running", step=20_005)]
    again += [step(at, 0.1) for at in range(20_006, 40_000)]
    again.insert(9, line("snapshot", step=20_014, epoch=1.0, seconds=0.1))
    kept = read([*first, *again], 5)
    whole, thin = folded([*first, *again]), folded(kept.lines())
    assert thin.snapshots == whole.snapshots
    assert set(thin.progress) <= set(whole.progress)
    assert thin.progress[-1] == whole.progress[-1]
    left_out = sum(
        len(getattr(whole, n)) - len(getattr(thin, n)) for n in ("progress", "evaluations")
    )
    assert kept.left_out == pytest.approx(left_out, abs=100)


def test_nonsense_in_a_long_run_is_not_swallowed():
    lines = long_run(20_000)
    lines[777] = b'{"event":"step","loss":"x"'
    lines[9_000] = b"[[["
    lines[9_001] = step(9_001, 1.0).replace(b'"loss":1.0', b'"loss":x')
    kept = read(lines).lines()
    assert {lines[777], lines[9_000], lines[9_001]} <= set(kept)


@pytest.fixture
def long_folder(config, own_runs):
    def make(count):
        run = create_run(config)
        (run.path / history.FILE).write_bytes(b"\n".join(long_run(count)) + b"\n")
        return run

    return make


def test_a_run_reads_its_long_history_once_and_then_what_is_new(long_folder, monkeypatch):
    run = long_folder(40_000)
    state = run.state()
    assert state.left_out > 10_000
    assert state.recorded == "finished"
    added = history.History.add
    seen = []
    monkeypatch.setattr(
        history.History, "add", lambda self, data: (seen.append(len(data)), added(self, data))
    )
    with run.writing() as writer:
        writer.write("status", status="running", step=39_999)
        assert Run(run.path).state().recorded == "running"
        assert run.state(state) is state
        assert state.recorded == "running"
    assert sum(seen) < 1000
    # A file that was written anew is read anew.
    (run.path / history.FILE).write_bytes(b"\n".join(long_run(30_000)) + b"\n")
    assert Run(run.path).state().step == 29_999
    assert json.loads(LobbyReader().read())["runs"][0]["status"] == "finished"


def test_a_million_lines_are_opened_in_a_moment_with_little_memory(long_folder):
    run = long_folder(100_000)
    path = run.path / history.FILE
    whole = path.read_bytes()
    with path.open("ab") as file:
        for _ in range(9):
            file.write(whole)
    size = path.stat().st_size
    del whole
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    state = run.state()
    seconds = time.process_time() - began
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 60
    assert size > 100_000_000
    assert seconds < 6  # about 1.5 on a quiet machine
    assert len(state.progress) < 8000
