"""From a description to a PyTorch module, and to the code that would make it."""

import inspect
from collections import OrderedDict
from collections.abc import Iterable

import torch
from torch import nn

from cnnviz.networks.layers import Shape
from cnnviz.networks.plan import Layer, check_size, flat, plan, times
from cnnviz.networks.spec import Spec


def build(spec: Spec, input_shape: Shape) -> nn.Sequential:
    """Make the module that a description stands for.

    Its children are named by kind and number (``conv1``, ``relu1``, ``conv2`` …), those inside a
    block with the name of the part between, such as ``residual1.body.conv1`` and
    ``concat1.branch2.conv1``. No layer works in place, so what a hook sees stays as it was. The
    weights are PyTorch's usual random ones; the seed is the caller's.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.

    Returns:
        A module from N×C×H×W to the last layer's output.

    Raises:
        NetworkError: The description is not one of a network for that shape; or it has more than
            ``MAX_PARAMETERS`` parameters and is not built on the device ``meta``, where they take
            no memory.
    """
    layers = plan(spec, input_shape)
    if torch.get_default_device().type != "meta":
        check_size(layers)
    return _sequential(layers)


def pytorch_code(spec: Spec, input_shape: Shape) -> str:
    """Write the Python text that makes the same module, with the same names for its weights.

    Raises:
        NetworkError: As for :func:`build`.
    """
    layers = plan(spec, input_shape)
    lines = ["from collections import OrderedDict", "", "import torch", "from torch import nn", ""]
    # Each class once, in the order of use.
    for own in dict.fromkeys(layer.call.own for layer in flat(layers)):
        if own:
            lines += ["", *inspect.getsource(own).splitlines(), "", ""]
    lines += [f"model = {_sequential_code(layers, '')}", ""]
    shape = ", ".join(map(str, (1, *input_shape)))
    result = ", ".join(map(str, (1, *layers[-1].output)))
    lines += [f"print(model.eval()(torch.zeros({shape})).shape)  # torch.Size([{result}])", ""]
    return "\n".join(lines)


def _sequential(layers: Iterable[Layer]) -> nn.Sequential:
    return nn.Sequential(OrderedDict((layer.name, _module(layer)) for layer in layers))


def _module(layer: Layer) -> nn.Module:
    return layer.call.make(**{name: _sequential(part) for name, part in layer.parts.items()})


def _sequential_code(layers: Iterable[Layer], indent: str) -> str:
    inner = f"{indent}    "
    lines = []
    for layer in layers:
        line = f'{inner}("{layer.name}", {_layer_code(layer, inner)}),'
        lines.append(line if layer.parts else f"{line}  # {times(layer.output)}")
    return "\n".join(["nn.Sequential(OrderedDict([", *lines, f"{indent}]))"])


def _layer_code(layer: Layer, indent: str) -> str:
    if not layer.parts:
        return str(layer.call)
    inner = f"{indent}    "
    parts = [
        f"{inner}{name}={_sequential_code(part, inner)},\n" for name, part in layer.parts.items()
    ]
    return f"{layer.call.name}(\n{''.join(parts)}{indent})"
