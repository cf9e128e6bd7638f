import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.training.stepwise import _padded, _read_by


@pytest.mark.parametrize("chosen", [0, 2, 5])
def test_a_filter_of_a_group_reads_the_channels_of_its_group(chosen):
    torch.manual_seed(0)
    layer = nn.Conv2d(4, 6, 3, padding=1, groups=2)
    x = torch.randn(2, 4, 6, 5)
    delta = torch.randn(2, 6, 6, 5)
    layer(x).backward(delta)
    patches = F.unfold(_padded(layer, _read_by(layer, chosen, x)), 3)
    gradient = torch.einsum("bkp,bp->k", patches, delta[:, chosen].flatten(1))
    torch.testing.assert_close(gradient.view(2, 3, 3), layer.weight.grad[chosen])
