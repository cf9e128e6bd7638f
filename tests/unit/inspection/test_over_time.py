import pytest

from cnnviz.inspection import over_time
from cnnviz.inspection.over_time import coarse_to_fine, frames_over_time
from cnnviz.runs import Progress, RunError, RunState

STEPS = list(range(0, 45, 5))
STATE = RunState(progress=[Progress(40, 2.0, 1.0, 0.5, 0.1, 900.0, 8.0)])


def test_the_next_call_goes_on_where_patience_ended(monkeypatch):
    clock, made = iter(range(10**6)), {}
    monkeypatch.setattr(over_time.time, "monotonic", lambda: next(clock))

    def frame_at(step, epoch, seconds):
        return made.setdefault(step, f"{step} {epoch} {seconds}".encode())

    first = frames_over_time(STATE, STEPS, frame_at, patience=4)
    assert {0, 40} < set(first) < set(STEPS)
    assert first[40] == b"40 2.0 8.0"
    every = frames_over_time(STATE, STEPS, frame_at, patience=100)
    assert sorted(every) == STEPS
    assert every[10] == b"10 0.5 2.0"


def test_a_damaged_snapshot_is_left_out():
    def frame_at(step, epoch, seconds):
        if step == 40:
            raise RunError("damaged")
        return b""

    assert sorted(frames_over_time(STATE, STEPS, frame_at)) == STEPS[:-1]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 9, 40])
def test_coarse_to_fine_names_each_index_once(count):
    order = list(coarse_to_fine(count))
    assert sorted(order) == list(range(count))
    if count > 1:
        assert order[:2] == [count - 1, 0]
