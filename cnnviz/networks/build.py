"""From a description to a PyTorch module, and to the code that would make it."""

import inspect
from collections import OrderedDict
from collections.abc import Iterable

import torch
from torch import nn

from cnnviz.networks.layers import Shape
from cnnviz.networks.plan import Layer, Spec, flat, plan


class Residual(nn.Module):
    """Adds what goes round the body to what comes out of it (He et al., arXiv:1512.03385)."""

    def __init__(self, body: nn.Sequential, shortcut: nn.Sequential) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``body(x) + shortcut(x)``; an empty shortcut gives back its input."""
        total: torch.Tensor = self.body(x) + self.shortcut(x)
        return total


def build(spec: Spec, input_shape: Shape) -> nn.Sequential:
    """Make the module that a description stands for.

    Its children are named by kind and number (``conv1``, ``relu1``, ``conv2`` …), those inside a
    residual block ``residual1.body.conv1``. No layer works in place, so what a hook sees stays
    as it was. The weights are PyTorch's usual random ones; the seed is the caller's.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.

    Returns:
        A module from N×C×H×W to the last layer's output.

    Raises:
        NetworkError: The description is not one of a network for that shape.
    """
    return _sequential(plan(spec, input_shape))


def pytorch_code(spec: Spec, input_shape: Shape) -> str:
    """Write the Python text that makes the same module, with the same names for its weights.

    Raises:
        NetworkError: As for :func:`build`.
    """
    layers = plan(spec, input_shape)
    lines = ["from collections import OrderedDict", "", "import torch", "from torch import nn", ""]
    if any(layer.kind == "residual" for layer in flat(layers)):
        lines += ["", *inspect.getsource(Residual).splitlines(), "", ""]
    lines += [f"model = {_sequential_code(layers, '')}", ""]
    shape = ", ".join(map(str, (1, *input_shape)))
    result = ", ".join(map(str, (1, *layers[-1].output)))
    lines += [f"print(model.eval()(torch.zeros({shape})).shape)  # torch.Size([{result}])", ""]
    return "\n".join(lines)


def _sequential(layers: Iterable[Layer]) -> nn.Sequential:
    return nn.Sequential(OrderedDict((layer.name, _module(layer)) for layer in layers))


def _module(layer: Layer) -> nn.Module:
    if layer.call is None:
        return Residual(_sequential(layer.body), _sequential(layer.shortcut))
    # The name is one of those written in layers.py, never one from the description.
    module: nn.Module = getattr(nn, layer.call.name)(*layer.call.args, **layer.call.kwargs)
    return module


def _sequential_code(layers: Iterable[Layer], indent: str) -> str:
    layers = list(layers)
    if not layers:
        return "nn.Sequential()"
    inner = f"{indent}    "
    lines = [f'{inner}("{layer.name}", {_layer_code(layer, inner)}),' for layer in layers]
    for i, layer in enumerate(layers):
        if layer.call:
            lines[i] += f"  # {'×'.join(map(str, layer.output))}"
    return "\n".join(["nn.Sequential(OrderedDict([", *lines, f"{indent}]))"])


def _layer_code(layer: Layer, indent: str) -> str:
    if layer.call:
        return str(layer.call)
    inner = f"{indent}    "
    body, shortcut = (_sequential_code(part, inner) for part in (layer.body, layer.shortcut))
    return f"Residual(\n{inner}{body},\n{inner}{shortcut},\n{indent})"
