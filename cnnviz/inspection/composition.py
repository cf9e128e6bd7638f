"""What a filter is made of: the strongest of its inputs, theirs, and so on down to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from cnnviz.inspection.activations import chain
from cnnviz.inspection.cell_sum import cell_sum
from cnnviz.inspection.guard import InspectionError
from cnnviz.inspection.outputs import layer_outputs

if TYPE_CHECKING:
    from torch import Tensor

Cell = tuple[int, int]

_SAME_CELL = (
    nn.ReLU, nn.LeakyReLU, nn.GELU, nn.Tanh, nn.Sigmoid, nn.BatchNorm2d, nn.Dropout, nn.Identity,
    nn.LocalResponseNorm,
)  # fmt: skip
_POOLS = (nn.MaxPool2d, nn.AvgPool2d)


@dataclass(frozen=True)
class Unit:
    """A cell of a filter, and what it was mostly made of.

    Attributes:
        layer: Name of the layer.
        channel: The filter.
        cell: Row and column in its map.
        value: What the layer gives there.
        product: Weights times values that it gave to the unit above it; 0 for the first unit.
        share: That, as a share of all that spoke for the unit above it; 1 for the first unit.
        convolution: Name of the convolution that made it.
        at: The cell of that convolution.
        parts: The inputs of that convolution that gave most, the largest first; none where the
            convolution reads the picture.
    """

    layer: str
    channel: int
    cell: Cell
    value: float
    product: float
    share: float
    convolution: str
    at: Cell
    parts: tuple[Unit, ...]


def composed(
    model: nn.Module, x: Tensor, layer: str, channel: int, cell: Cell, *, most: int = 3
) -> Unit:
    r"""Take a cell apart, down to the filters that read the picture.

    Of the sum of a convolution, $\sum_c \sum_{u,v} w_{c,u,v}\, a_{c,u,v} + b$, each input map $c$
    gives one part; the largest are kept, and each is followed to the place of the window where
    weight times value was largest. Pooling is followed to the cell that was largest in its window.

    Args:
        model: A chain of convolutions, pooling, batch norms and activations, up to the layer.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        layer: Name of a layer that gives maps.
        channel: The filter.
        cell: Row and column in its map.
        most: How many inputs of each unit are kept; only those that speak for it.

    Raises:
        InspectionError: The network is no such chain, or there is no such filter or cell.
    """
    steps = list(chain(model))
    names = [name for name, _ in steps]
    if layer not in names:
        raise InspectionError(
            f"{layer} is inside a block. A filter can be taken apart where the network is a chain"
            " of convolutions."
        )
    steps = steps[: names.index(layer) + 1]
    outputs = layer_outputs(model, [name for name, _ in steps], x)

    def unit(at: int, channel: int, cell: Cell, product: float, share: float) -> Unit:
        name = steps[at][0]
        value = float(outputs[name][channel][cell])
        below, place = at, cell
        while not isinstance(steps[below][1], nn.Conv2d):
            if below == 0:
                raise InspectionError(f"No convolution comes before {layer}.")
            before = outputs[steps[below - 1][0]]
            place = _through(steps[below][1], before[channel], place, layer)
            below -= 1
        convolution, module = steps[below]
        found = cell_sum(model, x, convolution, (channel, *place))
        parts: list[Unit] = []
        speaks = [part for part in found.parts if part.product > 0]
        total = sum(part.product for part in speaks)
        assert isinstance(module, nn.Conv2d)
        for part in speaks[:most] if below else []:
            products = part.values * part.weights
            down, right = np.unravel_index(int(products.argmax()), products.shape)
            inside = _input_cell(module, place, (int(down), int(right)))
            parts.append(unit(below - 1, part.source, inside, part.product, part.product / total))
        return Unit(
            name, channel, cell, value, product, share, convolution, place, tuple(parts)
        )  # fmt: skip

    start = outputs[layer]
    if start.ndim != 3:
        raise InspectionError(f"{layer} gives numbers and no maps: choose a layer with maps.")
    if not all(0 <= i < n for i, n in zip((channel, *cell), start.shape, strict=True)):
        raise InspectionError(f"{layer} has no cell {cell[0]}, {cell[1]} in a filter {channel}.")
    return unit(len(steps) - 1, channel, cell, 0.0, 1.0)


def _through(module: nn.Module, before: Tensor, cell: Cell, layer: str) -> Cell:
    """The cell of a layer's input that its own cell mostly comes from, in the same map."""
    if isinstance(module, _SAME_CELL):
        return cell
    if not isinstance(module, _POOLS):
        raise InspectionError(
            f"{type(module).__name__} comes before {layer}: a filter can be taken apart where"
            " the network is a chain of convolutions, pooling and activations."
        )
    kernel, stride, padding = (
        size if isinstance(size, tuple) else (size, size)
        for size in (module.kernel_size, module.stride, module.padding)
    )
    spans = [
        slice(max(0, at * s - p), max(0, at * s - p + k))
        for at, k, s, p in zip(cell, kernel, stride, padding, strict=True)
    ]
    window = before[spans[0], spans[1]]
    down, right = divmod(int(window.argmax()), window.shape[1])
    return int(spans[0].start) + down, int(spans[1].start) + right


def _input_cell(module: nn.Conv2d, cell: Cell, tap: Cell) -> Cell:
    padding = module.padding
    row, column = (
        at * stride + offset * dilation - (0 if isinstance(padding, str) else padding[axis])
        for axis, (at, offset, stride, dilation) in enumerate(
            zip(cell, tap, module.stride, module.dilation, strict=True)
        )
    )
    return row, column
