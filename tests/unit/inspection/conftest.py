"""Tiny odd networks, each named after what is odd about it."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

# Passes this small are slower on several threads, many times so on a busy machine.
torch.set_num_threads(1)


@pytest.fixture
def lecture_net():
    """GAP and a linear layer over two hand-made 2×2 maps that a 1×1 convolution passes on."""
    net = nn.Sequential(
        nn.Conv2d(2, 2, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    with torch.no_grad():
        net[0].weight.copy_(torch.eye(2)[:, :, None, None])
        net[3].weight.copy_(torch.tensor([[0.5, -1.0], [-1.0, -1.0]]))
        net[3].bias.copy_(torch.tensor([0.25, 0.0]))
    return net


@pytest.fixture
def gap_net():
    """conv → pool → BN → ReLU → dropout → GAP → flatten → dropout → linear, on 2×9×7 inputs."""
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(2, 3, (3, 2)),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.Sequential(nn.Dropout2d(0.5), nn.AdaptiveAvgPool2d((1, 1))),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(3, 4),
    )
    net(torch.randn(16, 2, 9, 7))  # give the running statistics something to hold
    return net


@pytest.fixture
def flat_net():
    """No GAP; a frozen convolution, an in-place ReLU and pooling after the last one."""
    torch.manual_seed(2)
    net = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(inplace=True),
        nn.Conv2d(3, 4, 3, bias=False),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(24, 5),
    )
    net[0].requires_grad_(False)
    return net


class ReusesItsReLU(nn.Module):
    """One ReLU runs twice, one branch leads nowhere, and dropout never stops."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 3, 3, padding=1)
        self.relu = nn.ReLU()
        self.second = nn.Conv2d(3, 3, 3, padding=1)
        self.blind = nn.Conv2d(2, 2, 1)
        self.vector = nn.Flatten()
        self.out = nn.Linear(3, 4)

    def forward(self, x):
        a = self.relu(self.first(x))
        self.blind(x)
        b = self.relu(self.second(a) + a)
        F.dropout(a)  # draws random numbers in evaluation mode too
        return self.out(self.vector(F.adaptive_avg_pool2d(b, 1)))


@pytest.fixture
def reuse_net():
    torch.manual_seed(3)
    return ReusesItsReLU()


@pytest.fixture
def picture():
    """One 2×9×7 picture: fits gap_net and reuse_net."""
    return torch.randn(2, 9, 7, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def small_picture():
    """One 2×6×8 picture: fits flat_net."""
    return torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(5))
