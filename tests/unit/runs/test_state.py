import copy

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


def health(step):
    layers = [
        {"name": "conv1", "gradient": 0.5, "ratio": 0.01, "dead": 0.25},
        {"name": "linear1", "gradient": 0.1, "ratio": 0.02, "dead": None},
    ]
    return {"event": "health", "step": step, "layers": layers}


def diagnosis(step, *kinds):
    findings = [{"kind": k, "text": "It is.", "advice": "Do."} for k in kinds]
    return {"event": "diagnosis", "step": step, "findings": findings}


def at(kind, step, **fields):
    return {"event": kind, "step": step, **fields}


def status(name, **fields):
    return {"event": "status", "status": name, **fields}


def test_a_whole_run():
    events = [
        status("starting", process=12, threads=2),
        status("running", step=0, total_steps=20, train_images=80, test_images=4, device="CPU"),
        evaluation(0),
        snapshot(0),
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
    assert state.seconds == 5
    assert state.snapshots == [0, 20]
    assert state.final.confusion == ((2, 0), (1, 1))


def test_a_run_in_line_is_active_without_a_process():
    assert RunState().status == "interrupted"  # nobody has put it in line
    state = fold([status("waiting", time=10.0)])
    assert (state.status, state.active, state.can_resume) == ("waiting", True, False)
    assert fold([status("starting", time=12.0)], state).status == "interrupted"
    assert state.asked_at == 10.0
    fold([status("stopped", step=3, time=20.0), status("starting", time=30.0)], state)
    assert state.asked_at == 30.0


def test_health_findings_changes_and_batches():
    state = fold(
        [
            health(4),
            diagnosis(4, "dead", "flat"),
            at("changed", 5, learning_rate=0.1),
            at("changed", 6, pace=2),
            health(8),
            diagnosis(8, "flat"),
            at("batch", 9),
        ]
    )
    assert [h.step for h in state.health] == [4, 8]
    layer = state.health[-1].layers[0]
    assert (layer.name, layer.gradient, layer.ratio, layer.dead) == ("conv1", 0.5, 0.01, 0.25)
    assert state.health[-1].layers[1].dead is None
    assert [f.kind for f in state.findings] == ["flat"]
    assert [(c.step, c.learning_rate, c.pace) for c in state.changes] == [
        (5, 0.1, None),
        (6, None, 2.0),
    ]
    assert state.batches == [9]
    # A run that goes on from step 5 has not seen what came after it.
    fold([status("running", step=5)], state)
    assert [h.step for h in state.health] == [4]
    assert [f.kind for f in state.findings] == ["dead", "flat"]
    assert [c.step for c in state.changes] == [5]
    assert state.batches == []
    assert fold([diagnosis(6)], state).findings == []


def test_a_thinned_snapshot_is_gone():
    state = fold([snapshot(1), snapshot(2), snapshot(4), at("thinned", 2)])
    assert state.snapshots == [1, 4]
    assert fold([at("thinned", 3)], state).snapshots == [1, 4]


def test_the_final_evaluation_is_the_last_one_on_all_images():
    start = status("running", step=0, test_images=4)
    matrix = [[1, 0], [1, 0]]
    part = evaluation(1, matrix) | {"images": 2}
    assert fold([start, part]).final is None
    state = fold([start, evaluation(1, matrix), evaluation(2, matrix), part | {"step": 3}])
    assert state.final.step == 2
    assert state.evaluations[-1].confusion == ((1, 0), (1, 0))


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
    for event in (
        {"event": "step", "step": 1},
        {"step": 1},
        status("on fire"),
        snapshot("x"),
        at("health", 1, layers=[{"name": "conv1"}]),
        at("diagnosis", 1, findings=["bad"]),
        at("thinned", None),
        at("batch", "a"),
    ):
        with pytest.raises(RunError, match="no sense"):
            fold([event])


STEPS = st.integers(0, 40)
EVENTS = st.lists(
    st.one_of(
        STEPS.map(progress),
        STEPS.map(evaluation),
        STEPS.map(snapshot),
        STEPS.map(health),
        STEPS.map(lambda n: diagnosis(n, "flat")),
        STEPS.map(lambda n: at("thinned", n)),
        STEPS.map(lambda n: at("batch", n)),
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
        [h.step for h in state.health],
        state.snapshots,
        state.batches,
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
