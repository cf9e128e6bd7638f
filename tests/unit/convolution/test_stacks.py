"""Stacks as text, and the cells that a unit sees."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.convolution import (
    ConvolutionError,
    cells_seen,
    format_stack,
    layer_reads,
    parse_stack,
    receptive_fields,
    stack_sizes,
)
from cnnviz.convolution.stacks import extent, inside
from cnnviz.inspection.receptive_field import measured_field, stack_maps


@st.composite
def words(draw):
    kind, kernel = draw(st.sampled_from("cpa")), draw(st.integers(1, 3))
    word = f"{kind}{kernel}"
    if draw(st.booleans()):
        word += f"s{draw(st.integers(1, 3))}"
    dilation = draw(st.integers(1, 2)) if kind != "a" else 1
    most = kernel // 2 if kind != "c" else min(2, dilation * (kernel - 1))
    word += f"p{draw(st.integers(0, most))}"
    return word + (f"d{dilation}" if dilation > 1 else "")


stacks = st.lists(words(), min_size=1, max_size=4).map(" ".join)


@given(stacks)
def test_text_is_read_back(text):
    layers = parse_stack(text)
    assert parse_stack(format_stack(layers)) == layers


@settings(max_examples=60, deadline=None)
@given(stacks, st.integers(6, 12), st.data())
def test_traced_cells_have_a_gradient_and_lie_in_the_field(text, side, data):
    layers = parse_stack(text)
    try:
        sizes = stack_sizes(layers, side)
    except ConvolutionError:
        assume(False)
    assert stack_maps(layers, np.ones((side, side)))[-1].shape == (sizes[-1],) * 2
    unit = data.draw(st.tuples(*[st.integers(0, sizes[-1] - 1)] * 2))
    seen = cells_seen(layers, side, unit[0] * sizes[-1] + unit[1])
    if "p" not in {word[0] for word in text.split()}:  # what wins a maximum is chance
        assert np.array_equal(seen, measured_field(layers, side, unit) > 0)
    field = receptive_fields(layer.window for layer in layers)[-1]
    for axis, at in enumerate(unit):
        low, high = field.bounds(at)
        found = np.flatnonzero(seen.any(1 - axis))
        assert not len(found) or (found[0] >= low and found[-1] <= high)


def test_the_extent_of_an_inner_unit_is_the_formulas():
    layers = parse_stack("c3d2 p2 c3")
    field = receptive_fields(layer.window for layer in layers)[-1]
    unit, side = (1, 2), 18
    width = stack_sizes(layers, side)[-1]
    seen = cells_seen(layers, side, unit[0] * width + unit[1])
    assert np.array_equal(extent(seen), inside(field, unit, side))
    assert not extent(np.zeros((3, 3), bool)).any()


def test_an_inner_unit_sees_exactly_its_field():
    layers = parse_stack("c3 p2 c3d2")
    seen = cells_seen(layers, 16, 0)
    assert seen.sum() == (6 * 2) ** 2  # conv 3 at rate 2 reads 3 of every 2nd pool, each 4×4
    assert layer_reads(layers[2], 7).shape == (9, 9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1 to 6 layers"),
        ("c3 " * 7, "not 7"),
        ("x3", "is not a layer"),
        ("c0", "at least 1"),
        ("c3s0", "at least 1"),
        ("p2p2", "at most 1"),
        ("a2d2", "no dilation"),
    ],
)
def test_refusals_say_what_to_do(text, words):
    with pytest.raises(ConvolutionError, match=words):
        parse_stack(text)


def test_a_layer_that_does_not_fit_is_named():
    with pytest.raises(ConvolutionError, match="Layer 2, max pool 9×9"):
        stack_sizes(parse_stack("c3 p9"), 8)
