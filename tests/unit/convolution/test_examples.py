"""The lecture examples offered as presets: each is traced to the right value."""

import numpy as np
import pytest

from cnnviz.convolution import lecture_examples, lecture_source

EXAMPLES = lecture_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_the_trace_gives_the_right_value_and_so_does_its_code(example):
    traced = example.trace()
    np.testing.assert_allclose(traced.output, example.expected, rtol=0, atol=6e-7)
    scope = {}
    exec(traced.pytorch, scope)
    np.testing.assert_allclose(scope["output"].numpy(), traced.output, rtol=0, atol=1e-9)
    assert traced.window == example.window
    assert (traced.kernel is None) == (example.kernel is None)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_an_erratum_shows_what_the_slide_says_and_it_is_wrong(example):
    assert (example.slide_value is not None) == (example.kind == "erratum")
    if isinstance(example.slide_value, np.ndarray):
        assert example.slide_value.shape == example.expected.shape
        assert not np.allclose(example.slide_value, example.expected)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_each_says_where_it_is_from_and_what_is_known_about_it(example):
    assert example.note.endswith(".")
    assert lecture_source(example.id).startswith("slide “")


def test_every_example_can_be_named_and_described():
    titles = [example.title for example in EXAMPLES]
    assert len(set(titles)) == len(titles)
    assert all(example.shows.endswith(".") and example.statement for example in EXAMPLES)


def test_every_operator_has_an_example():
    assert {example.operator for example in EXAMPLES} == {
        "correlation",
        "transposed",
        "max",
        "mean",
        "median",
    }
    assert {example.kind for example in EXAMPLES} == {"printed", "derived", "erratum", "garbled"}
