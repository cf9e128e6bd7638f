"""The tests that a map can fail, each against SciPy, a hand-made curve or a property."""

import copy

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from cnnviz import zoo
from cnnviz.imaging import sample_image
from cnnviz.inspection import InspectionError, evidence
from cnnviz.inspection.trust.adversarial import direction_of
from cnnviz.inspection.trust.changes import CHANGES, changed, follow, moved_map
from cnnviz.inspection.trust.deletion_insertion import (
    area,
    covered,
    probabilities,
    random_ranking,
    ranking_of,
)
from cnnviz.inspection.trust.randomisation import cascade, forget, stages_of


def weighted(model):
    return {name for name, m in model.named_modules() if list(m.parameters(recurse=False)) and name}


@pytest.mark.parametrize("net", ["gap_net", "flat_net"])
def test_the_stages_are_all_layers_with_weights_from_the_top(request, net):
    model = request.getfixturevalue(net)
    x = request.getfixturevalue("picture" if net == "gap_net" else "small_picture")
    for most in (2, 3, 8):
        stages = stages_of(model, x, most)
        names = [name for stage in stages for name in stage]
        assert len(stages) <= most
        assert sorted(names) == sorted(weighted(model))
        assert names == sorted(names, key=float, reverse=True)
        assert len(stages[0]) == 1


def test_a_layer_that_never_runs_is_in_no_stage(reuse_net, picture):
    names = [name for stage in stages_of(reuse_net, picture) for name in stage]
    assert names == ["out", "second", "blind", "first"]
    reuse_net.unused = nn.Linear(2, 2)
    assert [name for stage in stages_of(reuse_net, picture) for name in stage] == names


def test_the_correlation_is_scipys(flat_net, small_picture):
    steps = list(cascade(flat_net, small_picture, 2, method="grad_cam", layer="4"))
    first = steps[0].evidence.raw
    wanted = evidence(flat_net, small_picture, 2, method="grad_cam", layer="4").raw
    np.testing.assert_array_equal(first, wanted)
    assert steps[0].layers == ()
    assert len(steps) == 1 + len(stages_of(flat_net, small_picture))
    for step in steps:
        oracle = spearmanr(first.ravel(), step.evidence.raw.ravel()).statistic
        assert step.rho == pytest.approx(oracle, nan_ok=True)


def test_at_the_end_nothing_that_was_learned_is_left(gap_net, picture):
    """Two networks of one shape with different weights end with the same map."""
    torch.manual_seed(9)
    other = copy.deepcopy(gap_net)
    with torch.no_grad():
        for values in other.parameters():
            values.add_(torch.randn_like(values))
        other[2].running_var.mul_(3)
    ends = [
        list(cascade(net, picture, 1, method="gradient"))[-1].evidence.raw
        for net in (gap_net, other)
    ]
    np.testing.assert_array_equal(*ends)
    assert np.abs(ends[0]).max() > 0


def test_random_weights_are_hes_and_a_normalisation_is_as_new():
    generator = torch.Generator().manual_seed(1)
    conv = nn.Conv2d(8, 400, 3, groups=2)
    forget(conv, generator)
    assert float(conv.weight.detach().std()) == pytest.approx(np.sqrt(2 / (4 * 9)), rel=0.05)
    assert not conv.bias.any()
    norm = nn.BatchNorm2d(3)
    with torch.no_grad():
        for values in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
            values.uniform_(2, 3)
    forget(norm, generator)
    for name, value in nn.BatchNorm2d(3).state_dict().items():
        assert torch.equal(norm.state_dict()[name], value), name


def test_the_strongest_cells_come_first_and_equal_ones_in_reading_order():
    ranking = ranking_of(np.array([[1.0, 5.0], [5.0, -2.0]]), steps=4)
    assert ranking.place.tolist() == [[2, 0], [1, 3]]
    assert ranking.counts == (0, 1, 2, 3, 4)
    assert ranking.shares == [0, 0.25, 0.5, 0.75, 1]
    mask = ranking.mask(2, (4, 6))
    assert mask.astype(int).tolist() == [[0, 0, 0, 1, 1, 1]] * 2 + [[1, 1, 1, 0, 0, 0]] * 2
    # 5 pixels in 2 cells: the third has its centre on the border, and belongs to the second.
    assert ranking.mask(1, (2, 5))[0].tolist() == [False, False, True, True, True]


def test_a_fine_map_is_averaged_before_it_is_ranked():
    raw = np.zeros((28, 28))
    raw[0, 0], raw[26:, 26:] = 3, 1
    ranking = ranking_of(raw)
    assert ranking.place.shape == (14, 14)
    assert ranking.place[13, 13] == 0
    assert ranking.place[0, 0] == 1


def test_a_random_order_has_every_cell_once_and_its_seed_decides():
    one, same, other = (random_ranking((3, 4), seed).place for seed in (1, 1, 2))
    assert sorted(one.ravel()) == list(range(12))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


class Sums(nn.Module):
    """Two logits: the sum of the pixels, and 0."""

    def forward(self, x):
        total = x.sum((1, 2, 3))
        return torch.stack([total, torch.zeros_like(total)], 1)


def test_deletion_and_insertion_are_the_curves_made_by_hand():
    x = torch.tensor([[[[4.0, 1.0], [2.0, -3.0]]]])
    ranking = ranking_of(x[0, 0].double().numpy(), steps=4)
    under = torch.zeros_like(x)
    *_, falls = probabilities(Sums(), x, 0, under, ranking)
    *_, rises = probabilities(Sums(), x, 0, under, ranking, insert=True)
    sigmoid = lambda totals: 1 / (1 + np.exp(-np.array(totals, float)))  # noqa: E731
    np.testing.assert_allclose(falls, sigmoid([4, 0, -2, -3, 0]), atol=1e-7)
    np.testing.assert_allclose(rises, sigmoid([0, 4, 6, 7, 4]), atol=1e-7)
    assert area([0, 0.5, 1], [1, 0.5, 0.5]) == pytest.approx(0.375 + 0.25)
    with pytest.raises(InspectionError, match="differ in size"):
        list(probabilities(Sums(), x, 0, under[..., :1], ranking))


def test_the_three_covers():
    x = torch.randn(1, 2, 20, 30, generator=torch.Generator().manual_seed(0))
    black = torch.tensor([-1.0, -2.0])[None, :, None, None]
    assert not covered(x, "mean", black).any()
    assert covered(x, "black", black)[0, :, 3, 4].tolist() == [-1, -2]
    blurred = covered(x, "blur", black)
    assert float(blurred.std()) < 0.3 * float(x.std())
    torch.testing.assert_close(covered(torch.ones_like(x), "blur", black), torch.ones_like(x))


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)


def test_changes_are_what_they_say(pixels):
    neutral = {"shift": 0, "rotate": 0, "brighten": 1, "noise": 0, "crop": 100, "adversarial": 0}
    assert neutral.keys() == CHANGES.keys()
    for change, amount in neutral.items():
        assert amount in CHANGES[change].amounts
        direction = np.ones(pixels.shape, np.int8)
        np.testing.assert_array_equal(
            changed(pixels, change, amount, direction=direction), pixels, err_msg=change
        )
    right = changed(pixels, "shift", 8)
    np.testing.assert_array_equal(right[:, 8:], pixels[:, :-8])
    np.testing.assert_array_equal(right[:, :8], pixels[:, 8:0:-1])  # mirrored
    np.testing.assert_array_equal(changed(pixels, "rotate", 90), np.rot90(pixels))
    np.testing.assert_array_equal(
        changed(pixels, "brighten", 2), np.minimum(pixels.astype(int) * 2, 255)
    )
    noise = changed(np.full((200, 200, 3), 128, np.uint8), "noise", 20).astype(float) - 128
    assert noise.std() == pytest.approx(20, rel=0.02)
    assert abs(noise.mean()) < 0.2
    middle = changed(np.kron(pixels, np.ones((9, 9, 1), np.uint8)), "crop", 50)
    assert middle[4, 4].tolist() == pixels[6, 6].tolist()


def test_the_adversarial_step_is_the_sign_of_the_gradient_and_raises_the_loss(pixels):
    torch.manual_seed(3)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 24 * 24, 2))
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    direction = direction_of(net, x, 1)
    # Of two classes: the loss of one grows along the difference of their weights.
    weights = net[1].weight.detach()
    wanted = (weights[0] - weights[1]).reshape(3, 24, 24).sign().permute(1, 2, 0)
    np.testing.assert_array_equal(direction, wanted.numpy())
    moved = changed(pixels, "adversarial", 3, direction=direction).astype(int) - pixels
    assert np.abs(moved).max() == 3
    assert np.abs(moved).min() == 0 or (np.abs(moved) == 3).mean() > 0.9


def test_a_map_follows_where_the_network_is_equivariant():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 8, stride=8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)

    def inputs_of(picture):
        return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255

    found = list(
        follow(net, pixels, inputs_of, 1, change="rotate", layer="0", amounts=(0.0, 180.0))
    )
    assert found[0].follows == pytest.approx(1)
    oracle = evidence(net, inputs_of(np.rot90(pixels, 2).copy()), 1, method="grad_cam", layer="0")
    np.testing.assert_allclose(found[1].raw, oracle.raw, atol=1e-6)
    np.testing.assert_allclose(
        moved_map(found[0].raw, "rotate", 180, 64), np.rot90(found[0].raw, 2), atol=1e-5
    )
    assert found[1].probability == pytest.approx(oracle.probability, abs=1e-6)
    assert found[1].best == int(net(inputs_of(np.rot90(pixels, 2).copy())).argmax())
    # Half a cell to the right: the mean of two neighbours; beyond the edge, the mirror image.
    half = moved_map(np.array([[1.0, 3.0], [5.0, 7.0]]), "shift", 16, 64)
    np.testing.assert_allclose(half, [[1, 2], [5, 6]], atol=0.2)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet18"])
def test_what_a_network_sees_leads_back_to_what_it_reads(name):
    network = zoo.load(name, weights=False)
    x = network.preprocess(sample_image("cat"))
    torch.testing.assert_close(network.inputs_of(network.seen(x)), x, atol=1e-6, rtol=0)
