"""The pictures of a confusion cell are those that the evaluation counted there."""

import shutil

import numpy as np
import pytest
import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection import InspectionError, load_model
from cnnviz.inspection.misclassified import (
    images_tested,
    nearest_snapshot,
    order_of_testing,
    pictures_tested,
    predict_all,
    two_maps,
)
from cnnviz.runs import open_run
from cnnviz.training.data import Normalise, own_dataset_tensors
from cnnviz.training.evaluate import TestSet


@pytest.fixture
def run(tmp_path, monkeypatch, root):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    return open_run("digits-gap")


def scale(run):
    return run.config.mean, run.config.std


def trainers_own(run):
    digits = load_dataset("digits")
    normalise = Normalise(*scale(run), torch.device("cpu"))
    images, labels = torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels)
    return TestSet(images, labels, 10, normalise, torch.device("cpu"))


def test_the_order_is_the_trainers(run):
    """If training tests in another order, the first thousand are other pictures."""
    pictures, problem = pictures_tested(run)
    assert problem == ""
    theirs = trainers_own(run)
    assert torch.equal(torch.from_numpy(pictures.labels), theirs._labels)
    assert torch.equal(torch.from_numpy(pictures.images), theirs._images)
    assert sorted(order_of_testing(7)) == list(range(7))
    digits = load_dataset("digits")
    assert np.array_equal(digits.test_images[pictures.indices], pictures.images)


def test_every_cell_holds_as_many_pictures_as_the_matrix_says(run):
    """The trainer's own evaluation is the oracle, at the end and early on."""
    for step in (run.snapshot_steps()[2], run.snapshot_steps()[-1]):
        model = load_model(run, step)
        confusion = trainers_own(run).evaluate(model, everything=True).confusion
        tested = predict_all(model, step, pictures_tested(run), scale(run))
        assert step > 100 or confusion.trace() < confusion.sum()
        for true in range(10):
            for predicted in range(10):
                found = tested.cell(true, predicted)
                assert len(found) == confusion[true, predicted]
                assert set(tested.samples.labels[found]) <= {true}


def test_one_class_alone_gives_the_same_cell(run):
    step = run.snapshot_steps()[2]
    model = load_model(run, step)
    everything = predict_all(model, step, pictures_tested(run), scale(run), count=200)
    some = predict_all(model, step, pictures_tested(run), scale(run), count=200, label=8)
    assert len(some.predicted) == (everything.samples.labels == 8).sum() < 200
    for predicted in range(10):
        wanted = everything.samples.indices[everything.cell(8, predicted)]
        assert np.array_equal(some.samples.indices[some.cell(8, predicted)], wanted)
    assert len(predict_all(model, step, pictures_tested(run), scale(run), label=99).predicted) == 0


def test_each_picture_of_a_cell_gets_the_answer_of_the_cell(run):
    step = run.snapshot_steps()[2]
    model = load_model(run, step)
    tested = predict_all(model, step, pictures_tested(run), scale(run))
    wrong = np.flatnonzero(tested.predicted != tested.samples.labels)[:5]
    assert len(wrong)
    with torch.no_grad():
        for at in wrong:
            x = normalise(tested.samples.images[at], *scale(run))[None]
            assert int(model(x).argmax()) == tested.predicted[at]


def test_an_early_evaluation_looked_at_the_first_ones_only(run):
    step = run.snapshot_steps()[-1]
    model = load_model(run, step)
    everything = predict_all(model, step, pictures_tested(run), scale(run))
    part = predict_all(model, step, pictures_tested(run), scale(run), count=100)
    assert len(part.predicted) == 100
    assert np.array_equal(part.predicted, everything.predicted[:100])
    evaluations = run.state().evaluations
    assert images_tested(run, evaluations[-1].step) == evaluations[-1].images
    assert images_tested(run, -1) is None


def test_the_nearest_kept_weights_are_never_newer(run):
    steps = run.snapshot_steps()
    assert nearest_snapshot(run, steps[2]) == steps[2]
    assert nearest_snapshot(run, steps[2] + 1) == max(s for s in steps if s <= steps[2] + 1)
    with pytest.raises(InspectionError, match="No weights of step -1"):
        nearest_snapshot(run, -1)


def test_without_the_data_set_the_pictures_in_the_folder_do(run):
    """Fashion-MNIST is not in this test's data folder; the shipped run has some of it."""
    fashion = open_run("fashionmnist-gap")
    pictures, problem = pictures_tested(fashion)
    assert "not on this computer" in problem
    step = fashion.snapshot_steps()[-1]
    tested = predict_all(load_model(fashion, step), step, (pictures, problem), scale(fashion), 3)
    assert len(tested.predicted) == len(pictures.labels) > 3
    assert (tested.predicted == pictures.labels).mean() > 0.5


def test_own_pictures(run, tmp_path):
    """They lie in the run's folder, and are tested in the same order as any others."""
    folder = shutil.copytree(run.path, tmp_path / "runs" / "own")
    text = (folder / "run.json").read_text().replace('"dataset": "digits"', '"dataset": "own"')
    (folder / "run.json").write_text(text)
    own = open_run("own")
    own.write_tensors("data.safetensors", own_dataset_tensors(load_dataset("digits")))
    assert own.config.dataset == "own"
    theirs, mine = pictures_tested(run)[0], pictures_tested(own)[0]
    assert np.array_equal(theirs.images, mine.images)
    assert np.array_equal(theirs.indices, mine.indices)


def test_two_maps_explain_the_two_logits(run):
    step = run.snapshot_steps()[2]
    model = load_model(run, step)
    tested = predict_all(model, step, pictures_tested(run), scale(run))
    at = int(np.flatnonzero(tested.predicted != tested.samples.labels)[0])
    true, predicted = int(tested.samples.labels[at]), int(tested.predicted[at])
    x = normalise(tested.samples.images[at], *scale(run))
    for cam, index in zip(two_maps(model, x, true, predicted), (true, predicted), strict=True):
        assert cam.class_index == index
        with torch.no_grad():
            logits = model(x[None])[0]
        assert cam.logit == pytest.approx(float(logits[index]), abs=1e-5)
        assert cam.raw.mean() + cam.bias == pytest.approx(float(logits[index]), abs=1e-5)


def test_a_right_answer_is_compared_with_the_runner_up(run):
    step = run.snapshot_steps()[-1]
    model = load_model(run, step)
    tested = predict_all(model, step, pictures_tested(run), scale(run))
    at = int(np.flatnonzero(tested.predicted == tested.samples.labels)[0])
    true = int(tested.samples.labels[at])
    x = normalise(tested.samples.images[at], *scale(run))
    first, second = two_maps(model, x, true, true)
    with torch.no_grad():
        order = model(x[None])[0].argsort(descending=True)
    assert (first.class_index, second.class_index) == (int(order[0]), int(order[1]))
