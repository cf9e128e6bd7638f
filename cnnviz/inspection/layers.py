"""The layers of any network, with what each gives and costs, from one pass without keeping maps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import hooked, one_picture
from cnnviz.inspection.guard import untouched

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class LayerRow:
    """A module of a network, as it ran for one picture.

    Attributes:
        name: As `find` takes it; `name#2` for its second run.
        kind: Its class, such as `Conv2d`.
        shape: Of its output for one picture: (C, H, W) or (features,).
        parameters: Of it and all that is in it.
        macs: Multiply-adds of its convolutions and linear layers.
        is_leaf: Whether it has no modules inside.
        gives_maps: Whether its output is a stack of maps larger than 1×1.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    macs: int
    is_leaf: bool
    gives_maps: bool

    @property
    def block(self) -> str:
        """The block of the network that it belongs to: the first one or two parts of its name."""
        first, _, rest = self.name.partition(".")
        second = rest.partition(".")[0]
        # torchvision puts nearly everything into `features` or `layers`, numbered.
        return f"{first}.{second}" if second.isdigit() or second.startswith("block") else first


def layer_rows(model: nn.Module, x: Tensor) -> list[LayerRow]:
    """What every module of a network gives and costs, in the order in which they end.

    Containers that only chain their children are left out, since their last child says it.

    Args:
        model: Any model.
        x: One picture, C×H×W or 1×C×H×W, preprocessed; on the meta device, nothing is computed.
    """
    rows: list[LayerRow] = []
    runs: dict[str, int] = {}
    last = _channels_last(model)

    def hook(name: str) -> Callable[[nn.Module, object, object], None]:
        def look(module: nn.Module, _inputs: object, output: object) -> None:
            if not isinstance(output, Tensor):
                return
            runs[name] = runs.get(name, 0) + 1
            shape = tuple(output.shape[1:])
            gives_maps = len(shape) == 3 and prod(shape[1:]) > 1 and name not in last
            rows.append(
                LayerRow(
                    name=name if runs[name] == 1 else f"{name}#{runs[name]}",
                    kind=type(module).__name__,
                    shape=shape,
                    parameters=sum(p.numel() for p in module.parameters()),
                    macs=_macs(module, shape),
                    is_leaf=next(module.children(), None) is None,
                    gives_maps=gives_maps,
                )
            )

        return look

    with untouched(model), torch.no_grad(), hooked(model, hook):
        model(one_picture(x))
    return rows


def _macs(module: nn.Module, shape: tuple[int, ...]) -> int:
    if isinstance(module, nn.Conv2d):
        return prod(shape) * module.weight[0].numel()
    if isinstance(module, nn.Linear):
        return prod(shape) * module.in_features
    return 0


def _channels_last(model: nn.Module) -> set[str]:
    """Names of layers whose output is H×W×C: those of a ConvNeXt block between two permutations."""
    found = set()
    for name, module in model.named_modules():
        inside = False
        for part, child in module.named_children():
            if type(child).__name__ == "Permute":
                inside = not inside
            if inside:
                found.add(f"{name}.{part}" if name else part)
    return found
