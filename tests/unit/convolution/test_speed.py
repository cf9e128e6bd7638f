"""The three ways that are timed give the same numbers; the crossover is found."""

import numpy as np
import pytest

from cnnviz.convolution import correlate2d
from cnnviz.convolution.speed import WAYS, Timing, crossover, machine, measure, ties


@pytest.mark.parametrize("kernel", [2, 3, 8])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_convolves(way, kernel):
    numbers = np.random.default_rng(kernel)
    image, row = numbers.random((9, 11)), numbers.random(kernel)
    exact = correlate2d(image, np.outer(row, row), padding="full", flip=True)
    np.testing.assert_allclose(WAYS[way](image, row), exact, atol=1e-12)


def test_measuring():
    timings = measure(16, (3, 5), rounds=2)
    assert [timing.kernel for timing in timings] == [3, 5]
    assert all(min(timing[1:]) > 0 for timing in timings)


def test_no_time_left_still_measures_once():
    assert len(measure(16, (3,), budget=0)) == 1


def times(*pairs):
    return [Timing(k, direct, 1, fft) for k, (direct, fft) in enumerate(pairs, start=1)]


def test_the_crossover_is_where_direct_never_wins_again():
    assert crossover(times((1, 2), (2, 1), (1, 2), (3, 2), (9, 2))) == 4
    assert crossover(times((1, 2), (1, 2))) is None
    assert crossover(times((3, 2), (3, 2))) == 1


def test_nearly_the_same_time_is_a_tie_and_no_victory():
    timings = times((10, 9), (9, 10), (10, 5), (10, 7))
    assert ties(timings) == [1, 2]
    assert crossover(timings) == 3
    noisy = times((9, 10), (10, 9), (10, 5), (10, 7))
    assert crossover(noisy) == 3


def test_the_machine_has_a_name():
    assert machine().endswith("cores")
