"""Batch norm: every batch and the running statistics are those of `nn.BatchNorm2d`."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.inspection.batch_norm import (
    BATCHES,
    REACH,
    batch_norm_code,
    batches,
    first_maps,
    normalised,
)


@pytest.mark.parametrize(("channel", "size", "momentum"), [(3, 16, 0.1), (0, 1, 1.0)])
def test_it_is_pytorch_s_layer(channel, size, momentum):
    found = normalised(channel, size, momentum)
    layer = nn.BatchNorm2d(1, momentum=momentum)
    for at, batch in enumerate(batches(size)):
        x = first_maps()[batch, channel : channel + 1]
        with torch.no_grad():
            training = layer.train()(x)
            evaluation = layer.eval()(x)
        numbers = [layer.running_mean, layer.running_var, evaluation.mean()]
        ours = [found.running_mean[at], found.running_variance[at], found.after[2, at]]
        np.testing.assert_allclose(ours, [float(n) for n in numbers], atol=2e-4, rtol=1e-4)
        for shown, exact in zip(found.maps[1:], (training, evaluation), strict=True):
            np.testing.assert_allclose(shown[at], exact[0, 0], atol=1e-3, rtol=1e-3)


def test_histograms_count_every_number():
    found = normalised(3, 16, 0.1)
    for shares in found.histograms:
        np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    x = first_maps()[batches(16)[5], 3]
    standard = ((x - x.mean()) / x.std(correction=0)).flatten().clamp(-REACH, REACH)
    counts, _ = np.histogram(standard, np.linspace(-REACH, REACH, found.histograms[1].shape[1] + 1))
    assert np.abs(found.histograms[1][5] * len(standard) - counts).sum() <= 2  # at an edge
    assert len(found.batch_mean) == BATCHES


def test_the_code_gives_the_first_batch(capsys):
    scope = {}
    exec(batch_norm_code(3, 4, 0.1), scope)
    found = normalised(3, 4, 0.1)
    assert scope["norm"].running_mean.item() == pytest.approx(found.running_mean[0], abs=1e-3)
    assert scope["norm"].running_var.item() == pytest.approx(found.running_variance[0], abs=1e-3)
    assert scope["after"].mean().item() == pytest.approx(found.after[2, 0], abs=1e-3)
