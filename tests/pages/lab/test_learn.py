"""Learn the kernel: the deck's target, the slide's wrong one, one's own, divergence."""

import base64
from functools import partial

import numpy as np
import pytest

from cnnviz.convolution import lecture_case
from tests.pages.sent import sent

CASE = lecture_case("s4-learned-theta")


@pytest.fixture
def open_page(visit):
    return partial(visit, "learn")


def descent(app):
    return sent(app, "descent")[0]


def array(packed):
    return np.frombuffer(base64.b64decode(packed["data"])).reshape(packed["shape"])


def checks(app):
    return [mark.value for mark in app.markdown if "largest difference" in mark.value]


def test_opens_on_the_deck_and_recovers_the_blur(open_page):
    app = open_page()
    assert not app.exception
    data = descent(app)
    assert data["start"] is None
    assert np.allclose(array(data["kernels"])[-1], CASE["expected"]["correct_theta"], atol=1e-9)
    assert array(data["losses"])[-1] < 1e-20
    assert len(checks(app)) == 2
    assert all("green" in text for text in checks(app))


def test_the_printed_target_leaves_the_residual(open_page):
    app = open_page(le_target="printed")
    losses = array(descent(app)["losses"])
    assert losses[-1] == pytest.approx(CASE["expected"]["residual_for_printed_target"], abs=1e-5)
    assert len([mark for mark in app.markdown if "0.0323" in mark.value]) == 2
    assert any("slide “Convolutional Layer” of" in caption.value for caption in app.caption)


def test_the_wrong_cells_are_the_decks(open_page):
    panel = sent(open_page(), "linked_grids")[-1]["panels"][3]
    off = array(panel["values"] | {"shape": panel["shape"]})
    expected = lecture_case("s4-blur")["expected"]["wrong_cells_row_col_printed_correct"]
    assert {(r, c): p - q for r, c, p, q in expected} == pytest.approx(
        {(int(r), int(c)): off[r, c] for r, c in np.argwhere(off)}
    )


def test_a_large_rate_diverges_and_says_so(open_page):
    app = open_page(le_rate="0.05")
    assert "diverges" in app.error[0].value
    assert "0.0281" in app.error[0].value
    losses = array(descent(app)["losses"])
    assert f"After {len(losses) - 1} steps it is {losses[-1]:,.0f}" in app.error[0].value
    assert not checks(app)  # nothing is wrong with the numbers: no red mark
    assert any("moved away" in mark.value for mark in app.markdown)


def test_a_descent_that_is_not_there_yet_says_so_without_a_red_mark(open_page):
    app = open_page(le_rate="0.001", le_steps="20")
    assert not app.error
    assert not checks(app)
    assert any("not arrived yet" in mark.value for mark in app.markdown)


@pytest.mark.parametrize(
    ("rate", "steps", "advice"),
    [
        ("0.001", "20", "Try more steps or a larger rate."),
        ("0.001", "300", "Try more steps or a larger rate."),
        ("0.028", "600", "Try a smaller rate."),  # just below the limit: it swings
        ("0.026", "20", "Try more steps or a smaller rate."),
    ],
)
def test_the_advice_is_true(open_page, rate, steps, advice):
    app = open_page(le_rate=rate, le_steps=steps)
    (told,) = [mark.value for mark in app.markdown if "not arrived yet" in mark.value]
    assert told.endswith(advice)
    lost = array(descent(app)["losses"])[-1]
    better = -0.001 if "smaller" in advice else 0.001
    app = open_page(le_rate=f"{float(rate) + better:.3f}", le_steps=steps)
    assert array(descent(app)["losses"])[-1] < lost


def test_where_no_rate_here_converges_another_input_is_advised(open_page):
    app = open_page(le_target="kernel", le_x=";".join(["90 10 70 20 50"] * 3))
    assert "numbers of the input smaller" in app.error[0].value


def test_a_kernel_of_ones_own_is_found(open_page):
    app = open_page(le_target="kernel", le_k="0 2;-1 1", le_rate="0.03", le_seed="3")
    assert not app.exception
    assert np.allclose(array(descent(app)["kernels"])[-1], [[0, 2], [-1, 1]], atol=1e-4)


def test_a_link_opens_on_its_step(open_page):
    app = open_page(le_step="7", le_target="filter")
    assert descent(app)["start"] == 7
    assert not app.exception


def test_a_flat_input_does_not_tell_the_weights_apart(open_page):
    app = open_page(le_target="kernel", le_x="1 1 1 1;1 1 1 1;1 1 1 1;1 1 1 1")
    assert "Other kernels" in app.info[0].value


def test_a_target_of_the_wrong_size_is_refused(open_page):
    app = open_page(le_target="typed", le_y="1 2;3 4")
    assert "gives 5×5 numbers" in app.error[0].value
    assert app.text_area(key="le_y").value == "1 2;3 4"
    assert "A target that no kernel can reach" in [head.value for head in app.header]


def test_an_input_too_large_to_show_is_refused(open_page):
    app = open_page(le_x=";".join([" ".join("1" * 17)] * 3))
    assert "16×16 is the largest" in app.error[0].value
