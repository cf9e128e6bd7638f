"""Convolution and correlation: both results, the order, the sliding functions."""

import numpy as np
import pytest
import scipy.signal

from cnnviz.convolution import lecture_case
from tests.pages.sent import sent

CASE = lecture_case("s3-correlation-vs-convolution")


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def sliding(app):
    return sent(app, "sliding")[0]


def test_opens_on_the_deck_s_example(open_lab, linked_grids):
    app = open_lab("flip")
    grids = linked_grids(app)[0]
    np.testing.assert_array_equal(
        grids.panels["Convolution I ∗ K"], CASE["expected"]["convolution"]
    )
    np.testing.assert_array_equal(
        grids.panels["Correlation I ⋆ K"], CASE["expected"]["correlation"]
    )
    difference = np.subtract(CASE["expected"]["convolution"], CASE["expected"]["correlation"])
    np.testing.assert_array_equal(grids.panels["Difference"], difference)
    np.testing.assert_array_equal(grids.panels["K, rotated"], np.rot90(CASE["inputs"]["kernel"], 2))
    assert grids.data["driver"] == 2
    assert grids.data["play"]
    assert words(app).count(":material/check:") == 3


def test_a_kernel_of_one_cell_has_nothing_to_flip(open_lab, linked_grids):
    app = open_lab("flip", fl_k="3", fl_f1="2", fl_g1="5")
    convolution, correlation, difference = list(linked_grids(app)[0].panels.values())[2:]
    assert np.array_equal(convolution, correlation)
    assert not difference.any()


def test_the_switch_shows_the_kernel_as_it_is(open_lab, linked_grids):
    app = open_lab("flip", fl_flip="false")
    grids = linked_grids(app)[0]
    np.testing.assert_array_equal(grids.panels["K"], CASE["inputs"]["kernel"])
    assert grids.data["driver"] == 3


def test_a_symmetric_kernel_makes_no_difference(open_lab, linked_grids):
    app = open_lab("flip", fl_even="true")
    grids = linked_grids(app)[0]
    assert not grids.panels["Difference"].any()
    assert "the kernel is the same when rotated by 180°" in words(app)
    exact = scipy.signal.convolve2d(CASE["inputs"]["image"], grids.panels["K, rotated"], "valid")
    np.testing.assert_allclose(grids.panels["Convolution I ∗ K"], exact)


def test_the_code_gives_these_numbers(open_lab, linked_grids, capsys):
    grids = linked_grids(open_lab("flip"))[0]
    made = {}
    exec(grids.data["pytorch"], made)
    np.testing.assert_array_equal(made["convolution"][0, 0], CASE["expected"]["convolution"])
    np.testing.assert_array_equal(made["correlation"][0, 0], CASE["expected"]["correlation"])


def test_a_kernel_too_large_is_refused_and_the_rest_stays(open_lab, linked_grids):
    app = open_lab("flip", fl_x="1 2\n3 4")
    assert app.error[0].value
    assert app.text_area(key="fl_x").value == "1 2\n3 4"
    assert [grids.titles[-1] for grids in linked_grids(app)] == ["f ∗ g", "g ∗ f"]


def test_order_does_not_matter(open_lab, linked_grids):
    expected = lecture_case("s2-conv-integral-commutes")["expected"]["output"]
    _, first, second = linked_grids(open_lab("flip"))
    np.testing.assert_allclose(first.panels["f ∗ g"], [expected])
    np.testing.assert_allclose(second.panels["g ∗ f"], [expected])


def test_order_in_two_dimensions(open_lab, linked_grids):
    f, g = np.array([[1, 2], [3, 4]]), np.array([[0, 1, 2], [1, 1, 0]])
    _, first, second = linked_grids(open_lab("flip", fl_f1="1 2\n3 4", fl_g1="0 1 2\n1 1 0"))
    for grids in (first, second):
        np.testing.assert_allclose(grids.panels[grids.titles[-1]], scipy.signal.convolve2d(f, g))


@pytest.mark.parametrize("shape", ["box", "triangle", "exponential", "gaussian", "ramp"])
def test_the_functions_are_in_the_address(open_lab, shape):
    app = open_lab("flip", fl_f=shape, fl_g=shape, fl_at="1,0.5,2,0.7")
    data = sliding(app)
    assert (data["f"], data["g"]) == (shape, shape)
    assert data["start"] == [1, 0.5, 2, 0.7]
    assert data["still"]


def test_the_functions_open_moving(open_lab):
    assert not sliding(open_lab("flip"))["still"]
