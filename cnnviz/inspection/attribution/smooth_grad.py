"""SmoothGrad: D. Smilkov et al., 2017, arXiv:1706.03825."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.inspection.attribution.question import Question

SAMPLES = 25
NOISE = 0.15


def steps(
    question: Question, samples: int = SAMPLES, noise: float = NOISE
) -> Iterator[tuple[int, int, Tensor]]:
    r"""$\frac{1}{n} \sum_i \nabla y(x + \varepsilon_i)$, $\varepsilon$ Gaussian noise, fixed seed.

    Args:
        question: What is asked.
        samples: How many noisy pictures.
        noise: Standard deviation, as a share of the range of the picture.

    Yields:
        Pictures done, pictures in all, and the mean H×W gradient so far, summed over colours.
    """
    x = question.x
    sigma = noise * float(x.max() - x.min())
    generator = torch.Generator().manual_seed(0)
    draws = torch.randn((samples, *x.shape[1:]), generator=generator).to(x)
    total = torch.zeros(x.shape[2:], dtype=torch.float64)
    for part in question.parts(samples):
        total = total + question.gradients(x + sigma * draws[part]).sum((0, 1))
        yield part.stop, samples, total / part.stop
