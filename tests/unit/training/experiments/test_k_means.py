"""Filters without labels, against scikit-learn, a ready-made whitening and sums written out."""

import contextlib
import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans

from cnnviz.datasets import load_dataset
from cnnviz.training.experiments.k_means import (
    MOST_STEPS,
    WHITENING,
    Layer,
    Split,
    Stack,
    accuracy_of,
    contest,
    k_means,
    learn_layer,
    linear_accuracy,
    normalised,
    pooled,
    sample_patches,
    whitening,
)
from cnnviz.training.experiments.k_means_code import k_means_code

STACK = Stack(5, 32, 1, 2, 64)


@pytest.fixture(scope="module")
def images():
    return torch.from_numpy(load_dataset("digits").train_images) / 255


@pytest.fixture(scope="module")
def learned(images):
    return learn_layer(images, 5, 32, whiten=True, seed=0)


def test_k_means_ends_where_that_of_scikit_learn_does():
    dice = torch.Generator().manual_seed(1)
    points = torch.randn(400, 3, generator=dice, dtype=torch.float64)
    steps = list(k_means(points, 7, seed=0, most=200))
    start = steps[0].centroids.numpy()
    theirs = KMeans(7, init=start, n_init=1, max_iter=500, tol=0, algorithm="lloyd").fit(points)
    assert steps[-1].distance * len(points) == pytest.approx(theirs.inertia_, rel=1e-9)
    assert np.allclose(steps[-1].centroids, theirs.cluster_centers_)
    assert steps[-1].counts.tolist() == np.bincount(theirs.labels_).tolist()


def test_no_step_makes_the_distance_larger_and_an_empty_centroid_stays(learned):
    distances = [step.distance for step in learned.steps]
    assert len(distances) <= MOST_STEPS + 1
    assert all(after <= before + 1e-5 for before, after in pairwise(distances))
    assert distances[-1] < 0.8 * distances[0]
    twice = torch.tensor([[0.0], [0.0], [0.0], [4.0]])  # two equal starts: one has no points
    for step in k_means(twice, 4, seed=0):
        assert torch.isfinite(step.centroids).all()
        assert int(step.counts.sum()) == 4


def test_whitened_patches_are_uncorrelated(images):
    points = normalised(sample_patches(images, 4, 3000, 0)).double()
    mean, matrix = whitening(points)
    assert torch.allclose(matrix, matrix.T)
    covariance = np.cov(((points - mean) @ matrix).numpy().T, bias=True)
    variances = np.linalg.eigvalsh(np.cov(points.numpy().T, bias=True))
    # Each variance v becomes v / (v + ε).
    expected = np.sort(variances / (variances + WHITENING))
    assert np.allclose(np.linalg.eigvalsh(covariance), expected, atol=1e-6)


def test_patches_are_pieces_of_the_pictures():
    maps = torch.arange(2 * 3 * 4 * 5, dtype=torch.float32).reshape(2, 3, 4, 5)
    every = {tuple(maps[n, :, y : y + 2, x : x + 2].flatten().tolist())
             for n in range(2) for y in range(3) for x in range(4)}  # fmt: skip
    drawn = {tuple(row) for row in sample_patches(maps, 2, 300, 0).tolist()}
    assert drawn == every
    with pytest.raises(ValueError, match="does not fit"):
        sample_patches(maps, 5, 1, 0)


def test_a_response_is_the_mean_distance_less_its_own():
    dice = torch.Generator().manual_seed(2)
    maps = torch.rand(1, 2, 4, 5, generator=dice)
    layer = Layer(2, torch.rand(8, generator=dice), torch.rand(8, 8, generator=dice),
                  torch.rand(3, 8, generator=dice))  # fmt: skip
    found = layer.maps(maps)
    assert found.shape == (1, 3, 3, 4)
    patch = maps[0, :, 1:3, 2:4].flatten().numpy()
    patch = (patch - patch.mean()) / np.sqrt(patch.var() + 0.01)
    point = (patch - layer.mean.numpy()) @ layer.whitener.numpy()
    far = np.linalg.norm(point - layer.centroids.numpy(), axis=1)
    assert found[0, :, 1, 2].numpy() == pytest.approx(np.maximum(0, far.mean() - far), abs=1e-5)
    assert pooled(torch.ones(2, 3, 4, 4)).shape == (2, 12)
    halves = torch.arange(4.0).repeat_interleave(2).reshape(1, 1, 1, 8).expand(1, 1, 8, 8)
    assert pooled(halves, 4).tolist() == [[0.0, 1.0, 2.0, 3.0] * 4]


def test_the_linear_classifier_is_as_good_as_scikit_learns():
    from sklearn.linear_model import LogisticRegression

    data = load_dataset("digits")
    x, y = data.train_images[:300].reshape(300, -1) / 255, data.train_labels[:300]
    test = data.test_images.reshape(-1, 64) / 255
    ours = linear_accuracy(Split(*map(torch.tensor, (x, y, test, data.test_labels))))
    mean, spread = x.mean(0), x.std(0) + 0.01
    theirs = LogisticRegression(C=1 / (300 * 1e-3), max_iter=500).fit((x - mean) / spread, y)
    assert ours == pytest.approx(theirs.score((test - mean) / spread, data.test_labels), abs=0.01)


def test_layers_without_labels_are_worth_more_than_pixels(images, learned):
    data = load_dataset("digits")
    test = torch.from_numpy(data.test_images) / 255, torch.tensor(data.test_labels)
    split = Split(images[:300], torch.tensor(data.train_labels[:300]), *test)
    before = torch.get_rng_state()
    found = dict(contest(images, split, STACK, learned, whiten=True, seed=0))
    assert torch.equal(torch.get_rng_state(), before)
    assert list(found) == ["pixels", "noise", "patches", "first", "second", "end_to_end"]
    assert found["second"] > found["pixels"] + 0.01
    assert all(0.75 < share < 1 for share in found.values())


def test_on_clothes_k_means_is_worth_four_points_of_accuracy(shared_data):
    """Of 2,000 labelled pictures: from .82 by pixels to .864 and more."""
    data = load_dataset("fashionmnist", root=shared_data)
    train, test = (
        torch.from_numpy(images.copy()) / 255
        for images in (data.train_images[:2000], data.test_images[:500])
    )
    labels = [torch.tensor(known) for known in (data.train_labels[:2000], data.test_labels[:500])]
    split = Split(train, labels[0], test, labels[1])
    layer = learn_layer(train, 6, 36, whiten=True, seed=0).layer()
    pixels = linear_accuracy(split.of(train.flatten(1), test.flatten(1)))
    assert pixels == pytest.approx(0.82, abs=0.015)
    assert accuracy_of(layer, split, 4) > max(0.864, pixels + 0.04)


def test_the_code_prints_the_distances_of_the_steps(learned):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng([]):
        exec(k_means_code("digits", STACK, whiten=True, seed=0), {})
    values = [float(line.split()[1]) for line in printed.getvalue().splitlines()]
    ours = [step.distance for step in learned.steps]
    assert values[: len(ours)] == pytest.approx(ours, rel=1e-3)
