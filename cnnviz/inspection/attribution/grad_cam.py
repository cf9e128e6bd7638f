"""Grad-CAM: R. R. Selvaraju et al., ICCV 2017, arXiv:1610.02391."""

import torch
from torch import Tensor


def weigh(maps: Tensor, gradient: Tensor) -> Tensor:
    r"""$\sum_k \alpha_k A_k$ with $\alpha_k = \frac{1}{Z} \sum_{ij} \partial y / \partial A_{kij}$.

    The paper then cuts negative values off; here they are kept, as evidence against the class.
    """
    return torch.einsum("k,kij->ij", gradient.mean((1, 2)), maps)
