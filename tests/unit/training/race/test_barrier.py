import threading
import time

from cnnviz.runs import create_run
from cnnviz.training import worker
from cnnviz.training.race import barrier
from cnnviz.training.race.barrier import await_lanes


def never():
    return False


def lanes(new_config, count, **fields):
    import dataclasses

    return [
        create_run(
            dataclasses.replace(
                new_config(group="20260101-000000-x-0000", threads=1, **fields), lanes=count
            )
        )
        for _ in range(count)
    ]


def write(run, kind, **fields):
    with run.writing() as writer:
        writer.write(kind, **fields)


def test_all_go_at_one_moment_when_the_last_is_ready(new_config):
    one, two, three = lanes(new_config, 3)
    went = {}

    def lane(run, after):
        time.sleep(after)
        write(run, "status", status="starting")
        write(run, "ready")
        assert await_lanes(run, never)
        went[run.id] = time.monotonic()

    began = time.monotonic()
    threads = [threading.Thread(target=lane, args=(r, s)) for r, s in ((one, 0), (two, 0.2),
                                                                     (three, 0.8))]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went) == 3
    assert min(went.values()) - began > 0.75
    assert max(went.values()) - min(went.values()) < 0.5


def test_a_lane_that_fails_keeps_nobody(new_config):
    one, two = lanes(new_config, 2)
    write(one, "ready")
    write(two, "status", status="failed", message="no room")
    assert await_lanes(one, never, patience=5)


def test_a_lane_that_never_comes_keeps_nobody_for_ever(new_config):
    one, two = lanes(new_config, 2)
    write(one, "ready")
    assert not await_lanes(one, never, patience=0.2)
    (two.path / "run.json").write_text("{")
    assert not await_lanes(one, never, patience=0.2)


def test_a_stop_is_heard_meanwhile(new_config):
    one, _ = lanes(new_config, 2)
    assert not await_lanes(one, lambda: True)


def test_two_real_lanes_and_what_they_learn(new_config, monkeypatch):
    """The same numbers as alone: waiting changes nothing."""
    monkeypatch.setattr(barrier, "PATIENCE", 5.0)
    alone = create_run(new_config(epochs=1))
    worker.train(alone, 1)
    one, two = lanes(new_config, 2, epochs=1)
    write(two, "ready")
    worker.train(one, 1)
    first, second = (run.load_snapshot(run.state().step) for run in (alone, one))
    assert all(first[name].equal(second[name]) for name in first)
    kinds = [e.get("status", e["event"]) for e in one.events()[0]]
    assert kinds.index("ready") < kinds.index("running")
