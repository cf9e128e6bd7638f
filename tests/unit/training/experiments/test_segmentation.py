"""The class of every pixel: losses by hand, what was shipped, and that skips help."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.datasets.scenes import CLASSES, make_scenes, stacked
from cnnviz.inspection.iou import foreground_overlap
from cnnviz.networks import build, summary
from cnnviz.networks.encoder_decoder import unet
from cnnviz.training.experiments.segmentation import (
    SHAPE,
    as_input,
    learn,
    network,
    pixel_loss,
    predicted,
    shipped,
)


def test_the_losses_by_hand():
    scores = torch.tensor([[[[0.0, 2.0]], [[0.0, -1.0]]]])  # two classes, two pixels
    truth = torch.tensor([[[0, 1]]])
    share = 1 / (1 + np.exp(3))  # of the true class of the second pixel
    weighted = (0.2 * np.log(2) - np.log(share)) / 1.2
    assert pixel_loss(scores, truth, "weighted").item() == pytest.approx(weighted, rel=1e-5)
    squared = (2 * 0.5**2 + 2 * (1 - share) ** 2) / 4
    assert pixel_loss(scores, truth, "mse").item() == pytest.approx(squared, rel=1e-5)


def test_the_plan_is_a_u_net():
    """The same written by hand in PyTorch, with the plan's weights."""
    torch.manual_seed(0)
    model = build(unet(3, (2, 4), skips=True), (1, 8, 8))
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
    model.eval()
    x = torch.randn(2, 1, 8, 8)

    def twice(module, x, first=1):
        for at in (first, first + 1):
            conv = getattr(module, f"conv{at}")
            x = F.relu(getattr(module, f"batchnorm{at}")(F.conv2d(x, conv.weight, padding=1)))
        return x

    down = twice(model, x)
    bottom = twice(model.concat1.branch2, F.max_pool2d(down, 2))
    up = F.interpolate(bottom, scale_factor=2)
    top = twice(model, torch.cat([down, up], 1), 3)
    expected = F.conv2d(top, model.conv5.weight, model.conv5.bias)
    torch.testing.assert_close(model(x), expected)


def test_a_skip_costs_a_few_weights_and_keeps_all_shapes():
    costs = []
    for skips in (True, False):
        rows = summary(network(skips=skips), SHAPE)
        assert rows[-1].output_shape == (len(CLASSES), *SHAPE[1:])
        costs.append(sum(row.parameters for row in rows))
    # The two convolutions that read a skip have 3×3 weights more for each of its maps.
    assert costs[0] - costs[1] == 9 * (16 * 16 + 8 * 8)


def test_what_is_shipped_is_as_good_as_said_and_skips_help():
    pictures, truth = stacked(make_scenes(40, seed=11, test=True))
    scores = []
    for skips, weights in zip((True, False), shipped(), strict=True):
        model = build(network(skips=skips), SHAPE)
        model.load_state_dict(weights, strict=False)
        scores.append(foreground_overlap(predicted(model, pictures), truth))
    assert scores[0] > 0.85
    assert scores[1] < scores[0] - 0.05


def test_it_learns_and_says_the_same_each_time():
    first, last = (list(learn("weighted", steps=6, scenes=40)) for _ in range(2))
    assert [one.step for one in first] == [0, 6]
    for one, again in zip(first[1].networks, last[1].networks, strict=True):
        assert one.loss == pytest.approx(again.loss, rel=1e-4)
        assert np.isfinite(one.loss)
    before, after = (step.networks[0].weights["conv1.weight"] for step in first)
    assert not torch.equal(before, after)
    assert np.isnan(first[0].networks[0].loss)
    assert as_input(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [0, 1]
