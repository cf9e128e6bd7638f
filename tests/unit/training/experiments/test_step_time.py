"""How long steps take: what is measured where, by a clock that a test turns."""

import itertools

import pytest
import torch

from cnnviz.training.experiments.step_time import REPEATS, code, measure, places


def test_it_measures_each_batch_on_each_place_and_gives_the_threads_back():
    before = torch.get_num_threads()
    assert ("cpu", 1) in places()
    ticks = itertools.count()
    # Each step looks twice at a clock that goes on by one each time: it takes one second.
    found = list(measure([("cpu", 1), ("cpu", 2)], (1, 4), clock=lambda: float(next(ticks))))
    assert [(one.device, one.batch) for one in found] == [
        ("CPU, 1 thread", 1), ("CPU, 2 threads", 1), ("CPU, 1 thread", 4), ("CPU, 2 threads", 4),
    ]  # fmt: skip
    assert {one.seconds for one in found} == {1.0}
    assert next(ticks) == 4 * 2 * (REPEATS + 1)
    assert found[-1].pictures == pytest.approx(4)
    assert torch.get_num_threads() == before


def test_the_copied_code_times_the_same_batches():
    scope = {"__name__": "copied"}
    exec(code((1, 2)), scope)
    assert list(scope["steps"]) == [1, 2]
    assert all(seconds > 0 for seconds in scope["steps"].values())
