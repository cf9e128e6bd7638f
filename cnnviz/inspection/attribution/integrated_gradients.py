"""Integrated gradients: M. Sundararajan et al., ICML 2017, arXiv:1703.01365."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.inspection.attribution.question import Question

POINTS = 50


def steps(question: Question, points: int = POINTS) -> Iterator[tuple[int, int, Tensor]]:
    r"""$(x - x_0) \odot \int_0^1 \nabla y(x_0 + t (x - x_0)) \, dt$, summed over colours.

    Its sum is $y(x) - y(x_0)$, up to the error of the integral, which is taken by Gauss and
    Legendre. The baseline $x_0$ is 0, the mean colour.

    Args:
        question: What is asked.
        points: At how many $t$ the gradient is taken.

    Yields:
        Points done, points in all, and the H×W map so far.
    """
    x = question.x
    at, weights = np.polynomial.legendre.leggauss(points)
    # From −1…1 to 0…1, and from the middle outwards, so that the map so far is a rough whole.
    order = np.argsort(np.abs(at), kind="stable")
    shares = torch.from_numpy((at[order] + 1) / 2)
    parts = torch.from_numpy(weights[order] / 2)
    total = torch.zeros(x.shape[1:], dtype=torch.float64)
    for part in question.parts(points):
        along = (shares[part, None, None, None] * x.double()).to(x.dtype)
        gradients = question.gradients(along)
        total = total + torch.einsum("n,nchw->chw", parts[part], gradients)
        share_done = float(parts[: part.stop].sum())
        yield part.stop, points, (x[0].double() * total).sum(0) / share_done
