"""How the layers of a network fare in one step: gradients, changes, dead ReLUs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import is_chain
from cnnviz.networks import LocallyConnected
from cnnviz.training.evaluate import evaluating

if TYPE_CHECKING:
    from collections.abc import Iterator

# What may stand between a layer and the ReLU it feeds: it keeps the channels apart.
_BETWEEN = (
    nn.BatchNorm1d, nn.BatchNorm2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d,
    nn.Dropout, nn.Identity,
)  # fmt: skip
_WEIGHTED = (nn.Conv2d, nn.Linear, LocallyConnected)


class HealthCheck:
    """Measures one step: `before` it, then `after` it.

    Args:
        model: The network; it is never changed.
        inputs: A small test batch, N×C×H×W, as the network takes it.
    """

    def __init__(self, model: nn.Module, inputs: Tensor) -> None:
        self._model, self._inputs = model, inputs
        self._weights = {
            name: module.get_parameter("weight")
            for name, module in model.named_modules()
            if isinstance(module, _WEIGHTED)
        }
        self._relus = fed_relus(model)
        self._old: dict[str, Tensor] = {}

    def before(self) -> None:
        """Remember the weights."""
        self._old = {name: w.detach().clone() for name, w in self._weights.items()}

    def after(self) -> list[dict[str, Any]] | None:
        """What the step did.

        Returns:
            Layer by layer what `cnnviz.runs.LayerHealth` holds; None if a number is not finite.
        """
        dead = self._dead()
        rows = []
        for name, weight in self._weights.items():
            old, new = self._old[name], weight.detach()
            gradient = weight.grad if weight.grad is not None else torch.zeros_like(new)
            rows.append(
                torch.stack(
                    (
                        torch.linalg.vector_norm(gradient),
                        torch.linalg.vector_norm(new - old)
                        / torch.linalg.vector_norm(old).clamp_min(1e-12),
                        dead.get(name, gradient.new_zeros(())),
                    )
                )
            )
        self._old = {}
        values: list[list[float]] = torch.stack(rows).tolist() if rows else []
        if not all(math.isfinite(value) for row in values for value in row):
            return None
        return [
            {
                "name": name,
                "gradient": float(f"{gradient:.4g}"),
                "ratio": float(f"{ratio:.4g}"),
                "dead": round(share, 4) if name in dead else None,
            }
            for name, (gradient, ratio, share) in zip(self._weights, values, strict=True)
        ]

    def _dead(self) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        modules = dict(self._model.named_modules())
        hooks = []
        for layer, relu in self._relus.items():

            def look(
                _module: nn.Module, _inputs: object, output: Tensor, layer: str = layer
            ) -> None:
                channels = output.transpose(0, 1).flatten(1)
                found[layer] = (channels == 0).all(1).float().mean()

            hooks.append(modules[relu].register_forward_hook(look))
        try:
            if hooks:
                with evaluating(self._model):
                    self._model(self._inputs)
        finally:
            for hook in hooks:
                hook.remove()
        return found


def fed_relus(model: nn.Module) -> dict[str, str]:
    """Name of each convolution or linear layer that a ReLU alone follows -> name of the ReLU."""
    pairs: dict[str, str] = {}
    for chain in _chains(model, ""):
        layer = ""
        for name, module in chain:
            if isinstance(module, _WEIGHTED):
                layer = name
            elif isinstance(module, nn.ReLU):
                if layer:
                    pairs[layer] = name
                layer = ""
            elif not isinstance(module, _BETWEEN):
                layer = ""
    return pairs


def _chains(model: nn.Module, prefix: str) -> Iterator[list[tuple[str, nn.Module]]]:
    """Every run of modules that follow one another, those inside blocks too."""
    steps = [(f"{prefix}{name}", child) for name, child in model.named_children()]
    if is_chain(model):
        yield steps
    for name, child in steps:
        yield from _chains(child, f"{name}.")
