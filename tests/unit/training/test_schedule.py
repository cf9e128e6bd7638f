import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.training.schedule import (
    EARLY,
    Pace,
    Stopwatch,
    most_snapshots,
    one_cycle,
    to_thin,
)


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


@pytest.mark.parametrize(
    ("megabytes", "each", "most"),
    [(None, 100_000, 60), (None, 2**20, 50), (None, 2**30, 4), ("10", 2**20, 10), ("x", 1, 60),
     ("0", 100, 4), ("1e9", 2**20, 60), (None, 0, 60)],
)  # fmt: skip
def test_snapshots_fit_into_the_budget(monkeypatch, megabytes, each, most):
    monkeypatch.delenv("CNNVIZ_SNAPSHOT_MB", raising=False)
    if megabytes:
        monkeypatch.setenv("CNNVIZ_SNAPSHOT_MB", megabytes)
    assert most_snapshots(each) == most


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 10_000), min_size=3, max_size=40).map(sorted))
def test_thinning_leaves_the_smallest_gap_it_can(steps):
    gone = to_thin(steps)
    assert gone in steps[1:-1]

    def gap_without(step):
        left = [s for s in steps if s != step]
        i = steps.index(step)
        return math.log((left[i] + 1) / (left[i - 1] + 1))

    assert gap_without(gone) <= min(gap_without(s) for s in steps[1:-1]) + 1e-12


@pytest.mark.parametrize("pace", [5, 70, 1000])
def test_thinned_as_it_goes_a_long_run_is_kept_log_evenly(pace):
    kept, seen = sorted(EARLY), [*range(64 + pace, 3600 * pace, pace)]
    for step in seen:
        kept.append(step)
        if len(kept) > 60:
            kept.remove(to_thin(kept))
    assert len(kept) == 60
    assert (kept[0], kept[-1]) == (0, seen[-1])
    places = [math.log1p(step) for step in kept]
    even = (places[-1] - places[7]) / (len(kept) - 8)
    # Only while the steps of a second make more than a gap can any be wide.
    wide = [b for a, b in itertools.pairwise(kept[7:]) if math.log((b + 1) / (a + 1)) > 2 * even]
    assert all(step < 64 + pace / even for step in wide)


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
