"""Guided backpropagation: J. T. Springenberg et al., 2015, arXiv:1412.6806.

Not one of the ten: it draws edges whether or not anything was learned (J. Adebayo et al., Sanity
Checks for Saliency Maps, 2018, arXiv:1810.03292), and stands here as the example of that.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.inspection.attribution.question import Question


class _PositiveGradient(torch.autograd.Function):
    """Passes values on, and of gradients only what is above 0."""

    @staticmethod
    def forward(_context: Any, values: Tensor) -> Tensor:
        return values.view_as(values)

    @staticmethod
    def backward(_context: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].clamp(min=0)


def steps(question: Question) -> Iterator[tuple[int, int, Tensor]]:
    """The gradient of the picture, with gradients below 0 stopped at each ReLU.

    Only ReLUs that are modules are guided.

    Yields:
        1, 1, and the H×W map, summed over colours.
    """
    with contextlib.ExitStack() as hooks:
        for module in question.model.modules():
            if isinstance(module, nn.ReLU | nn.ReLU6):
                hook = module.register_forward_hook(
                    lambda _module, _inputs, output: _PositiveGradient.apply(output.clone())  # type: ignore[no-untyped-call]
                )
                hooks.callback(hook.remove)
        gradient = question.gradients(question.x)[0]
    yield 1, 1, gradient.sum(0)
