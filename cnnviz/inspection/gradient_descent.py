"""Gradient descent on one kernel, every step kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOPELESS = 1e9  # a loss so many times that of the start will not come back


class Descent(NamedTuple):
    """A trajectory: the kernel before the first step and after each.

    ``kernels`` is T×kh×kw, ``outputs`` T×Ho×Wo and ``losses`` T sums of squared errors;
    ``diverged`` says whether it was broken off because the loss grew beyond all bounds.
    """

    kernels: NDArray[np.float64]
    outputs: NDArray[np.float64]
    losses: NDArray[np.float64]
    diverged: bool


def descend(
    image: NDArray[np.float64],
    target: NDArray[np.float64],
    start: NDArray[np.float64],
    *,
    rate: float,
    steps: int,
) -> Descent:
    """Learn a kernel: θ ← θ − rate · ∂L/∂θ with L = Σ (conv2d(image, θ) − target)².

    Args:
        image: H×W.
        target: (H−kh+1)×(W−kw+1).
        start: kh×kw, the kernel to begin with.
        rate: The learning rate.
        steps: How many steps.

    Returns:
        Up to steps + 1 kernels with their outputs and losses.
    """
    x = torch.from_numpy(image.copy())[None, None]
    wanted = torch.from_numpy(target.copy())[None, None]
    theta = torch.from_numpy(start.copy())[None, None].requires_grad_()
    kernels, outputs, losses = [], [], []
    diverged = False
    for step in range(steps + 1):
        output = F.conv2d(x, theta)
        loss = (output - wanted).square().sum()
        kernels.append(theta.detach().clone()[0, 0].numpy())
        outputs.append(output.detach()[0, 0].numpy())
        losses.append(loss.item())
        diverged = not losses[-1] <= HOPELESS * max(losses[0], 1.0)
        if diverged or step == steps:
            break
        (gradient,) = torch.autograd.grad(loss, theta)
        with torch.no_grad():
            theta -= rate * gradient
    return Descent(np.stack(kernels), np.stack(outputs), np.array(losses), diverged)


def descent_code(
    image: NDArray[np.float64],
    target: NDArray[np.float64],
    start: NDArray[np.float64],
    *,
    rate: float,
    steps: int,
) -> str:
    """PyTorch that learns the same kernel."""
    return (
        "import torch\nimport torch.nn.functional as F\n\n"
        "torch.set_default_dtype(torch.float64)\n"
        f"x = torch.tensor({image.tolist()})[None, None]\n"
        f"target = torch.tensor({target.tolist()})[None, None]\n"
        f"theta = torch.tensor({start.tolist()})[None, None].requires_grad_()\n"
        f"descent = torch.optim.SGD([theta], lr={rate:g})\n"
        f"for step in range({steps}):\n"
        "    descent.zero_grad()\n"
        "    loss = (F.conv2d(x, theta) - target).square().sum()\n"
        "    loss.backward()\n"
        "    descent.step()\n"
        "print(theta.detach(), (F.conv2d(x, theta) - target).square().sum().item())\n"
    )
