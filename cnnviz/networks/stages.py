"""A network in the steps that a paper draws: a layer with the activation and the rest behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from cnnviz.networks.layers import Shape
from cnnviz.networks.plan import Layer, plan
from cnnviz.networks.spec import Spec
from cnnviz.networks.summary import LayerSummary, summary

_AFTER = {
    "batchnorm": "batch norm",
    "lrn": "local response norm",
    "relu": "ReLU",
    "leakyrelu": "leaky ReLU",
    "gelu": "GELU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "dropout": "dropout",
    "flatten": "flattened",
}
_POOLS = {"maxpool": "max pooling", "avgpool": "average pooling"}


@dataclass(frozen=True)
class Stage:
    """One step of a network.

    Attributes:
        name: Name of its first layer in the module.
        kind: Kind of that layer.
        about: What it does, in a few words.
        shape: (C, H, W) or (features,) of its output.
        parameters: Weights and biases learned, of all its layers.
        macs: Multiply-adds for one picture, of all its layers.
        receptive_field: Pixels of the picture that one unit can depend on, down and across.
    """

    name: str
    kind: str
    about: str
    shape: Shape
    parameters: int
    macs: int
    receptive_field: tuple[int, int]

    @property
    def units(self) -> int:
        """How many numbers it gives: neurons, as older papers call them."""
        return prod(self.shape)


def stages(spec: Spec, input_shape: Shape) -> list[Stage]:
    """A network's steps, first to last.

    A block is one step. Activations, normalisations and dropout belong to the step before them,
    and so does a convolution of 1×1 that gives each map a factor and a bias of its own.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.

    Raises:
        NetworkError: The description is not one of a network for that shape.
    """
    rows = {row.name: row for row in summary(spec, input_shape)}
    found: list[Stage] = []
    for layer in plan(spec, input_shape):
        own = [row for name, row in rows.items() if (name + ".").startswith(layer.name + ".")]
        added = after(layer)
        if added and found:
            told = "" if layer.kind == "flatten" else f", {added}"
            found[-1] = _with(found[-1], own, found[-1].about + told)
        else:
            first = Stage(layer.name, layer.kind, "", layer.output, 0, 0, (1, 1))
            found.append(_with(first, own, described(layer)))
    return found


def _with(stage: Stage, rows: Sequence[LayerSummary], about: str) -> Stage:
    output = rows[-1].output_shape
    return replace(
        stage,
        about=about,
        # Flattened, they are the same numbers: the maps say more.
        shape=stage.shape if prod(stage.shape) == prod(output) else output,
        parameters=stage.parameters + sum(row.parameters for row in rows),
        macs=stage.macs + sum(row.macs for row in rows),
        receptive_field=rows[-1].receptive_field,
    )


def after(layer: Layer) -> str:
    """What a layer adds to the step before it, in words; empty if it is a step of its own."""
    single = layer.window is not None and layer.window.kernel == 1 < layer.groups
    if layer.kind == "conv" and single and layer.groups == layer.input[0] == layer.output[0]:
        return "a factor and a bias for each map"
    return _AFTER.get(layer.kind, "")


def described(layer: Layer) -> str:
    """What a layer does, in a few words."""
    if layer.kind == "residual":
        body, *past = layer.parts.values()
        way = f"its input through {_chain(past[0])}" if past else "its input"
        return f"{_chain(body)}, added to {way}"
    if layer.kind == "concat":
        return "side by side: " + "; ".join(_chain(part) for part in layer.parts.values())
    if layer.window:
        kernel, stride, padding, _ = layer.window
        moved = [f"stride {stride}"] * (stride > 1) + [f"padding {padding}"] * (padding > 0)
        size = f"{kernel}×{kernel}"
        if layer.kind in _POOLS:
            head = f"{size} {_POOLS[layer.kind]}"
        else:
            head = f"{layer.output[0]} filters of {size}"
            moved += [f"{layer.groups} groups"] * (layer.groups > 1)
            moved += ["each for some of the 6 maps"] * (layer.kind == "tableconv")
        return ", ".join([head, *moved])
    plain = {
        "linear": f"fully connected, {layer.output[0]:,} units",
        "gap": "average of each map",
        "rbf": "distance to a code of each digit",
        "identity": "its input",
        "sample": "drawn from a normal distribution each",
        "upsample": f"every cell {layer.output[-1] // layer.input[-1]} times each way",
    }
    return plain.get(layer.kind, _AFTER.get(layer.kind, layer.kind))


def _chain(layers: Sequence[Layer]) -> str:
    """The windows of some layers, one after the other, such as 1×1, 3×3 (128 maps)."""
    windows = [
        f"{layer.window.kernel}×{layer.window.kernel}"
        + (" pooling" if layer.kind in _POOLS else f" ({layer.output[0]})")
        for layer in layers
        if layer.window
    ]
    return " → ".join(windows) or "its input as it is"
