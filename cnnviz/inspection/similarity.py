"""How alike two pictures are: the signal-to-noise ratio and the similarity of their structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from torch import Tensor

MOST_DECIBELS = 100.0
"""Of pictures that are the same, of which the ratio would be infinite."""

_WINDOW, _SIGMA = 11, 1.5
_STABLE = 0.01**2, 0.03**2  # (K₁L)² and (K₂L)², L = 1


def psnr(found: Tensor, truth: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each picture: 10 log₁₀(1 / mean squared error), in dB.

    Args:
        found: N×C×H×W, black 0 and white 1.
        truth: Likewise.

    Returns:
        N numbers, at most MOST_DECIBELS.
    """
    error = (found - truth).square().flatten(1).mean(1)
    return -10 * error.clamp_min(10 ** (-MOST_DECIBELS / 10)).log10()


def ssim(found: Tensor, truth: Tensor) -> Tensor:
    """Structural similarity of each picture: the mean over all whole windows of 11×11.

    Z. Wang et al., Image quality assessment: from error visibility to structural similarity, 2004:
    Gaussian windows of standard deviation 1.5, K₁ = 0.01, K₂ = 0.03.

    Args:
        found: N×C×H×W, black 0 and white 1; at least 11×11.
        truth: Likewise.

    Returns:
        N numbers, 1 for pictures that are the same.
    """
    channels = found.shape[1]
    at = torch.arange(_WINDOW, dtype=found.dtype, device=found.device) - _WINDOW // 2
    line = (-at.square() / (2 * _SIGMA**2)).exp()
    line = line / line.sum()
    window = (line[:, None] * line).expand(channels, 1, -1, -1)

    def mean(values: Tensor) -> Tensor:
        return F.conv2d(values, window, groups=channels)

    x, y = mean(found), mean(truth)
    var_x, var_y = mean(found.square()) - x.square(), mean(truth.square()) - y.square()
    both = mean(found * truth) - x * y
    first, second = _STABLE
    similar = (2 * x * y + first) * (2 * both + second)
    similar = similar / ((x.square() + y.square() + first) * (var_x + var_y + second))
    return similar.flatten(1).mean(1)
