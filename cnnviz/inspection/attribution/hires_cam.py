"""HiResCAM: R. L. Draelos, L. Carin, 2020, arXiv:2011.08891."""

from torch import Tensor


def weigh(maps: Tensor, gradient: Tensor) -> Tensor:
    r"""$\sum_k g_k \odot A_k$: each cell by its own gradient, not by the mean over the map.

    For maps → flatten → linear its sum and the bias are the logit.
    """
    return (gradient * maps).sum(0)
