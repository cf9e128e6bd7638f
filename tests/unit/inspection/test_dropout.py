"""Dropout: the masks are PyTorch's, the averages those of the nets, the code gives the numbers."""

import numpy as np
import pytest
import torch

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection.digits import RUN
from cnnviz.inspection.dropout import NETS, UNITS, dropout_code, dropout_masks, thinned
from cnnviz.inspection.models import load_model


def test_each_net_is_the_network_with_dropout_switched_on():
    found = thinned(16, 0.5, 3)
    data, model, config = load_dataset("digits"), load_model(RUN), RUN.config
    *before, last = model.children()
    with torch.no_grad():
        x = normalise(torch.from_numpy(data.test_images).float(), config.mean, config.std)
        x = torch.nn.Sequential(*before)(x)
        nets = [last(x * torch.from_numpy(mask)) for mask in found.masks]
        whole = last(x)
    labels = torch.from_numpy(data.test_labels)
    each = torch.stack([logits[16].softmax(0) for logits in nets])
    np.testing.assert_allclose(found.each, each, atol=1e-5)
    np.testing.assert_allclose(found.average[9], each[:10].mean(0), atol=1e-5)
    np.testing.assert_allclose(found.whole, whole[16].softmax(0), atol=1e-5)
    gap = (torch.stack([logits[16] for logits in nets]).mean(0) - whole[16]).abs().max()
    assert found.distance[-1] == pytest.approx(float(gap), abs=1e-4)
    right = [(logits.argmax(1) == labels).float().mean().item() for logits in nets]
    np.testing.assert_allclose(found.each_right, right, atol=1e-6)


def test_the_average_goes_to_the_whole_network():
    found = thinned(16, 0.5, 0)
    assert found.distance[-20:].mean() < found.distance[:3].mean() / 3
    assert found.average_right[-1] > found.each_right.mean()


def test_masks_scale_what_stays_and_leave_the_random_state_alone():
    before = torch.get_rng_state()
    masks = dropout_masks(0.75, 1)
    assert torch.equal(torch.get_rng_state(), before)
    assert set(masks.unique().tolist()) == {0.0, 4.0}
    assert (masks == 0).float().mean().item() == pytest.approx(0.75, abs=0.03)
    assert torch.equal(dropout_masks(0.0, 1), torch.ones(NETS, UNITS))


def test_the_code_gives_the_numbers():
    scope = {}
    exec(dropout_code(16, 0.3, 2), scope)
    found = thinned(16, 0.3, 2)
    np.testing.assert_allclose(scope["average"], found.average[-1], atol=1e-3)
    np.testing.assert_allclose(scope["whole"], found.whole, atol=1e-3)
