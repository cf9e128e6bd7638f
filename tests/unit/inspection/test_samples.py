"""Test pictures for a run, and the two runs that come with cnnviz."""

import numpy as np
import pytest
import torch

from cnnviz import inspection
from cnnviz.datasets import DATASETS, load_dataset, normalise
from cnnviz.networks import network_spec
from cnnviz.runs import RunConfig, create_run, list_runs, open_run

SHIPPED = ["digits-gap", "fashionmnist-gap"]
SHAPE = (1, 8, 8)


@pytest.fixture
def make_run(tmp_path, monkeypatch):
    """Makes a run on some data set, with 8×8 pictures of two classes."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "no data"))

    def make(dataset, tensors=None, classes=("a", "b")):
        spec = network_spec("gap", SHAPE, len(classes))
        config = RunConfig(dataset, "Some data", "gap", spec, SHAPE, classes, (0.5,), (0.2,))
        return create_run(config, tensors=tensors)

    return make


def pictures(labels):
    count = len(labels)
    return torch.arange(count * 64, dtype=torch.uint8).reshape(count, *SHAPE), torch.tensor(labels)


def test_ones_own_test_pictures_are_shown(make_run):
    images, labels = pictures([0, 1, 1])
    tensors = {
        "train_images": images[:1].clone(),
        "train_labels": labels[:1].clone(),
        "test_images": images,
        "test_labels": labels,
    }
    got = inspection.load_samples(make_run("own", tensors))
    np.testing.assert_array_equal(got.images, images)
    np.testing.assert_array_equal(got.labels, [0, 1, 1])
    np.testing.assert_array_equal(got.indices, [0, 1, 2])


def test_the_whole_test_set_is_shown_where_it_can_be_had(make_run):
    digits = load_dataset("digits")
    got = inspection.load_samples(make_run("digits", classes=DATASETS["digits"].classes))
    np.testing.assert_array_equal(got.images, digits.test_images)
    np.testing.assert_array_equal(got.labels, digits.test_labels)
    assert got.origin == "The 362 test pictures of Handwritten digits, 8×8."


def test_a_data_set_that_is_gone_leaves_the_watched_pictures(make_run):
    run = make_run("fashionmnist")
    images, labels = pictures([1, 0])
    run.write_tensors("probes.safetensors", {"images": images, "labels": labels})
    got = inspection.load_samples(run)
    np.testing.assert_array_equal(got.images, images)
    assert got.indices is None
    assert "watched while training" in got.origin
    assert "download" in got.origin


def test_no_pictures_at_all_is_said_in_a_sentence(make_run):
    with pytest.raises(inspection.InspectionError, match=r"no test pictures to show: .*download"):
        inspection.load_samples(make_run("fashionmnist"))


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (torch.zeros(2, 1, 9, 8, dtype=torch.uint8), [0, 1]),
        (torch.zeros(2, *SHAPE, dtype=torch.uint8), [0, 2]),
        (torch.zeros(0, *SHAPE, dtype=torch.uint8), []),
    ],
)
def test_pictures_that_do_not_fit_are_refused(make_run, images, labels):
    run = make_run("mnist")
    tensors = {"images": images, "labels": torch.tensor(labels, dtype=torch.int64)}
    run.write_tensors("samples.safetensors", tensors)
    with pytest.raises(inspection.InspectionError, match="do not fit"):
        inspection.load_samples(run)


@pytest.mark.usefixtures("make_run")  # hides the runs and the data of this computer
@pytest.mark.parametrize("name", SHIPPED)
class TestShippedRuns:
    @pytest.fixture
    def run(self, name):
        return open_run(name)

    def test_it_is_small_read_only_and_says_nothing_of_its_machine(self, run):
        files = [file for file in run.path.rglob("*") if file.is_file()]
        assert sum(file.stat().st_size for file in files) < 1_500_000
        assert run.shipped
        state = run.state()
        assert state.status == "finished"
        assert state.process == 0
        events = (run.path / "events.jsonl").read_text("utf-8")
        assert not any(word in events for word in ("process", "/", "\\\\"))
        assert 6 <= len(run.snapshot_steps()) <= 12
        assert sorted(run.snapshot_steps()) == [0, *run.snapshot_steps()[1:-1], state.total_steps]
        assert sorted(p.stem for p in (run.path / "snapshots").iterdir()) == sorted(
            map(str, run.snapshot_steps())
        )

    def test_its_map_is_exact_at_every_snapshot(self, run):
        config, samples = run.config, inspection.load_samples(run)
        x = normalise(samples.images[3], config.mean, config.std)
        for step in run.snapshot_steps():
            model = inspection.load_model(run, step)
            for label in range(len(config.classes)):
                cam = inspection.class_activation_map(model, x, label)
                assert cam.method == "CAM"
                # The network answers in float32, so to 1e-6 of the logit …
                assert cam.raw.mean() + cam.bias == pytest.approx(cam.logit, rel=1e-6, abs=1e-6)
            exact = inspection.class_activation_map(model.double(), x.double())
            # … and in float64 to far less.
            assert abs(exact.raw.mean() + exact.bias - exact.logit) < 1e-12

    def test_it_is_as_good_as_its_record_says(self, run, request):
        config, state = run.config, run.state()
        if config.dataset == "fashionmnist":
            dataset = load_dataset("fashionmnist", root=request.getfixturevalue("shared_data"))
        else:
            dataset = load_dataset(config.dataset)
        assert dataset.mean == pytest.approx(config.mean)
        x = normalise(dataset.test_images, config.mean, config.std)
        with torch.no_grad():
            answers = inspection.load_model(run)(x).argmax(1).numpy()
        accuracy = (answers == dataset.test_labels).mean()
        assert accuracy == pytest.approx(state.final.accuracy, abs=0.003)
        assert accuracy > 0.88


def test_both_runs_are_listed(make_run):
    assert [run.id for run in list_runs() if run.shipped][:2] == SHIPPED[::-1]


def test_the_shipped_pictures_are_those_of_the_test_set(make_run, shared_data):
    got = inspection.load_samples(open_run("fashionmnist-gap"))
    dataset = load_dataset("fashionmnist", root=shared_data)
    np.testing.assert_array_equal(got.images, dataset.test_images[got.indices])
    np.testing.assert_array_equal(got.labels, dataset.test_labels[got.indices])
    assert np.bincount(got.labels).tolist() == [5] * 10
