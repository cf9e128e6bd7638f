"""Grad-CAM++: A. Chattopadhay et al., WACV 2018, arXiv:1710.11063."""

import torch
from torch import Tensor


def weigh(maps: Tensor, gradient: Tensor) -> Tensor:
    r"""$\sum_k w_k A_k$ with $w_k = \sum_{ij} \alpha_{kij} \max(0, g_{kij})$.

    In the paper $\alpha = g^2 / (2 g^2 + g^3 \sum_{ab} A_{kab})$, which is 0/0 where the gradient
    $g$ is 0. Divided by $g^2$ it is $1 / (2 + g \sum_{ab} A_{kab})$, the same and never undefined:
    the sum is of maps after a ReLU, so values below 0, which other layers give, do not count.
    """
    sums = maps.clamp(min=0).sum((1, 2), keepdim=True)
    positive = gradient.clamp(min=0)
    weights = (positive / (2 + positive * sums)).sum((1, 2))
    return torch.einsum("k,kij->ij", weights, maps)
