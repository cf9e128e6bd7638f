"""Which way each pixel moves to mislead a network most: the fast gradient sign method.

I. Goodfellow et al., *Explaining and harnessing adversarial examples*, ICLR 2015, arXiv:1412.6572.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from cnnviz.inspection.guard import untouched

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn


def direction_of(model: nn.Module, x: Tensor, class_index: int) -> NDArray[np.int8]:
    r"""$\operatorname{sign} \nabla_x L(x)$, with L the cross-entropy of a class.

    Args:
        model: A classifier; it is left as it is.
        x: 1×C×H×W, preprocessed by a factor above 0 for each colour, which keeps the sign.
        class_index: The class.

    Returns:
        H×W×C of −1, 0 and 1.
    """
    with untouched(model):
        leaf = x.detach().clone().requires_grad_()
        loss = F.cross_entropy(model(leaf.clone()), torch.tensor([class_index]))
        (gradient,) = torch.autograd.grad(loss, leaf)
    signs: NDArray[np.int8] = gradient[0].sign().permute(1, 2, 0).to(torch.int8).numpy()
    return signs
