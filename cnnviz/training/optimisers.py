"""What turns gradients into steps: AdamW, and SGD with momentum."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnviz.runs import Recipe


class _WithoutCompiler(torch.optim.Optimizer):
    """Spares the second and more in which torch imports its compiler before the first step.

    It does so only to tell the compiler to leave these methods as they are.
    """

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.Optimizer.zero_grad)
    state_dict = inspect.unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = inspect.unwrap(torch.optim.Optimizer.load_state_dict)


class _AdamW(_WithoutCompiler, torch.optim.AdamW):
    step = torch.no_grad()(inspect.unwrap(torch.optim.AdamW.step))


class _SGD(_WithoutCompiler, torch.optim.SGD):
    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


def make_optimiser(
    parameters: Iterable[torch.nn.Parameter], recipe: Recipe
) -> torch.optim.Optimizer:
    """AdamW, or SGD with Nesterov momentum 0.9; the learning rate is set step by step."""
    if recipe.optimiser == "adamw":
        return _AdamW(
            parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
    return _SGD(
        parameters,
        lr=recipe.learning_rate,
        momentum=0.9,
        nesterov=True,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
