"""A kernel in the place of a learned filter, against the weights changed by hand."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.imaging import KERNELS
from cnnviz.inspection import InspectionError, predict
from cnnviz.inspection.kernel_by_hand import ByHand, first_convolution, fitted, grey_kernels
from cnnviz.networks import build, network_from_line

SHAPE = (3, 10, 9)
SOBEL = KERNELS["sobel-x"].weights


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    network = build(network_from_line("c4k5p2 bn relu p2 c6k3 relu gap fc3"), SHAPE)
    network(torch.randn(9, *SHAPE))
    return network.eval()


def test_the_network_answers_as_one_whose_weights_were_changed_and_stays_as_it_was(model):
    inputs = torch.randn(5, *SHAPE, generator=torch.Generator().manual_seed(1))
    weights = fitted(model.conv1.weight[2].detach().numpy(), SOBEL, scaled=True)
    by_hand, before = ByHand(model, "conv1", 2, weights), copy.deepcopy(model.state_dict())
    changed = copy.deepcopy(model)
    with torch.no_grad():
        changed.conv1.weight[2] = torch.from_numpy(weights)
        expected = changed(inputs)
        maps = changed.conv1(inputs)[:, 2]
    assert by_hand.predicted(inputs).tolist() == expected.argmax(1).tolist()
    torch.testing.assert_close(by_hand.answer(inputs[0]).logits, expected[0])
    np.testing.assert_allclose(by_hand.map(inputs[0]), maps[0], atol=1e-5)
    assert not torch.allclose(predict(model, inputs[0]).logits, expected[0])
    for name, values in model.state_dict().items():
        assert torch.equal(values, before[name])


def test_a_kernel_is_fitted_to_the_size_the_channels_and_the_norm():
    learned = np.random.default_rng(0).normal(size=(3, 5, 5)).astype(np.float32)
    weights = fitted(learned, SOBEL, scaled=False)
    assert np.allclose(weights.sum(0)[1:4, 1:4], SOBEL)
    assert weights.sum() == 0
    assert np.count_nonzero(weights) == 3 * np.count_nonzero(SOBEL)
    scaled = fitted(learned, SOBEL, scaled=True)
    assert np.linalg.norm(scaled) == pytest.approx(np.linalg.norm(learned))
    assert np.corrcoef(scaled.ravel(), weights.ravel())[0, 1] == pytest.approx(1)
    assert not fitted(learned, np.zeros((3, 3), np.float32), scaled=True).any()
    cut = fitted(learned[:, 1:4, 1:4], np.arange(25, dtype=np.float32).reshape(5, 5), scaled=False)
    assert np.allclose(cut.sum(0), [[6, 7, 8], [11, 12, 13], [16, 17, 18]])


def test_the_kernel_for_grey_pictures_does_what_the_filter_does_to_them(model):
    grey = torch.randn(1, 1, 10, 9, generator=torch.Generator().manual_seed(2))
    kernels = torch.from_numpy(grey_kernels(model, "conv1"))[:, None]
    with torch.no_grad():
        expected = model.conv1(grey.expand(1, *SHAPE)) - model.conv1.bias.view(-1, 1, 1)
    torch.testing.assert_close(F.conv2d(grey, kernels, padding=2), expected)


def test_the_first_convolution_reads_the_picture_or_there_is_none(model):
    assert first_convolution(model, 3) == "conv1"
    local = build(network_from_line("lc4k3 relu c6k3 gap fc3"), SHAPE)
    with pytest.raises(InspectionError, match="does not begin with a convolution"):
        first_convolution(local, 3)
    with pytest.raises(InspectionError):
        ByHand(model, "conv1", 4, np.zeros((3, 5, 5), np.float32))
