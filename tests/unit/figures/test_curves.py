import altair as alt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.figures.curves import curve_points, curve_spec
from cnnviz.runs import Evaluation, Progress, RunState


def state(training, test):
    return RunState(
        progress=[Progress(n, n / 10, 3 / (n + 1), n / 2000, 0.1, 1.0, n) for n in training],
        evaluations=[Evaluation(n, n / 10, 2 / (n + 1), n / 3000, 10, n) for n in test],
    )


def test_columns_hold_both_curves():
    points = curve_points(state([1, 2], [0]), "loss")
    assert points == {
        "epoch": [0.1, 0.2, 0.0],
        "value": [1.5, 1.0, 2.0],
        "images": ["training", "training", "test"],
    }
    assert curve_points(state([], [600]), "accuracy")["value"] == [0.2]
    assert curve_points(RunState(), "loss") == {"epoch": [], "value": [], "images": []}


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 1500))
def test_long_curves_are_thinned_and_keep_their_ends(count):
    epochs = curve_points(state(range(count), []), "loss")["epoch"]
    assert len(epochs) <= 301
    assert len(epochs) >= min(count, 150)
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, (count - 1) / 10)


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
def test_the_chart_is_valid_and_its_axes_stand_still(quantity):
    spec = curve_spec(quantity, 4.0)
    alt.Chart.from_dict({**spec, "data": {"values": []}})  # checks against the schema
    assert spec["encoding"]["x"]["scale"]["domain"] == [0, 4.0]
    if quantity == "accuracy":
        assert spec["encoding"]["y"]["scale"]["domain"] == [0, 1]
