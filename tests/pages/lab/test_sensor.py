"""Signals, pictures, videos: the sensor, its erratum, and one operator in 1-D to 3-D."""

import numpy as np
import pytest
import scipy.signal
import torch

from cnnviz.convolution import lecture_case

CASE = lecture_case("s3-sensor-1d")


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def test_opens_on_the_deck_s_sensor(open_lab, linked_grids):
    app = open_lab("sensor")
    grids = linked_grids(app)[0]
    np.testing.assert_allclose(grids.panels["s"], [CASE["expected"]["output"]])
    made = {}
    exec(grids.data["pytorch"], made)
    assert "**s(t) = Σₐ x(a) w(t − a)**" in words(app)
    notes = [caption.value for caption in app.caption]
    assert any("line 227) says otherwise: s(t) = Σ x(a) w(t − a)" in note for note in notes)
    assert ":material/check:" in words(app)


def test_other_weights_and_measurements(open_lab, linked_grids, charts):
    app = open_lab("sensor", se_s="1 0 2 5", se_w="1 1")
    expected = scipy.signal.convolve([1, 0, 2, 5], [1, 1])
    np.testing.assert_allclose(linked_grids(app)[0].panels["s"], [expected])
    assert "add up to 2, not 1" in app.warning[0].value
    ((_, measured, smoothed),) = (chart["figure"]["data"] for chart in charts(app))
    both = np.add(measured["y"][1:], measured["y"][:-1])
    np.testing.assert_allclose(smoothed["y"], both)
    assert smoothed["x"] == measured["x"][1:]


@pytest.mark.parametrize(
    ("weights", "total"), [("1 1 1 1 1 1 1 1", "8"), ("0", "0"), ("-1", "−1"), ("0.5 0.25", "0.75")]
)
def test_weights_that_are_no_average_are_told_with_the_error(open_lab, weights, total):
    app = open_lab("sensor", se_noise="0", se_w=weights)
    assert f"add up to {total}, not 1" in app.warning[0].value
    assert f"{total} times as large" in app.warning[0].value
    assert "smooth more" not in words(app)


def test_an_average_is_told_nothing(open_lab):
    app = open_lab("sensor", se_w="0.1 0.2 0.3 0.4")
    assert not any("add up to" in warning.value for warning in app.warning)


def test_noise_and_errors(open_lab):
    app = open_lab("sensor", se_noise="0.0", se_w="1")
    assert "measured **0.000**, smoothed **0.000**" in words(app)


def test_words_in_a_field_are_refused_and_kept(open_lab):
    app = open_lab("sensor", se_w="a b")
    assert app.error
    assert app.text_area(key="se_w").value == "a b"


def test_one_operator_in_three_ranks(open_lab, linked_grids):
    _, signal, picture, frames = linked_grids(open_lab("sensor"))
    values = signal.panels["A signal"][0]
    np.testing.assert_allclose(signal.panels["F.conv1d"], [np.diff(values)])
    np.testing.assert_allclose(
        picture.panels["F.conv2d"], np.diff(picture.panels["A picture"], axis=1)
    )
    stack = np.stack([frames.panels[f"Frame {t}"] for t in range(4)])
    for t, change in enumerate(np.diff(stack, axis=0)):
        np.testing.assert_allclose(frames.panels[f"Change {t} → {t + 1}"], change)
        assert change.any()


@pytest.mark.parametrize("at", [0, 3])
def test_the_code_runs_and_gives_the_numbers(open_lab, linked_grids, at, capsys):
    grids = linked_grids(open_lab("sensor"))[at]
    exec(grids.data["pytorch"], {})
    printed = capsys.readouterr().out
    expected = CASE["expected"]["output"] if at == 0 else grids.panels["Change 0 → 1"]
    numbers = eval(printed, {"tensor": torch.tensor})
    shown = numbers[0, 0] if at == 0 else numbers[0, 0, 0]
    np.testing.assert_allclose(shown, expected, atol=1e-4)
