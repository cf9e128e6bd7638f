"""Grids of numbers typed by a person."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.imaging import KERNELS
from cnnviz.ui.shared.typed_grids import exact, parse_grid, parse_kernels

NUMBERS = st.integers(-9999, 9999).map(lambda n: n / 100)


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_a_grid_comes_back_as_typed(data):
    rows, columns = data.draw(st.tuples(st.integers(1, 32), st.integers(1, 32)))
    row = st.lists(NUMBERS, min_size=columns, max_size=columns)
    grid = data.draw(st.lists(row, min_size=rows, max_size=rows))
    # Two numbers and a comma without a space could be one: 1,2.
    apart = data.draw(st.sampled_from([" ", ", ", "\t"] + [","] * (columns != 2)))
    end = data.draw(st.sampled_from(["\n", ";", " ;\n"]))
    text = end.join(apart.join(f"{value:g}" for value in line) for line in grid)
    assert parse_grid(text).tolist() == grid


@pytest.mark.parametrize("text", ["1 2\n\n3 4\n", "1 2;3 4;", " 1,2 ; 3 , 4 "])
def test_empty_lines_and_spaces_do_not_matter(text):
    assert parse_grid(text).tolist() == [[1, 2], [3, 4]]


def test_fractions_and_real_minus_signs_are_numbers():
    assert parse_grid("1/4 −2").tolist() == [[0.25, -2.0]]


@pytest.mark.parametrize("text", ["", " \n;", "1 2;3", "a", "1e9", "nan", "inf", "1/0", "1 " * 33])
def test_what_is_no_grid_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"^[A-Z“].*[.0-9]$"):
        parse_grid(text)


def test_one_kernel_serves_all_channels_or_each_has_its_own():
    assert parse_kernels("1 2;3 4", 3).tolist() == [[[1, 2], [3, 4]]] * 3
    assert parse_kernels("1 2\n\n3 4\n \n5 6", 3).tolist() == [[[1, 2]], [[3, 4]], [[5, 6]]]


@pytest.mark.parametrize(("text", "channels"), [("1\n\n2", 1), ("1\n\n2", 3), ("1\n\n2 3", 2)])
def test_kernels_must_fit_the_channels(text, channels):
    with pytest.raises(ValueError, match="kernels"):
        parse_kernels(text, channels)


def test_weights_are_exact():
    assert exact(KERNELS["box-3"].weights).tolist() == [[1 / 9] * 3] * 3
    assert exact(KERNELS["box-3"].weights).sum() == pytest.approx(1, abs=1e-15)
    for kernel in KERNELS.values():
        assert np.array_equal(exact(kernel.weights).astype(np.float32), kernel.weights)
