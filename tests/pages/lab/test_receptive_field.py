"""Receptive field: theory, traced cells and gradient agree; links and refusals."""

import base64
from functools import partial

import numpy as np
import pytest

from cnnviz.convolution import lecture_case
from tests.pages.sent import sent


@pytest.fixture
def open_page(visit):
    return partial(visit, "receptive_field")


def linked_grids(app):
    return sent(app, "linked_grids")


def values(panel):
    return np.frombuffer(base64.b64decode(panel["values"]["data"])).reshape(panel["shape"])


def sides(app):
    return [int(size.split("×")[0]) for size in app.dataframe[0].value["Sees"]][1:]


def checks(app):
    return [mark.value for mark in app.markdown if "largest difference" in mark.value]


def test_opens_on_the_decks_stack(open_page):
    app = open_page()
    assert not app.exception
    case = lecture_case("s0-receptive-field")["expected"]
    assert sides(app) == case["after_each"]
    picture, *maps = linked_grids(app)[0]["panels"]
    assert [panel["shape"][0] for panel in (picture, *maps)] == [16, 14, 7, 5]
    window = values(picture)[3:6, 7:10]
    assert values(maps[0])[3, 7] == pytest.approx(window.mean())
    assert len(checks(app)) == 2
    assert all("difference 0" in text and "green" in text for text in checks(app))


@pytest.mark.parametrize(("stack", "name"), [("c3 c3", "two_3x3"), ("c3 c3 c3", "three_3x3")])
def test_small_kernels_for_a_large_one(open_page, stack, name):
    app = open_page(fi_stack=stack)
    assert sides(app)[-1] == lecture_case("s0-receptive-field")["expected"][name]
    measured = values(linked_grids(app)[1]["panels"][1])
    assert (measured > 0).any(0).sum() == sides(app)[-1]


def test_a_link_restores_stack_size_and_unit(open_page):
    app = open_page(fi_stack="c3p1 c3d2 a2", fi_side="12", fi_row="0", fi_col="3")
    assert not app.exception
    seen, measured = linked_grids(app)[1]["panels"]
    assert np.array_equal(values(seen) > 0, values(measured) > 0)
    assert np.flatnonzero(values(seen).any(1)).tolist() == list(range(7))
    assert all("difference 0" in text for text in checks(app))


@pytest.mark.parametrize("stack", ["p2 p2 p2", "c3s2p1 p3s2p1", "c3 c3d2 c3d4", "c1", "c5d3p6"])
def test_theory_and_gradient_agree(open_page, stack):
    app = open_page(fi_stack=stack)
    assert not app.exception
    assert all("difference 0" in text for text in checks(app))


def test_text_that_cannot_be_read_stays(open_page):
    app = open_page(fi_stack="c3 q2")
    assert "is not a layer" in app.error[0].value
    assert app.text_input(key="fi_stack").value == "c3 q2"
    assert sides(app) == [3, 4, 8]


def test_a_stack_too_deep_for_the_picture_is_refused(open_page):
    app = open_page(fi_stack="c9 c9", fi_side="12")
    assert "Layer 2" in app.error[0].value


def test_buttons_change_the_stack(open_page):
    app = open_page()
    app.button(key="_fi_c3d2").click().run()
    assert app.text_input(key="fi_stack").value == "c3 p2 c3 c3d2"
    app.button(key="_fi_drop").click().run()
    assert sides(app) == [3, 4, 8]
