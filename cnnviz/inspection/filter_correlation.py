"""How alike the filters of a layer are: in what they give, and in their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from cnnviz.inspection.activations import find
from cnnviz.inspection.guard import InspectionError
from cnnviz.inspection.outputs import outputs_of
from cnnviz.networks import LocallyConnected

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


def output_correlation(model: nn.Module, layer: str, inputs: Tensor) -> NDArray[np.float64]:
    r"""Pearson's correlation of what each two filters of a layer give.

    $r_{kl} = \operatorname{cov}(a_k, a_l) / (\sigma_k \sigma_l)$, over all cells of all pictures.

    Args:
        model: Any model.
        layer: Name of a layer that gives maps or a flat output.
        inputs: N×C×H×W, preprocessed.

    Returns:
        C×C from −1 to 1; NaN in the rows and columns of filters that always give the same.

    Raises:
        InspectionError: There is no such layer, or it gives neither.
    """
    # Two passes: the sums of squares of what is far from 0 would lose the digits that matter.
    total: Tensor | float = 0.0
    cells = 0
    for output in outputs_of(model, layer, inputs):
        flat = _by_filter(output)
        total = total + flat.sum(1)
        cells += flat.shape[1]
    mean = torch.as_tensor(total)[:, None] / max(1, cells)
    products: Tensor | float = 0.0
    for output in outputs_of(model, layer, inputs):
        centred = _by_filter(output) - mean
        products = products + centred @ centred.T
    return _correlation(torch.as_tensor(products).numpy(), mean[:, 0].abs().numpy(), cells)


def weight_correlation(model: nn.Module, layer: str) -> NDArray[np.float64]:
    """Pearson's correlation of the weights of each two filters of a layer.

    Args:
        model: Any model.
        layer: Name of a convolution, a linear layer or a locally connected one.

    Returns:
        C×C from −1 to 1; NaN in the rows and columns of filters whose weights are all the same.

    Raises:
        InspectionError: The layer has no filters with at least two weights.
    """
    module = find(model, layer)
    if not isinstance(module, nn.Conv2d | nn.Linear | LocallyConnected):
        raise InspectionError(
            f"{layer} has no filters of its own: choose a convolution or a linear layer, or"
            " compare the outputs."
        )
    weight = module.weight.detach().double()
    if isinstance(module, LocallyConnected):
        weight = weight.permute(2, 0, 1, 3, 4, 5)
    flat = weight.flatten(1)
    if flat.shape[1] < 2:
        raise InspectionError(
            f"Each filter of {layer} has a single weight, and one number correlates with nothing:"
            " compare the outputs."
        )
    mean = flat.mean(1, keepdim=True)
    centred = flat - mean
    return _correlation((centred @ centred.T).numpy(), mean[:, 0].abs().numpy(), flat.shape[1])


def alike(correlation: NDArray[np.float64], channel: int) -> list[tuple[int, float]]:
    """The filters most like one of them or most opposite to it, the strongest |r| first.

    Returns:
        Number and r of each other filter that has one.
    """
    row = correlation[channel]
    others = [other for other in range(len(row)) if other != channel and np.isfinite(row[other])]
    return sorted(((other, float(row[other])) for other in others), key=lambda one: -abs(one[1]))


def mean_strength(correlation: NDArray[np.float64]) -> float | None:
    """Mean |r| over all pairs of filters that have one; None if no pair has."""
    pairs = np.abs(correlation[np.triu_indices(len(correlation), 1)])
    pairs = pairs[np.isfinite(pairs)]
    return float(pairs.mean()) if len(pairs) else None


def _by_filter(output: Tensor) -> Tensor:
    return output.double().transpose(0, 1).flatten(1)


def _correlation(
    products: NDArray[np.float64], sizes: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """From sums of products of centred values to correlations."""
    spread = np.sqrt(np.diag(products))
    # What is left of a constant after its mean is taken off is rounding, not variation.
    noise = 1e-12 * sizes * np.sqrt(max(1, count))
    spread = np.where(spread > noise, spread, np.nan)
    correlation: NDArray[np.float64] = np.clip(products / np.outer(spread, spread), -1, 1)
    return correlation
