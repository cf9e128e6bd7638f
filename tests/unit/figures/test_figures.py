"""What figures hold: the numbers they were given, in order, and what is written beside them."""

import json

import numpy as np
import pytest

from cnnviz.convolution.signals import Sensor
from cnnviz.convolution.spectrum import response
from cnnviz.convolution.speed import Timing
from cnnviz.figures.confusion_matrix import confusion_difference_figure, confusion_figure
from cnnviz.figures.curves import curves_figure
from cnnviz.figures.kernel import kernel_figure
from cnnviz.figures.neighbours import neighbours_figure
from cnnviz.figures.one_filter import (
    classes_figure,
    correlation_figure,
    field_figure,
    values_figure,
)
from cnnviz.figures.signals import signal_figure
from cnnviz.figures.spectrum import response_figure
from cnnviz.figures.timings import timings_figure
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.runs import RunState
from cnnviz.runs.points import Evaluation, Progress


def test_neighbours():
    left, right = np.array([0, 51, 255]), np.array([51, 255, 0])
    figure = neighbours_figure(left, right, low=0, high=255, unit=1)
    [dots] = figure["data"]
    assert dots["x"] == pytest.approx([0, 0.2, 1])
    assert dots["y"] == pytest.approx([0.2, 1, 0])
    [line] = figure["layout"]["shapes"]
    assert [line[end] for end in ("x0", "y0", "x1", "y1")] == [0, 0, 1, 1]
    assert figure["layout"]["xaxis"]["range"] == figure["layout"]["yaxis"]["range"]
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < 0
    assert high > 1


def test_a_new_unit_drops_the_zoom_and_new_pixels_keep_it():
    def revision(left, unit):
        figure = neighbours_figure(np.array([left]), np.array([9]), low=0, high=9, unit=unit)
        return figure["layout"]["uirevision"]

    assert revision(1, 255) == revision(2, 255) != revision(1, 1)


def test_smoothed_values_stand_at_the_last_moments():
    signal = Sensor(np.arange(4.0), np.array([0.5, 1.5, 1.0, 3.5]))
    true, measured, smoothed = signal_figure(signal, np.array([1.0, 2.0]))["data"]
    assert (true["x"], true["y"]) == ([0, 1, 2, 3], [0, 1, 2, 3])
    assert measured["y"] == [0.5, 1.5, 1.0, 3.5]
    assert (smoothed["x"], smoothed["y"]) == ([2, 3], [1, 2])


def test_timings_are_in_milliseconds_and_the_crossover_is_marked():
    timings = [Timing(3, 0.001, 0.002, 0.003), Timing(5, 0.004, 0.005, 0.006)]
    figure = timings_figure(timings, 5)
    values = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert values == {"Direct": [1, 4], "Two 1-D kernels": [2, 5], "FFT": [3, 6]}
    assert all(trace["x"] == [3, 5] for trace in figure["data"])
    assert figure["layout"]["shapes"][0]["x0"] == figure["layout"]["shapes"][0]["x1"] == 5
    assert "shapes" not in timings_figure(timings, None)["layout"]


def test_a_kernel_is_coloured_about_zero():
    weights = np.array([[-1, 0, 1], [-3, 0, 2]], np.float32)
    [surface] = kernel_figure(weights)["data"]
    assert surface["z"] == weights.tolist()
    assert (surface["x"], surface["y"]) == ([0, 1, 2], [0, 1])
    assert (surface["cmin"], surface["cmax"]) == (-3, 3)
    assert surface["colorscale"] == [list(stop) for stop in WEIGHT_STOPS]
    assert surface["colorbar"]["tickvals"] == [-3, 0, 2]
    [blur] = kernel_figure(np.full((3, 3), 1 / 9))["data"]
    assert blur["colorbar"]["tickvals"] == [0, pytest.approx(1 / 9)]
    [nothing] = kernel_figure(np.zeros((2, 2)))["data"]
    assert (nothing["cmin"], nothing["cmax"]) == (-1, 1)


def test_the_first_row_is_at_the_back_and_a_wide_kernel_is_wide():
    scene = kernel_figure(np.ones((2, 4)))["layout"]["scene"]
    assert scene["yaxis"]["autorange"] == "reversed"
    assert scene["aspectratio"]["x"] == 2 * scene["aspectratio"]["y"]


def test_one_row_spans_no_surface():
    with pytest.raises(ValueError, match="two rows and two columns"):
        kernel_figure(np.ones((1, 3)))


def test_a_kernels_response_is_its_padded_spectrum():
    kernel = np.array([[0.0, 1, 2], [-1, 3, 0.5]])
    frequencies, magnitudes = response(kernel, 9)
    expected = np.fft.fftshift(np.abs(np.fft.fft2(kernel, (9, 9))))
    np.testing.assert_allclose(magnitudes, expected, atol=1e-12)
    np.testing.assert_allclose(frequencies, np.arange(-4, 5) / 9)
    assert magnitudes[4, 4] == pytest.approx(abs(kernel.sum()))
    [surface] = response_figure(frequencies, magnitudes)["data"]
    assert surface["z"] == magnitudes.tolist()
    assert surface["x"] == surface["y"] == frequencies.tolist()
    assert (surface["cmin"], surface["cmax"]) == (0, magnitudes.max())


def test_a_kernel_that_is_larger_than_the_grid_of_frequencies_is_whole():
    kernel = np.random.default_rng(0).normal(size=(12, 12))
    _, magnitudes = response(kernel, 5)
    assert magnitudes[2, 2] == pytest.approx(abs(kernel.sum()))


@pytest.fixture
def state():
    progress = [
        Progress(step, step / 10, 2 / step, step / 100, 0.1, 1, step / 4) for step in (1, 2)
    ]
    tested = [Evaluation(2, 0.2, 0.75, 0.5, 40, 0.5), Evaluation(4, 0.4, 0.25, 0.875, 40, 1.0)]
    return RunState(progress=progress, evaluations=tested)


@pytest.mark.parametrize(
    ("along", "places"),
    [("step", [2, 4]), ("seconds", [0.5, 1.0]), ("epoch", [0.2, 0.4])],
)
def test_curves(state, along, places):
    training, test, training_accuracy, test_accuracy = curves_figure([("A", state)], along=along)[
        "data"
    ]
    assert [trace["name"] for trace in (training, test)] == ["training", "test"]
    assert (test["x"], test["y"]) == (places, [0.75, 0.25])
    assert test_accuracy["y"] == [0.5, 0.875]
    assert training["y"] == [2, 1]
    assert training_accuracy["y"] == [0.01, 0.02]
    assert (test["yaxis"], test_accuracy["yaxis"]) == ("y", "y2")
    assert (test["showlegend"], test_accuracy["showlegend"]) == (True, False)


def test_of_a_run_compared_only_the_test_is_drawn(state):
    figure = curves_figure([("A", state), ("B", state)], log=True)
    assert figure["layout"]["yaxis2"]["title"]["text"] == "Accuracy"
    other = curves_figure([("A", state)], measure=("accuracy", "PSNR", "dB"))
    assert other["layout"]["yaxis2"]["title"]["text"] == "PSNR, dB"
    assert [trace["name"] for trace in figure["data"][:3]] == ["A: training", "A: test", "B: test"]
    assert len(figure["data"]) == 6
    first, second = figure["data"][1]["line"], figure["data"][2]["line"]
    assert first["color"] != second["color"]
    assert first["dash"] != second["dash"]
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert "type" not in figure["layout"]["yaxis2"]


def test_what_is_right_is_blue_and_what_is_mixed_up_orange():
    [cells] = confusion_figure([[9, 1], [0, 4]], ["cat", "dog"])["data"]
    assert cells["z"][0] == pytest.approx([0.9, -np.sqrt(0.1)])
    assert cells["z"][1] == [None, 1.0]  # nobody took a dog for a cat: no colour
    assert (cells["zmin"], cells["zmax"]) == (-1, 1)
    assert cells["colorscale"] == [list(stop) for stop in DIVERGING_STOPS]
    assert cells["customdata"] == [[9, 1], [0, 4]]
    assert cells["text"][0] == ["9", "1"]
    assert cells["hovertext"][0] == [
        "cat, correct: 9 of 10 (90.0%)",
        "cat mistaken for dog: 1 of 10 (10.0%)",
    ]


def test_classes_of_one_name_and_without_pictures():
    figure = confusion_figure([[0, 0], [1, 1]], ["cat", "cat"])
    [cells] = figure["data"]
    assert cells["x"] == cells["y"] == [0, 1]
    assert figure["layout"]["xaxis"]["ticktext"] == ["cat", "cat"]
    assert cells["hovertext"][0][0] == "cat, correct: 0 of 0"


def test_a_difference_is_in_percentage_points_of_each_class():
    figure = confusion_difference_figure([[9, 1], [2, 2]], [[4, 1], [2, 2]], ["cat", "dog"])
    [cells] = figure["data"]
    np.testing.assert_allclose(cells["customdata"], [[10, -10], [0, 0]], atol=1e-9)
    assert cells["z"][0] == pytest.approx([10, -10])
    assert cells["z"][1] == [None, None]
    assert (cells["zmin"], cells["zmax"]) == pytest.approx((-10, 10))
    assert cells["hovertext"][0][1] == "cat mistaken for dog: \u221210.0 percentage points"
    assert cells["hovertext"][1][0] == "dog mistaken for cat: 0 percentage points"


def test_many_classes_are_not_written_into_small_cells():
    [cells] = confusion_figure(np.eye(30, dtype=int), [f"{c}" for c in range(30)])["data"]
    assert "text" not in cells
    assert len(cells["z"]) == 30


def test_figures_are_data_that_json_can_hold(state):
    for figure in (
        kernel_figure(np.eye(3, dtype=np.float32)),
        curves_figure([("A", state)]),
        confusion_figure([[1, 0], [0, 1]], ["a", "b"]),
    ):
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure
        assert figure["layout"]["height"] > 0


def test_what_a_filter_gives_and_for_which_classes():
    values = np.array([0, 0, 0, 4.8, 2.4])
    [bars] = values_figure(values)["data"]
    assert sum(bars["y"]) == 5
    assert bars["y"][0] == 3
    assert bars["hovertext"][0] == "3 pictures from 0 to 0.2"
    figure = classes_figure(np.array([1, 0, 2]), ["bee", "ant", "bee"])
    assert figure["data"][0]["y"] == [1, 0, 2]
    assert figure["data"][0]["hovertext"][0] == "bee: 1 picture"
    assert figure["layout"]["xaxis"]["ticktext"] == ["bee", "ant", "bee"]


def test_a_field_is_drawn_with_the_frame_of_all_it_could_be():
    field = np.arange(12.0).reshape(3, 4)
    figure = field_figure(field, ((-2, 1), (1, 7)))
    [trace] = figure["data"]
    assert trace["z"] == field.tolist()
    assert (trace["zmin"], trace["zmax"]) == (-11, 11)
    [frame] = figure["layout"]["shapes"]
    assert [frame[end] for end in ("y0", "y1", "x0", "x1")] == [-0.5, 1.5, 0.5, 3.5]


def test_filters_without_a_correlation_are_left_out():
    figure = correlation_figure(np.array([[1, -0.12345], [np.nan, np.nan]]), 1)
    assert figure["data"][0]["z"] == [[1, -0.123], [None, None]]
    assert (figure["data"][0]["zmin"], figure["data"][0]["zmax"]) == (-1, 1)
    assert len(figure["layout"]["shapes"]) == 2
    assert correlation_figure(np.eye(2), None)["layout"]["shapes"] == []
    json.dumps(figure, allow_nan=False)
