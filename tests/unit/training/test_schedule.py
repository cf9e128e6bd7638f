import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.runs import Recipe
from cnnviz.training.schedule import Pace, Stopwatch, make_optimiser, one_cycle, snapshot_steps


@settings(max_examples=40, deadline=None)
@given(total=st.integers(4, 400), peak=st.floats(1e-4, 10))
def test_one_cycle_is_torchs(total, peak):
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimiser, peak, total_steps=total)
    for step in range(total):
        assert one_cycle(step, total, peak) == pytest.approx(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if step + 1 < total:
            theirs.step()


@pytest.mark.parametrize("total", [1, 2, 3])
def test_very_short_cycles_have_rates_too(total):
    assert all(0 < one_cycle(step, total, 0.5) <= 0.5 for step in range(total))


@settings(max_examples=200, deadline=None)
@given(total=st.integers(1, 10**6), size=st.integers(1, 10**9))
def test_snapshots_span_the_run_within_a_budget(total, size):
    steps = snapshot_steps(total, size)
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, total)
    assert len(steps) <= 42
    assert len(steps) <= 10 or len(steps) * size <= 64 * 2**20


def test_snapshots_are_dense_where_learning_is_fast():
    steps = snapshot_steps(1000, 100_000)
    assert sum(step <= 100 for step in steps) >= len(steps) // 3
    assert max(b - a for a, b in itertools.pairwise(steps)) <= 60


@pytest.mark.parametrize(
    ("recipe", "reference"),
    [
        (
            Recipe(optimiser="adamw", learning_rate=0.1, weight_decay=0.2),
            lambda p: torch.optim.AdamW([p], lr=0.1, weight_decay=0.2, foreach=False),
        ),
        (
            Recipe(optimiser="sgd", learning_rate=0.1, weight_decay=0.2),
            lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.2),
        ),
    ],
)
def test_optimisers_step_like_the_plain_ones(recipe, reference):
    start = torch.linspace(-1, 1, 6)
    ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    for optimiser, p in ((make_optimiser([ours], recipe), ours), (reference(theirs), theirs)):
        for _ in range(5):
            optimiser.zero_grad()
            (p**3).sum().backward()
            optimiser.step()
    assert not torch.equal(ours, start)
    torch.testing.assert_close(ours, theirs)


def test_pace_keeps_its_distance_and_its_share(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    pace = Pace(1.0, share=0.1)
    assert pace.due()
    with pace.spend():
        now[0] += 0.5
    for at, due in ((105.4, False), (105.6, True)):
        now[0] = at
        assert pace.due() is due
    with pace.spend():
        now[0] += 0.01
    now[0] += 0.9
    assert not pace.due()
    now[0] += 0.2
    assert pace.due()


def test_stopwatch_counts_between_start_and_stop(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    watch = Stopwatch(10.0)
    watch.start()
    now[0] = 2.0
    watch.stop()
    now[0] = 50.0
    watch.start()
    now[0] = 51.0
    watch.stop()
    assert watch.seconds == 13.0
