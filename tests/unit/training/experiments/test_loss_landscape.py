"""Slices of the loss, against direct evaluation, NumPy's PCA and what normalising means."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.networks import build, network_from_line
from cnnviz.training.experiments.loss_landscape import (
    LEVELS,
    PAIR,
    heights,
    loss_at,
    normalised_direction,
    path_slice,
    random_slice,
    weights_of,
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build(network_from_line("c3k3 bn relu gap fc4"), (1, 6, 6)).eval()


@pytest.fixture
def pictures():
    torch.manual_seed(1)
    return torch.randn(20, 1, 6, 6), torch.arange(20) % 4


def test_each_filter_is_moved_by_its_own_length_and_biases_are_not(model):
    weights = weights_of(model)
    found = normalised_direction(weights, torch.Generator().manual_seed(0))
    for name, value in weights.items():
        if value.dim() < 2:
            assert not found[name].any()
            continue
        for one, moved in zip(value.numpy(), found[name].numpy(), strict=True):
            assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(one), rel=1e-5)


def test_doubling_a_filter_and_halving_the_next_leaves_the_landscape_as_it_is(pictures):
    """What the normalisation is for: both are the same function, and have the same slice."""
    images, labels = pictures
    torch.manual_seed(0)
    first = build(network_from_line("c3k3b0 relu gap flatten fc4"), (1, 6, 6)).eval()
    second = build(network_from_line("c3k3b0 relu gap flatten fc4"), (1, 6, 6)).eval()
    state = first.state_dict()
    state["conv1.weight"] = state["conv1.weight"] * 4
    second.load_state_dict(state | {"linear1.weight": state["linear1.weight"] / 4})
    assert torch.allclose(first(images), second(images), atol=1e-6)
    one, two = (
        loss_at(model, random_slice(weights_of(model), seed=3).at(0.5, -0.7), images, labels)
        for model in (first, second)
    )
    assert one == pytest.approx(two, rel=1e-5)


def test_two_networks_of_the_same_layers_get_the_same_numbers():
    shapes = []
    for line in PAIR.values():
        model = build(network_from_line(line), (1, 8, 8))
        shapes.append([value.shape for value in weights_of(model).values()])
        assert sum(value.numel() for value in weights_of(model).values()) == 12_186
    assert shapes[0] == shapes[1]


def test_a_height_is_the_loss_of_a_network_with_these_weights(model, pictures):
    images, labels = pictures
    before = {name: value.clone() for name, value in model.state_dict().items()}
    plane = random_slice(weights_of(model), seed=5)
    found = list(heights(model, plane, images, labels))
    assert len({(column, row) for column, row, _ in found}) == len(found) == LEVELS[-1] == 169
    for level, apart in zip(LEVELS, (6, 3, 1), strict=True):
        grid = {(column, row) for column, row, _ in found[:level]}
        assert grid == {(x, y) for x in range(0, 13, apart) for y in range(0, 13, apart)}
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    losses = {(column, row): loss for column, row, loss in found}
    other = build(network_from_line("c3k3 bn relu gap fc4"), (1, 6, 6)).eval()
    other.load_state_dict(before)
    with torch.no_grad():
        for name, value in other.named_parameters():
            value.add_(plane.across[name], alpha=-1.0 + 2 * 9 / 12)
            value.add_(plane.up[name], alpha=-1.0 + 2 * 4 / 12)
        assert losses[9, 4] == pytest.approx(
            float(F.cross_entropy(other(images), labels)), rel=1e-5
        )
        assert losses[6, 6] == pytest.approx(
            float(F.cross_entropy(model(images), labels)), rel=1e-6
        )


def test_the_plane_of_a_path_is_that_of_its_principal_components():
    dice = np.random.default_rng(0)
    rows = (dice.normal(size=(7, 5)) * [5, 2, 0.3, 0.1, 0.1]).astype(np.float32)
    path = [{"a": torch.from_numpy(row[:4].reshape(2, 2)), "b": torch.from_numpy(row[4:])}
            for row in rows]  # fmt: skip
    found = path_slice(path)
    gone = (rows - rows[-1]).astype(np.float64)
    _, sizes, axes = np.linalg.svd(gone, full_matrices=False)
    assert found.explained == pytest.approx(tuple(sizes[:2] ** 2 / (sizes**2).sum()), rel=1e-6)
    assert np.abs(found.points.numpy()) == pytest.approx(np.abs(gone @ axes[:2].T), abs=1e-6)
    assert found.points[-1].tolist() == pytest.approx([0, 0], abs=1e-12)
    # Where the plane is, plus what is told to be off it, is where the weights are.
    for at, (x, y) in enumerate(found.points.tolist()):
        there = found.plane.at(x, y)
        flat = np.concatenate([there["a"].numpy().ravel(), there["b"].numpy()])
        assert np.linalg.norm(flat - rows[at]) == pytest.approx(found.off[at], abs=1e-5)
    low, high = found.plane.places[0][0], found.plane.places[0][-1]
    assert low < float(found.points[:, 0].min()) <= float(found.points[:, 0].max()) < high


@pytest.mark.parametrize("count", [2, 3])
def test_too_short_a_path_is_refused(count):
    with pytest.raises(ValueError, match=r"three moments|did not change"):
        path_slice([{"a": torch.ones(2, 2)}] * count)
