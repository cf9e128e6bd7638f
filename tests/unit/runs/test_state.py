import copy
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.runs import RunError, fold
from cnnviz.runs.state import RunState


def progress(step):
    return {
        "event": "step",
        "step": step,
        "epoch": step / 10,
        "loss": 1 / (step + 1),
        "accuracy": 0.5,
        "learning_rate": 0.01,
        "images_per_second": 1000.0,
        "seconds": step / 4,
    }


def evaluation(step, confusion=None):
    event = {
        "event": "evaluation",
        "step": step,
        "epoch": step / 10,
        "loss": 1.0,
        "accuracy": 0.75,
        "images": 4,
        "seconds": step / 4,
    }
    return event if confusion is None else event | {"confusion": confusion}


def snapshot(step):
    return {"event": "snapshot", "step": step}


def probe(step):
    return {"event": "probe", "step": step, "probabilities": [[0.25, 0.75]]}


def status(name, **fields):
    return {"event": "status", "status": name, **fields}


def test_a_whole_run():
    events = [
        status("starting", process=12, threads=2),
        status("running", step=0, total_steps=20, train_images=80, test_images=4, device="CPU"),
        evaluation(0),
        snapshot(0),
        probe(0),
        progress(10),
        evaluation(10),
        progress(20),
        status("testing", step=20),
        snapshot(20),
        evaluation(20, [[2, 0], [1, 1]]),
        status("finished", step=20, control=33),
    ]
    state = fold(events)
    assert state.status == "finished"
    assert not state.active
    assert (state.step, state.total_steps, state.train_images, state.test_images) == (20, 20, 80, 4)
    assert (state.process, state.threads, state.device, state.control) == (12, 2, "CPU", 33)
    assert [p.step for p in state.progress] == [10, 20]
    assert state.images_per_second == 80 * 2 / 5
    assert state.seconds == 5
    assert state.snapshots == [0, 20]
    assert state.final.confusion == ((2, 0), (1, 1))
    assert state.probabilities == [[0.25, 0.75]]


def test_the_rate_of_an_active_run_is_that_of_its_last_ten_seconds():
    slow = [progress(step) | {"seconds": 3 * step} for step in (5, 10)]
    fast = [progress(step) | {"seconds": 30 + (step - 10) / 2} for step in (20, 30, 40)]
    start = status("running", step=0, total_steps=50, train_images=80)
    state = fold([start, *slow, *fast])
    assert state.images_per_second == pytest.approx(80 * 4 / 45)  # its process is gone: all of it
    active = dataclasses.replace(state, alive=True)
    assert active.images_per_second == pytest.approx(80 * 2 / 10)  # from step 20 to step 40


def test_an_active_run_without_a_process_is_interrupted():
    state = fold([status("running", step=0)])
    assert state.status == "interrupted"
    assert state.can_resume
    assert not state.active
    state.alive = True
    assert state.status == "running"
    assert state.active
    assert not state.can_resume


def test_a_failure_says_why_and_whether_to_go_on():
    state = fold([status("failed", message="No room.", resumable=True)])
    assert (state.status, state.message, state.can_resume) == ("failed", "No room.", True)
    state = fold([status("failed", message="NaN", resumable=False)])
    assert not state.can_resume


def test_a_resumed_run_supersedes_what_lies_past_its_checkpoint():
    events = [
        *(progress(n) for n in (10, 20, 30)),
        *(evaluation(n) for n in (15, 25)),
        *(snapshot(n) for n in (1, 2, 4, 8, 16, 32)),
        status("running", step=16),
    ]
    state = fold(events)
    assert [p.step for p in state.progress] == [10]
    assert [e.step for e in state.evaluations] == [15]
    assert state.snapshots == [1, 2, 4, 8, 16]
    assert state.step == 16


def test_an_unknown_event_is_passed_over_and_a_senseless_one_named():
    assert fold([{"event": "weather", "step": 3}]) == RunState()
    for event in ({"event": "step", "step": 1}, {"step": 1}, status("on fire"), snapshot("x")):
        with pytest.raises(RunError, match="no sense"):
            fold([event])


STEPS = st.integers(0, 40)
EVENTS = st.lists(
    st.one_of(
        STEPS.map(progress),
        STEPS.map(evaluation),
        STEPS.map(snapshot),
        STEPS.map(probe),
        STEPS.map(lambda n: status("running", step=n)),
        st.just(status("paused")),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(EVENTS, st.integers(0, 40))
def test_folding_in_two_parts_is_folding_at_once(events, cut):
    part = fold(copy.deepcopy(events[:cut]))
    assert fold(events[cut:], part) == fold(events)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_points_are_in_order_whatever_was_repeated(events):
    state = fold(events)
    for steps in (
        [p.step for p in state.progress],
        [e.step for e in state.evaluations],
        state.snapshots,
    ):
        assert steps == sorted(set(steps))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=20).map(sorted), st.data())
def test_a_run_killed_and_resumed_folds_to_the_unbroken_one(steps, data):
    """Steps until a kill, then from a checkpoint at or before it: the same curve."""
    kill = data.draw(st.integers(0, len(steps)))
    checkpoint = data.draw(st.integers(0, steps[kill - 1] if kill else 0))
    unbroken = fold([status("running", step=0), *map(progress, steps)])
    broken = fold(
        [
            status("running", step=0),
            *map(progress, steps[:kill]),
            status("running", step=checkpoint),
            *(progress(n) for n in steps if n > checkpoint),
        ]
    )
    assert broken.progress == unbroken.progress
