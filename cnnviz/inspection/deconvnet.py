"""A cell of a deep layer, projected back to the picture by a deconvolutional network."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import one_picture
from cnnviz.inspection.guard import InspectionError, NotFiniteError, untouched
from cnnviz.inspection.outputs import check_channel, run_to

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

Rule = Literal["deconvnet", "gradient", "guided"]


@dataclass(frozen=True, eq=False)
class Projection:
    """What a cell looks like, projected back.

    Attributes:
        pixels: C×H×W, signed, in the units of the preprocessed picture.
        value: What the layer gives in the cell: what was sent down.
        cell: Row and column of the cell in its map; 0, 0 in flat layers.
        way: The signal that each layer passed down to its own input, C×h×w or features, by the
            layer's name, from the deepest layer to the first.
    """

    pixels: NDArray[np.float32]
    value: float
    cell: tuple[int, int]
    way: dict[str, NDArray[np.float32]]


def project(
    model: nn.Module,
    layer: str,
    channel: int,
    x: Tensor,
    *,
    cell: tuple[int, int] | None = None,
    rule: Rule = "deconvnet",
) -> Projection:
    r"""Send one activation back down through a network, to the pixels.

    All other cells of the layer are set to 0; then, layer by layer, max pooling is undone by its
    switches (a value returns to where its maximum was), a ReLU rectifies the signal that comes
    *down*, $s \mapsto \max(0, s)$, and a convolution is undone by its own filters, transposed
    (Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014). Where
    windows overlap, what returns to one place is added up. All but the ReLU is what
    backpropagation does (Simonyan et al., *Deep inside convolutional networks*, 2014, section 4),
    and is computed by it, so that batch norms, skips and branches pass their part down as well.

    Args:
        model: Any model. Only ReLUs that are modules have the rule; other activation functions
            pass the signal times their derivative.
        layer: Name of a layer that gives maps or a flat output.
        channel: The filter.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        cell: Row and column in the filter's map; its strongest by default.
        rule: What passes a ReLU on the way down: "deconvnet", what is above 0 coming down;
            "gradient", what was above 0 going up; "guided", only what was both (Springenberg et
            al., *Striving for simplicity*, 2015).

    Returns:
        The projection. By the rule "gradient" it is the gradient of the cell, times its value.

    Raises:
        InspectionError: There is no such layer, filter or cell, or its value is not finite.
    """
    way: dict[str, NDArray[np.float32]] = {}
    leaf = one_picture(x).requires_grad_()
    with untouched(model), torch.enable_grad(), contextlib.ExitStack() as hooks:
        for name, module in model.named_modules():
            # First, since the rule of a ReLU works on a copy of its input.
            if not any(module.children()):
                hooks.callback(module.register_forward_pre_hook(_noting(name, way)).remove)
            if isinstance(module, nn.ReLU | nn.ReLU6) and rule != "gradient":
                for handle in _ruled(module, guided=rule == "guided"):
                    hooks.callback(handle.remove)
        # A clone, since the first layer may work in place.
        output = run_to(model, layer, leaf.clone())
        check_channel(layer, channel, output.shape[1])
        chosen = output[0, channel]
        width = output.shape[-1] if output.ndim == 4 else 1
        if cell is None:
            at = int(chosen.argmax())
            cell = at // width, at % width
        height = chosen.numel() // width
        if not (0 <= cell[0] < height and 0 <= cell[1] < width):
            raise InspectionError(
                f"Filter {channel} of {layer} has no cell {cell[0]}, {cell[1]}: its map has"
                f" {height} rows and {width} columns."
            )
        value = chosen.reshape(height, width)[cell].detach()
        if not bool(value.isfinite()):
            raise NotFiniteError
        start = torch.zeros_like(output)
        start[0, channel].view(height, width)[cell] = value
        (pixels,) = torch.autograd.grad(output, leaf, start)
    return Projection(pixels[0].numpy(), float(value), cell, way)


def _noting(
    name: str, way: dict[str, NDArray[np.float32]]
) -> Callable[[nn.Module, tuple[Any, ...]], None]:
    """A hook that notes what will come down to the input of a layer."""

    def note(signal: Tensor) -> None:
        way.setdefault(name, signal[0].detach().clone().numpy())

    def before(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if inputs and isinstance(inputs[0], Tensor) and inputs[0].requires_grad:
            inputs[0].register_hook(note)  # type: ignore[no-untyped-call]

    return before


def _ruled(module: nn.Module, *, guided: bool) -> list[Any]:
    """Hooks by which a ReLU gives what it gave, and rectifies what comes down."""
    waiting: list[Tensor] = []

    def before(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        waiting.append(inputs[0])
        return (inputs[0].clone(),)  # for a ReLU that works in place

    def after(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        above = waiting.pop()
        below: Tensor = _Rectified.apply(output if guided else above, output.detach())  # type: ignore[no-untyped-call]
        return below

    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]


class _Rectified(torch.autograd.Function):
    """Gives `output`; hands the first argument what is above 0 of the signal that comes down."""

    @staticmethod
    def forward(_context: Any, _source: Tensor, output: Tensor) -> Tensor:
        return output.clone()

    @staticmethod
    def backward(_context: Any, *signals: Tensor) -> tuple[Tensor, None]:
        return signals[0].clamp(min=0), None
