"""The page How far to trust a map: each test on the picture that is chosen."""

import io
import re
import zipfile
from functools import partial

import cv2
import numpy as np
import pytest
import streamlit as st
import torch

from cnnviz import zoo
from cnnviz.datasets import normalise
from cnnviz.imaging import sample_image
from cnnviz.inspection import load_model, load_samples, predict
from cnnviz.inspection.trust.boxes import Box, overlaps
from cnnviz.numbers.formatting import short
from cnnviz.runs import open_run
from cnnviz.training.experiments.digits_in_clutter import SIDE, make_scenes
from cnnviz.training.experiments.wrong_reason import Moment
from cnnviz.ui.shared.computed_so_far import kept
from cnnviz.ui.trust import code
from tests.pages.sent import sent


@pytest.fixture(autouse=True)
def no_weights_but_those_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)


@pytest.fixture
def open_page(visit):
    return partial(visit, "trust")


def sweep(app):
    (data,) = sent(app, "sweep")
    return data


def words(app):
    texts = (*app.markdown, *app.caption, *app.info, *app.error)
    return re.sub(r"\\(.)", r"\1", "\n".join(text.value for text in texts))


def curves(data):
    return {curve["name"]: curve["values"] for curve in data["curves"]}


def test_a_map_forgets_and_guided_backpropagation_hardly_notices(open_page):
    app = open_page()
    assert "predicts **espresso** for your picture, with probability 95.1%" in words(app)
    data = sweep(app)
    assert data["labels"][:3] == ["trained", "linear", "block15"]
    assert data["labels"][-1] == "stem"
    rhos = curves(data)
    assert rhos["Grad-CAM"][0] == rhos["Guided backpropagation"][0] == pytest.approx(1)
    assert len(rhos["Grad-CAM"]) == len(rhos["Guided backpropagation"]) == 9
    # With half of the network random, one map is another one, and the other as it was.
    assert abs(rhos["Grad-CAM"][4]) < 0.6
    assert rhos["Guided backpropagation"][4] > 0.8
    assert "hardly noticed" in data["words"][4]
    shapes = {panel["title"]: len(panel["layers"][-1]["sources"]) for panel in data["panels"]}
    assert shapes == {"Where it glows": 9, "Grad-CAM, 7×7": 9, "Guided backpropagation": 9}


def test_the_trained_map_is_drawn_before_the_others_are_computed(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.trust.forgetting._forget", lambda *_: st.stop())
    data = sweep(open_page(picture="rocket"))
    assert data["labels"] == ["trained"]
    assert curves(data) == {"Grad-CAM": [pytest.approx(1)]}
    assert {len(panel["layers"][-1]["sources"]) for panel in data["panels"]} == {1}


def test_places_are_covered_and_the_tests_may_disagree(open_page):
    app = open_page(tr_tab="Do the places matter?", picture="cat", tr_cover="black")
    data = sweep(app)
    found = curves(data)
    assert list(found) == [
        "Deleting by the map", "Inserting by the map", "Deleting at random", "Inserting at random",
    ]  # fmt: skip
    network = zoo.load("efficientnet_lite0")
    answer = predict(network.model, network.preprocess(sample_image("cat")))
    whole = float(answer.probabilities.max())
    for name, values in found.items():
        ends = values if name.startswith("Deleting") else values[::-1]
        assert ends[0] == pytest.approx(whole, abs=1e-5)
        assert ends[-1] < 0.01  # nothing is left but black
    table = app.dataframe[0].value
    for row, name in enumerate(("Deleting", "Inserting")):
        wanted = np.trapezoid(found[f"{name} by the map"], dx=1 / 14)
        shown = float(table["By Grad-CAM"][row])
        # 49 cells are not dealt out evenly to 14 steps.
        assert shown == pytest.approx(wanted, abs=0.02)
    # Measured: by insertion the map beats chance, by deletion it does not.
    assert "The tests disagree: by inserting the map is better" in words(app)


def test_the_answer_and_the_map_follow_a_change(open_page):
    app = open_page(tr_tab="Small changes", tr_change="brighten")
    data = sweep(app)
    assert data["labels"][5] == "1"
    found = curves(data)
    assert found["The map follows: ρ"][5] == pytest.approx(1)
    assert found["Probability of espresso"][5] == pytest.approx(0.951, abs=0.001)
    assert "2 times as bright: still espresso" in data["words"][7]

    app = open_page(tr_tab="Small changes", tr_change="adversarial", picture="cat")
    data = sweep(app)
    assert "ε = 1 level: now Egyptian cat" in data["words"][1]
    # One level is nothing to see, and the answer is gone; the map stays about where it was.
    assert curves(data)["Probability of tiger cat"][1] < 0.05
    assert curves(data)["The map follows: ρ"][1] > 0.5


def test_a_network_without_weights_and_one_too_large_to_copy(open_page, monkeypatch):
    app = open_page(tr_net="squeezenet1_1", tr_tab="Small changes")
    assert "**Untrained:** nothing here was learned." in words(app)
    assert len(sweep(app)["labels"]) == 13
    monkeypatch.setattr("cnnviz.ui.trust.forgetting._MOST_PARAMETERS", 1_000_000)
    app = open_page(tr_net="squeezenet1_1")
    assert "needs a copy of a network with 1 million at most" in words(app)


@pytest.mark.usefixtures("untaught")  # the real figures are measured on screen
def test_one_threshold_makes_all_boxes(open_page):
    app = open_page(tr_tab="Where is it?")
    own, clutter = sent(app, "locate")
    assert own["drag"]
    assert own["places"][0]["truth"] == [0, 29, 143, 152]
    assert own["places"][0]["name"] == "espresso"
    assert len(clutter["places"]) == 12
    scenes = make_scenes(14, test=True, seed=1)
    assert [one["truth"] for one in clutter["places"]] == scenes.boxes[:12].tolist()
    boxes = [Box(*map(int, box)) for box in scenes.boxes[:12]]
    maps = [np.reshape(one["values"], (one["rows"], -1)) for one in clutter["places"]]
    shown = overlaps(maps, boxes, (SIDE, SIDE))
    assert len(clutter["means"]) == len(clutter["thresholds"]) == len(shown)
    # Twelve of the fourteen are shown.
    assert np.abs(shown.mean(1) - clutter["means"]).max() <= 2 / 14
    assert "of 14 new scenes rightly" in words(app)


def test_a_network_is_right_for_the_wrong_reason(open_page, monkeypatch):
    def learned(_data, _label, steps):
        maps = tuple(np.eye(8) * (at + 1) for at in range(3))
        for step in range(0, steps + 1, 10):
            yield Moment(step, 2.0, 0.98, 0.16, 0.23, maps)

    monkeypatch.setattr("cnnviz.ui.trust.misleading.learn_marked", learned)
    app = open_page(tr_tab="For the wrong reason", tr_marked="8")
    kept().of(("marked", "digits", 8)).clear()
    data = sweep(app)
    assert data["labels"] == [str(step) for step in range(0, 121, 10)]
    assert [panel["title"] for panel in data["panels"]] == [
        "An 8 with its mark", "The same without", "A 3 with the mark",
    ]  # fmt: skip
    assert curves(data)["8 without its mark"][-1] == 0.16
    assert "**98.0%** of new digits are named rightly" in words(app)
    assert "right for the wrong reason" in words(app)


@pytest.mark.parametrize("name", ["FORGETTING", "COVERING", "CHANGING", "LOCATING"])
def test_the_code_runs_and_gives_the_numbers(name, capsys):
    exec(getattr(code, name), {})
    lines = capsys.readouterr().out.split("\n")
    first, last = (line.split() for line in (lines[0], lines[-2]))
    if name == "LOCATING":
        assert (first[0], last[0], len(last)) == ("0.2", "0.5", 5)
    elif name == "FORGETTING":
        assert (first[0], last[0]) == ("linear", "stem.conv")
        assert float(first[1]) < 0.9
    else:
        assert float(first[1]) == pytest.approx(0.951, abs=0.001)
        assert float(last[1]) < 0.05


def test_a_run_that_was_trained_here_is_doubted_too(open_page):
    run = {"tr_net_from": "run", "tr_net_run": "digits-gap"}
    app = open_page(**run)
    data = sweep(app)
    assert curves(data)["Grad-CAM"][0] == pytest.approx(1)
    assert data["labels"][0] == "trained"
    app = open_page(tr_tab="Small changes", **run)
    data = sweep(app)
    # Few pixels are moved by few: whole ones, in proportion.
    side = open_run("digits-gap").config.input_shape[1]
    assert data["labels"] == [
        short(n) for n in sorted({round(a * side / 224) for a in range(-48, 49, 8)})
    ]
    unmoved = data["labels"].index("0")
    assert curves(data)["The map follows: ρ"][unmoved] == pytest.approx(1)
    app = open_page(tr_tab="Do the places matter?", **run)
    model, config = load_model(open_run("digits-gap")), open_run("digits-gap").config
    image = load_samples(open_run("digits-gap")).images[0]
    whole = predict(model, normalise(image, config.mean, config.std)).probabilities.max()
    assert curves(sweep(app))["Deleting by the map"][0] == pytest.approx(float(whole), abs=1e-4)


def test_the_mark_is_put_on_a_class_of_ones_own_zip(open_page, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.trust.misleading.STEPS", 10)
    dice = np.random.default_rng(0)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in ("cat", "dog"):
            for n in range(5):
                pixels = dice.integers(0, 255, (40, 40, 3), np.uint8)
                packed.writestr(f"{name}/{n}.png", cv2.imencode(".png", pixels)[1].tobytes())
    app = open_page(tr_tab="For the wrong reason", tr_marked_of="own")
    assert "Every fifth of each class is kept" in words(app)
    app.file_uploader[-1].set_value([("bad.zip", b"PK nothing", "application/zip")]).run()
    assert "bad.zip: " in words(app)
    app.file_uploader[-1].set_value([("mine.zip", file.getvalue(), "application/zip")]).run()
    assert not app.exception
    assert "In use: mine.zip" in words(app)
    data = sweep(app)
    assert data["labels"] == ["0", "10"]
    assert [panel["title"] for panel in data["panels"]] == [
        "cat with its mark", "The same without", "dog with the mark",
    ]  # fmt: skip
    assert "8 pictures to learn from and 2 to test with, 1 of this class" in words(app)
    app.segmented_control(key="_tr_marked_own2").set_value(1).run()
    assert sweep(app)["panels"][0]["title"] == "dog with its mark"
    # Another session has none of it.
    assert "mine.zip" not in words(open_page(tr_tab="For the wrong reason", tr_marked_of="own"))
