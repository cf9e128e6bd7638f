"""LayerCAM: P.-T. Jiang et al., IEEE Transactions on Image Processing, 2021."""

from torch import Tensor


def weigh(maps: Tensor, gradient: Tensor) -> Tensor:
    r"""$\sum_k \max(0, g_k) \odot A_k$: cells count only where more would help the class."""
    return (gradient.clamp(min=0) * maps).sum(0)
