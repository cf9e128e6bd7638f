"""Equivariance: the deck's object, what breaks it, links, refusals."""

from functools import partial

import pytest

from tests.pages.sent import sent


@pytest.fixture
def open_page(visit):
    return partial(visit, "equivariance")


def exact_at(app):
    return next(mark.value for mark in app.markdown if mark.value.startswith("Exact at"))


def test_opens_on_the_decks_object_and_walks_to_its_shift(open_page):
    app = open_page()
    assert not app.exception
    data = sent(app, "drag")[0]
    assert data["object"] == [[1, 2, 0], [0, 3, 1], [1, 0, 1]]
    assert (data["home"], data["shift"], data["play"]) == ([2, 2], [1, 2], True)
    assert "**49 of 49**" in exact_at(app)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"eq_s": "2"}, "Stride 2"),
        ({"eq_pool_s3-equivariance": "max"}, "Pooling"),
        ({"eq_bg": "1"}, "Zero padding"),
    ],
)
def test_each_switch_breaks_it_and_says_why(open_page, query, word):
    app = open_page(**query)
    assert not app.exception
    assert "49 of 49" not in exact_at(app)
    assert any(f"**{word}" in mark.value for mark in app.markdown)


def test_circular_edges_mend_it(open_page):
    app = open_page(eq_bg="1", eq_edges="circular")
    assert "**49 of 49**" in exact_at(app)


def test_the_pooling_example(open_page):
    app = open_page(eq_example="s3-pool-invariance")
    assert not app.exception
    data = sent(app, "drag")[0]
    assert (data["object"], data["side"], data["pooling"], data["shift"]) == (
        [[9]],
        4,
        "max",
        [1, 1],
    )
    assert "Three pictures, max-pooled" in [head.value for head in app.header]


def test_a_link_restores_the_shift(open_page):
    data = sent(open_page(eq_at="-1,3", eq_edges="valid"), "drag")[0]
    assert (data["shift"], data["play"], data["edges"]) == ([-1, 3], False, "valid")
    assert sent(open_page(eq_at="far away"), "drag")[0]["play"] is True


def test_an_object_that_does_not_fit_is_refused(open_page):
    app = open_page(**{"eq_x_s3-equivariance": "1 2 3 4 5 6 7 8 9 10"})
    assert "canvas of at least 10" in app.error[0].value
