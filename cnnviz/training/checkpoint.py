"""What resuming needs, in one safetensors file: model, optimiser, step, random state."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.runs import RunError

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from cnnviz.runs import Run

_NAME = "checkpoint.safetensors"


@dataclasses.dataclass(frozen=True)
class Position:
    """Where training stands.

    Attributes:
        step: Optimiser steps done.
        seconds: Training time so far.
        peak: The highest learning rate of the cycle: it may have been changed on the way.
        pace: Steps per second at most; 0 for no limit.
    """

    step: int
    seconds: float
    peak: float
    pace: float = 0.0


def save(run: Run, model: nn.Module, optimiser: Optimizer, position: Position) -> None:
    """Replace the run's checkpoint.

    Args:
        run: The run.
        model: Its network.
        optimiser: What trains it.
        position: Where training stands.

    Raises:
        OSError: The disk refused; the old checkpoint is still there.
    """
    tensors = {f"model.{name}": t.contiguous() for name, t in model.state_dict().items()}
    for index, slots in optimiser.state_dict()["state"].items():
        for name, value in slots.items():
            if isinstance(value, Tensor):
                tensors[f"optimiser.{index}.{name}"] = value.contiguous()
    tensors["random.cpu"] = torch.get_rng_state()
    if (device := _device(model)).type != "cpu":
        tensors[f"random.{device.type}"] = torch.get_device_module(device).get_rng_state()
    tensors["position.step"] = torch.tensor(position.step)
    for name in ("seconds", "peak", "pace"):
        value = getattr(position, name)
        tensors[f"position.{name}"] = torch.tensor(value, dtype=torch.float64)
    run.write_tensors(_NAME, tensors)


def load(run: Run, model: nn.Module, optimiser: Optimizer) -> Position | None:
    """Put model, optimiser and random state where the checkpoint says.

    Returns:
        Where training stood; None if there is no checkpoint.

    Raises:
        RunError: The checkpoint is damaged or belongs to another network.
    """
    if not (run.path / _NAME).exists():
        return None
    groups: dict[str, dict[str, Tensor]] = {}
    for name, tensor in run.load(_NAME).items():
        group, _, rest = name.partition(".")
        groups.setdefault(group, {})[rest] = tensor
    try:
        model.load_state_dict(groups["model"])
        _load_optimiser(optimiser, groups.get("optimiser", {}))
        torch.set_rng_state(groups["random"]["cpu"])
        device = _device(model)
        if device.type in groups["random"] and device.type != "cpu":
            torch.get_device_module(device).set_rng_state(groups["random"][device.type])
        values = {name: float(value) for name, value in groups["position"].items()}
        return Position(
            step=int(values["step"]),
            seconds=values["seconds"],
            # Checkpoints of earlier versions lack the other two.
            peak=values.get("peak", run.config.recipe.learning_rate),
            pace=values.get("pace", run.config.pace),
        )
    except (KeyError, ValueError, RuntimeError) as error:
        raise RunError("The checkpoint does not fit this run: it cannot be resumed.") from error


def _load_optimiser(optimiser: Optimizer, slots: dict[str, Tensor]) -> None:
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in slots.items():
        index, _, slot = name.partition(".")
        parameter = parameters[int(index)]
        value = tensor
        if tensor.shape == parameter.shape:
            # The fused kernels walk parameter and state side by side in memory, so the
            # state must lie as the parameter does (channels last), not as it was saved.
            value = torch.empty_like(parameter, requires_grad=False).copy_(tensor)
        state.setdefault(int(index), {})[slot] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device
