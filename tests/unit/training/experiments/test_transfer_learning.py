"""A head on frozen features, against scikit-learn, autograd and arithmetic by hand."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage import data
from sklearn.linear_model import LogisticRegression

from cnnviz import zoo
from cnnviz.training.experiments.transfer_learning import (
    SIDE,
    TransferError,
    accuracy_from_scratch,
    accuracy_of_heads,
    blocks_of,
    feature_maps_of,
    fine_tune,
    learn,
    nearest,
    pooled,
    square,
)


@pytest.fixture(scope="module")
def network():
    return zoo.load("efficientnet_lite0")


@pytest.fixture(scope="module")
def clouds():
    """Three clouds of points that overlap a little, with numbers as large as 1,280 features are."""
    dice = torch.Generator().manual_seed(3)
    labels = torch.arange(90) % 3
    centres = 2 * torch.randn(3, 8, generator=dice)
    return 50 * (centres[labels] + torch.randn(90, 8, generator=dice)), labels


def test_the_head_tells_apart_what_logistic_regression_does(clouds):
    features, labels = clouds
    head = learn(features, labels, 3)
    reference = LogisticRegression(C=10, max_iter=1000).fit(features.numpy(), labels.numpy())
    ours = head.logits(features).argmax(1).numpy()
    assert (ours == reference.predict(features.numpy())).mean() > 0.95
    assert len(head.losses) == 101
    assert head.losses[0] == pytest.approx(np.log(3), abs=1e-6)
    assert head.losses[-1] < 0.5 * head.losses[0]
    assert torch.equal(learn(features, labels, 3).weights, head.weights)


def test_the_network_below_is_what_the_network_computes_and_stays_as_it_was(network):
    picture = square(data.chelsea())
    assert picture.shape == (SIDE, SIDE, 3)
    before = {name: value.clone() for name, value in network.model.state_dict().items()}
    maps = feature_maps_of(network, [picture, picture[:, ::-1].copy()])
    assert maps.shape == (2, 1280, SIDE // 32, SIDE // 32)
    pixels = (torch.from_numpy(picture).float().permute(2, 0, 1)[None] - 127) / 128
    with torch.no_grad():
        logits = network.model(pixels)
        linear = network.model.linear
    torch.testing.assert_close(linear(pooled(maps[:1])), logits, atol=1e-4, rtol=1e-4)
    after = network.model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_the_evidence_adds_up_to_the_logit(network):
    maps = feature_maps_of(network, [square(data.chelsea()), square(data.coffee())])
    head = learn(pooled(maps), torch.tensor([0, 1]), 2)
    logits = head.logits(pooled(maps))
    for picture, label in ((0, 0), (0, 1), (1, 1)):
        evidence = head.evidence(maps[picture], label)
        whole = evidence.mean() + float(head.biases[label])
        assert whole == pytest.approx(float(logits[picture, label]), abs=1e-5)


def crops(picture, count):
    dice = np.random.default_rng(5)
    sides = dice.integers(150, 290, count)
    places = [dice.integers(0, 300 - side, 2) for side in sides]
    return [
        square(picture[top : top + side, left : left + side])
        for side, (top, left) in zip(sides, places, strict=True)
    ]


def test_transfer_needs_few_pictures_and_a_start_from_scratch_is_repeatable(network, monkeypatch):
    monkeypatch.setattr("cnnviz.training.experiments.transfer_learning._SCRATCH_EPOCHS", 6)
    squares = [*crops(data.chelsea(), 6), *crops(data.coffee(), 6), *crops(data.rocket(), 6)]
    labels = torch.arange(3).repeat_interleave(6)
    features = pooled(feature_maps_of(network, squares))
    taught = accuracy_of_heads(features, labels, 3)
    shares = []
    scratch = accuracy_from_scratch(squares, labels, 3, progress=shares.append)
    assert taught > 0.9
    assert 0 <= scratch <= 1
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert accuracy_from_scratch(squares, labels, 3) == scratch


def test_accuracy_is_of_pictures_that_were_not_learned_from():
    dice = torch.Generator().manual_seed(1)
    features = 10 * torch.randn(40, 200, generator=dice)  # noise: learned by heart, never foreseen
    labels = torch.arange(40) % 2
    head = learn(features, labels, 2)
    assert (head.logits(features).argmax(1) == labels).all()
    assert 0.2 < accuracy_of_heads(features, labels, 2) < 0.8


def test_what_a_progress_raises_ends_the_training():
    def stop(share):
        if share > 0.1:
            raise InterruptedError

    squares = [np.zeros((SIDE, SIDE, 3), np.uint8)] * 4
    with pytest.raises(InterruptedError):
        accuracy_from_scratch(squares, torch.tensor([0, 0, 1, 1]), 2, progress=stop)


def test_the_nearest_are_those_by_angle():
    features = torch.tensor([[1.0, 0], [0, 2], [3, 3], [-1, 0]])
    found = nearest(features, torch.tensor([5.0, 0]), 2)
    assert [number for number, _ in found] == [0, 2]
    assert [cosine for _, cosine in found] == pytest.approx([1, 0.5**0.5])
    assert len(nearest(features, torch.tensor([5.0, 0]), 9)) == 4


@pytest.mark.parametrize(
    ("labels", "classes", "words"),
    [
        ([0, 0], 1, "add a second one"),
        ([0, 0], 2, "no pictures yet"),
        ([0, 0, 1], 2, "single picture"),
    ],
)
def test_too_little_is_said(labels, classes, words):
    with pytest.raises(TransferError, match=words):
        accuracy_of_heads(torch.zeros(len(labels), 2), torch.tensor(labels), classes)


@pytest.mark.parametrize("shape", [(10, 300, 3), (500, 40, 3), (1, 1, 3)])
def test_a_picture_of_any_shape_becomes_a_square(shape):
    assert square(np.full(shape, 7, np.uint8)).shape == (SIDE, SIDE, 3)
    assert (square(np.full(shape, 7, np.uint8)) == 7).all()


@pytest.fixture(scope="module")
def examples():
    """Four pieces each of two photos."""
    squares = [*crops(data.chelsea(), 4), *crops(data.coffee(), 4)]
    return squares, torch.arange(8) // 4


def test_thawing_nothing_is_the_head_alone(network, examples):
    squares, labels = examples
    features = pooled(feature_maps_of(network, squares))
    *_, last = fine_tune(network, squares, labels, 2, 0)
    assert last.accuracy == accuracy_of_heads(features, labels, 2)
    assert torch.equal(last.thawed.features, features)


def test_thawed_blocks_learn_in_a_copy(network, examples):
    squares, labels = examples
    before = {name: t.clone() for name, t in network.model.state_dict().items()}
    state = torch.get_rng_state()
    steps = list(fine_tune(network, squares, labels, 2, 2))
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in network.model.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    first = [step.loss for step in steps if step.part == 1 and step.loss == step.loss]
    assert first[-1] < first[0]
    assert 0 <= steps[-1].accuracy <= 1
    assert [step.accuracy for step in steps[:-1]] == [None] * (len(steps) - 1)
    # What was learned from all pictures answers as the whole network with these blocks in it.
    assert [step.thawed for step in steps[:-1]] == [None] * (len(steps) - 1)
    thawed = steps[-1].thawed
    model = copy.deepcopy(network.model)
    names = list(blocks_of(network))[-2:]
    for name, block in zip(names, thawed.upper, strict=True):
        setattr(model, name, block)
    whole = replace(network, model=model)
    maps = feature_maps_of(whole, squares)
    torch.testing.assert_close(thawed.maps_of(network, squares), maps)
    torch.testing.assert_close(thawed.features, pooled(maps))
    assert not torch.allclose(maps, feature_maps_of(network, squares))
    assert torch.equal(thawed.head.logits(thawed.features).argmax(1), labels)
    assert not any(p.requires_grad for p in thawed.upper.parameters())


def test_the_blocks_are_those_before_the_average(network):
    names = list(blocks_of(network))
    assert names[0] == "stem"
    assert names[-1] == "head"
    assert "pool" not in names
