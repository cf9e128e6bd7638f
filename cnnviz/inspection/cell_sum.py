"""One cell of a layer as a sum: which inputs, times which weights, give its number."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.inspection.activations import find, one_picture
from cnnviz.inspection.guard import InspectionError, untouched
from cnnviz.numbers.formatting import sides
from cnnviz.zoo.lite0 import SameConv2d

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Part:
    """What one input map or feature gives to a cell.

    Attributes:
        source: Its number.
        values: k×k: the window of it that the cell reads, 0 where that is padding.
        weights: k×k; for a layer without weights, by what the values are multiplied in effect.
        product: The sum of values × weights.
    """

    source: int
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    product: float


@dataclass(frozen=True, eq=False)
class CellSum:
    """A cell's number, taken apart.

    Attributes:
        kind: The layer's class.
        value: What the layer gives at the cell.
        parts: The largest first, by size; none for a layer that adds nothing up.
        bias: What is added to the parts.
        words: What the layer does, for one that is no weighted sum.
    """

    kind: str
    value: float
    parts: tuple[Part, ...]
    bias: float = 0.0
    words: str = ""

    @property
    def total(self) -> float:
        """The parts and the bias."""
        return sum(part.product for part in self.parts) + self.bias


def cell_sum(model: nn.Module, x: Tensor, layer: str, cell: tuple[int, ...]) -> CellSum:
    """Take a cell of a layer apart.

    Args:
        model: Any model.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        layer: Name of the layer; `name#2` for its second run.
        cell: Map, row and column; or the number of a feature.

    Raises:
        InspectionError: There is no such layer or cell.
    """
    module = find(model, layer)
    inputs, output = _seen(model, x, layer)
    if len(cell) != output.ndim or any(
        not 0 <= at < size for at, size in zip(cell, output.shape, strict=False)
    ):
        shape = sides(output.shape)
        raise InspectionError(f"{layer} gives {shape} numbers: there is none at {cell}.")
    value = float(output[cell])
    kind = type(module).__name__
    if isinstance(module, nn.Conv2d) and module.padding_mode == "zeros":
        bias = 0.0 if module.bias is None else float(module.bias[cell[0]].detach())
        return CellSum(kind, value, _conv_parts(module, inputs, cell), bias)
    if isinstance(module, nn.Linear) and inputs.ndim == 1:
        weights = module.weight[cell[0]].double()
        bias = 0.0 if module.bias is None else float(module.bias[cell[0]].detach())
        return CellSum(kind, value, _single_parts(inputs, weights), bias)
    if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
        return _normalised(module, inputs, cell, value)
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d):
        what = "largest" if isinstance(module, nn.MaxPool2d) else "mean"
        return CellSum(kind, value, (), words=f"the {what} of a window of map {cell[0]} before it")
    if next(module.children(), None) is not None:
        return CellSum(kind, value, (), words="what the layers inside this block give together")
    if inputs.shape == output.shape:
        before = float(inputs[cell])
        return CellSum(kind, value, (), words=f"{kind} of {before:.6g}, the number before it")
    return CellSum(kind, value, (), words=f"what {kind} makes of the layer before it")


def _seen(model: nn.Module, x: Tensor, layer: str) -> tuple[Tensor, Tensor]:
    """Input and output of a layer, without the batch axis, in double precision."""
    wanted, runs = int(layer.partition("#")[2] or 1), itertools.count(1)
    entering: list[Tensor] = []
    found: list[Tensor] = []

    def before(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        # Before the layer runs, since it may work in place.
        entering[:] = [inputs[0].detach()[0].double()]

    def after(_module: nn.Module, _inputs: object, output: object) -> None:
        if next(runs) == wanted and isinstance(output, Tensor):
            found.extend((entering[0], output.detach()[0].double()))

    module = find(model, layer)
    hooks = module.register_forward_pre_hook(before), module.register_forward_hook(after)
    try:
        with untouched(model), torch.no_grad():
            model(one_picture(x))
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise InspectionError(f"{layer} does not run for this picture.")
    return found[0], found[1]


def _padding(module: nn.Conv2d, size: torch.Size) -> list[int]:
    """Left, right, top and bottom, as `F.pad` takes them."""
    if isinstance(module, SameConv2d):
        return module.padding_of(size)
    if isinstance(module.padding, str):
        totals = [
            d * (k - 1) if module.padding == "same" else 0
            for d, k in zip(module.dilation[::-1], module.kernel_size[::-1], strict=True)
        ]
        return [side for total in totals for side in (total // 2, total - total // 2)]
    rows, columns = module.padding
    return [columns, columns, rows, rows]


def _conv_parts(module: nn.Conv2d, inputs: Tensor, cell: tuple[int, ...]) -> tuple[Part, ...]:
    channel, row, column = cell
    padded = F.pad(inputs, _padding(module, inputs.shape))
    (down, across), (rows, columns) = module.dilation, module.kernel_size
    top, left = row * module.stride[0], column * module.stride[1]
    window = padded[
        :,
        top : top + down * (rows - 1) + 1 : down,
        left : left + across * (columns - 1) + 1 : across,
    ]
    weights = module.weight[channel].detach().double()
    first = channel // (module.out_channels // module.groups) * weights.shape[0]
    parts = [
        Part(first + at, values.numpy(), weight.numpy(), float((values * weight).sum()))
        for at, (values, weight) in enumerate(
            zip(window[first : first + len(weights)], weights, strict=True)
        )
    ]
    return _by_size(parts)


def _single_parts(inputs: Tensor, weights: Tensor) -> tuple[Part, ...]:
    pairs = zip(inputs, weights.detach(), strict=True)
    return _by_size(
        [
            Part(at, value.reshape(1, 1).numpy(), weight.reshape(1, 1).numpy(),
                 float(value * weight))
            for at, (value, weight) in enumerate(pairs)
        ]
    )  # fmt: skip


def _normalised(
    module: nn.BatchNorm2d, inputs: Tensor, cell: tuple[int, ...], value: float
) -> CellSum:
    channel = cell[0]
    assert module.running_mean is not None
    assert module.running_var is not None
    scale = 1 / (module.running_var[channel].double() + module.eps).sqrt()
    shift = torch.zeros(())
    if module.affine:
        scale = scale * module.weight[channel].detach()
        shift = module.bias[channel].detach()
    bias = float(shift - module.running_mean[channel] * scale)
    parts = _single_parts(inputs[cell].reshape(1), scale.reshape(1))
    moved = (Part(channel, parts[0].values, parts[0].weights, parts[0].product),)
    return CellSum(type(module).__name__, value, moved, bias)


def _by_size(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: -abs(part.product)))
