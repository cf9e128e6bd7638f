"""The receptive field as the gradient sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.guard import untouched
from cnnviz.inspection.outputs import batches, check_channel, run_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.convolution import StackLayer

MOST_CELLS = 600_000  # of all random pictures together: about 0.1 s


def build_stack(layers: Sequence[StackLayer]) -> nn.Sequential:
    """Build the layers, one channel each; every weight of a k×k convolution is 1/k².

    All weights are positive, so that no two paths from a pixel to a unit cancel.
    """
    modules: list[nn.Module] = []
    for layer in layers:
        if layer.kind == "conv":
            conv = nn.Conv2d(
                1, 1, layer.kernel, layer.stride, layer.padding, layer.dilation, bias=False
            )
            nn.init.constant_(conv.weight, 1 / layer.kernel**2)
            modules.append(conv)
        elif layer.kind == "max":
            modules.append(nn.MaxPool2d(layer.kernel, layer.stride, layer.padding, layer.dilation))
        else:
            modules.append(nn.AvgPool2d(layer.kernel, layer.stride, layer.padding))
    return nn.Sequential(*modules).double()


def stack_maps(
    layers: Sequence[StackLayer], picture: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Every layer's map of an H×W picture, in order."""
    maps, x = [], torch.from_numpy(picture)[None, None]
    with torch.no_grad():
        for module in build_stack(layers):
            x = module(x)
            maps.append(x[0, 0].numpy())
    return maps


def gradient_field(
    layers: Sequence[StackLayer], picture: NDArray[np.float64], unit: tuple[int, int]
) -> NDArray[np.float64]:
    """|∂ unit / ∂ pixel| for one picture.

    Args:
        layers: The stack up to the unit's layer.
        picture: H×W.
        unit: Row and column in the last map.

    Returns:
        H×W. A max pooling lets the gradient through its winners only, so this can be less than
        the whole receptive field.
    """
    return _field(layers, torch.from_numpy(picture.copy())[None, None], unit)


def measured_field(
    layers: Sequence[StackLayer], side: int, unit: tuple[int, int], *, seed: int = 0
) -> NDArray[np.float64]:
    """The mean of |∂ unit / ∂ pixel| over many random pictures.

    In every picture another cell wins a max pooling, so that together they find the whole field
    (Luo et al., *Understanding the effective receptive field*, NeurIPS 2016, average likewise).

    Args:
        layers: The stack up to the unit's layer.
        side: Of the square input.
        unit: Row and column in the last map.
        seed: Of the random pictures.

    Returns:
        side×side.
    """
    count = 1
    if any(layer.kind == "max" for layer in layers):
        count = min(2000, MOST_CELLS // side**2)
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.rand(count, 1, side, side, generator=generator, dtype=torch.float64)
    return _field(layers, pictures, unit)


def _field(
    layers: Sequence[StackLayer], pictures: Tensor, unit: tuple[int, int]
) -> NDArray[np.float64]:
    pictures.requires_grad_()
    units = build_stack(layers)(pictures)[:, 0, unit[0], unit[1]]
    (gradient,) = torch.autograd.grad(units.sum(), pictures)
    field: NDArray[np.float64] = gradient.abs().mean((0, 1)).numpy()
    return field


def effective_field(
    model: nn.Module, layer: str, channel: int, inputs: Tensor
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The mean of |∂ unit / ∂ pixel| over pictures, for the unit in the middle of a filter's map.

    Luo et al., *Understanding the effective receptive field in deep convolutional neural
    networks*, NeurIPS 2016: what a unit really depends on is less than what it could depend on.

    Args:
        model: Any model.
        layer: Name of a layer that gives maps or a flat output.
        channel: The filter.
        inputs: N×C×H×W, preprocessed.

    Returns:
        The field, H×W, summed over the picture's channels, in units of the layer for each unit of
        the normalised pixel; and the unit's row and column, 0 and 0 for a flat layer. The field is
        0 everywhere where the unit is off for every picture.

    Raises:
        InspectionError: There is no such layer or filter.
    """
    total = torch.zeros(inputs.shape[-2:], dtype=torch.float64)
    unit = (0, 0)
    for batch in batches(inputs):
        x = batch.detach().clone().requires_grad_()
        with untouched(model), torch.enable_grad():
            output = run_to(model, layer, x)
            check_channel(layer, channel, output.shape[1])
            units = output[:, channel]
            if units.ndim == 3:
                unit = units.shape[1] // 2, units.shape[2] // 2
                units = units[:, unit[0], unit[1]]
            (gradient,) = torch.autograd.grad(units.sum(), x)
        total += gradient.abs().double().sum((0, 1))
    field: NDArray[np.float64] = (total / len(inputs)).numpy()
    return field, unit


def effective_side(field: NDArray[np.float64]) -> float:
    """Side in pixels of a square as large as the effective part of a field.

    That part is the pixels with more than 4.55 % of the largest value, as Luo et al. count.
    """
    strongest = field.max()
    return float((field > 0.0455 * strongest).sum()) ** 0.5 if strongest > 0 else 0.0


def stack_code(layers: Sequence[StackLayer], side: int, unit: tuple[int, int]) -> str:
    """PyTorch that measures the field of one unit."""
    lines = []
    for layer in layers:
        options = f"{layer.kernel}, stride={layer.stride}, padding={layer.padding}"
        if layer.kind == "conv":
            lines.append(f"nn.Conv2d(1, 1, {options}, dilation={layer.dilation}, bias=False)")
        elif layer.kind == "max":
            lines.append(f"nn.MaxPool2d({options}, dilation={layer.dilation})")
        else:
            lines.append(f"nn.AvgPool2d({options})")
    body = "".join(f"    {line},\n" for line in lines)
    return (
        f"import torch\nfrom torch import nn\n\nstack = nn.Sequential(\n{body})\n"
        "for weights in stack.parameters():\n"
        "    nn.init.constant_(weights, 1 / weights[0, 0].numel())\n"
        f"x = torch.rand(1000, 1, {side}, {side}, requires_grad=True)\n"
        f"stack(x)[:, 0, {unit[0]}, {unit[1]}].sum().backward()\n"
        "field = x.grad.abs().mean((0, 1))\n"
        "rows, columns = field.nonzero().T\n"
        'print(f"rows {rows.min()} to {rows.max()}, columns {columns.min()} to {columns.max()}")\n'
    )
