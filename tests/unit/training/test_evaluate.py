import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, log_loss
from torch import nn

from cnnviz.training.data import Normalise
from cnnviz.training.evaluate import TestSet, evaluating
from cnnviz.training.tasks import TASKS

CPU = torch.device("cpu")
NORMALISE = Normalise((0.2,), (0.4,), CPU)


@pytest.fixture
def model():
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(4 * 6 * 6, 3),
    )


@pytest.fixture
def data():
    torch.manual_seed(4)
    images = torch.randint(256, (1300, 1, 8, 8), dtype=torch.uint8)
    return images, torch.randint(3, (1300,))


def test_agrees_with_scikit_learn(model, data):
    images, labels = data
    score = TestSet(images, labels, 3, NORMALISE, CPU).evaluate(model, everything=True)
    model.eval()
    with torch.no_grad():
        p = model(NORMALISE(images)).double().softmax(1).numpy()
    assert score.images == 1300
    assert score.accuracy == pytest.approx(np.mean(p.argmax(1) == labels.numpy()))
    assert score.loss == pytest.approx(log_loss(labels.numpy(), p, labels=[0, 1, 2]), rel=1e-5)
    np.testing.assert_array_equal(
        score.confusion.numpy(), confusion_matrix(labels.numpy(), p.argmax(1), labels=[0, 1, 2])
    )


def test_a_part_is_a_thousand_fixed_images_of_a_sorted_set(model):
    labels = torch.arange(3).repeat_interleave(1000)
    images = torch.zeros(3000, 1, 8, 8, dtype=torch.uint8)
    tests = TestSet(images, labels, 3, NORMALISE, CPU)
    score = tests.evaluate(model)
    assert score.images == 1000
    assert min(score.confusion.sum(1)) > 250
    assert torch.equal(score.confusion, tests.evaluate(model).confusion)
    pixels = TestSet(images, images[:, 0], 3, NORMALISE, CPU, task=TASKS["segment"])
    scores = nn.Conv2d(1, 3, 1)
    assert pixels.evaluate(scores).images == 200  # so that a short run is tested early
    assert pixels.evaluate(scores, everything=True).images == 3000


def test_looking_changes_nothing(model, data):
    tests = TestSet(*data, 3, NORMALISE, CPU)
    model.train()
    model[1].eval()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    random = torch.get_rng_state()
    tests.evaluate(model)
    assert [m.training for m in model] == [True, False, True, True, True]
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)
    with pytest.raises(RuntimeError), evaluating(model):
        model(torch.zeros(1))
    assert [m.training for m in model] == [True, False, True, True, True]


def test_probes_are_of_different_classes(data):
    images, labels = data
    chosen, classes = TestSet(images, labels, 3, NORMALISE, CPU).pick_probes()
    assert classes.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert len({image.numpy().tobytes() for image in chosen}) == 8
    for image, label in zip(chosen, classes, strict=True):
        same = (images == image).all(dim=(1, 2, 3)).nonzero()[0]
        assert labels[same] == label


def test_a_rare_class_does_not_stop_the_probes():
    images = torch.arange(3, dtype=torch.uint8).view(3, 1, 1, 1).expand(3, 1, 8, 8)
    chosen, classes = TestSet(images, torch.tensor([5, 2, 2]), 6, NORMALISE, CPU).pick_probes()
    assert sorted(classes.tolist()) == [2, 2, 5]
    assert len(chosen) == 3


def test_a_test_can_be_left_off(model, data):
    tests, asked = TestSet(*data, 3, NORMALISE, CPU), []

    def enough():
        asked.append(1)
        return len(asked) > 2

    model.train()
    assert tests.evaluate(model, everything=True, unless=enough) is None
    assert len(asked) == 3
    assert model.training


def test_a_sample_is_the_first_images_of_the_test(model, data):
    tests = TestSet(*data, 3, NORMALISE, CPU)
    sample = tests.sample(7)
    assert sample.shape == (7, 1, 8, 8)
    everything = NORMALISE(data[0])
    assert all((everything == x).all(dim=(1, 2, 3)).any() for x in sample)
