"""From a description and the shape of a picture to every layer with its shapes."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch

from cnnviz.convolution import ConvolutionError, WindowLayer, output_size
from cnnviz.networks.layers import KINDS, Block, Call, NetworkError, Shape
from cnnviz.networks.modules import DigitCodes, TableConvolution
from cnnviz.networks.spec import Entry, Reader, Spec, is_number
from cnnviz.numbers.formatting import sides

# Far above what this app can train, far below what would exhaust a computer.
MAX_SIDE = 1024
MAX_VALUES = 2**25
MAX_PARAMETERS = 20_000_000

_CODED, _ROWS = 84, 12  # the pixels and the rows of a digit that an rbf layer knows


@dataclass(frozen=True)
class Layer:
    """One layer with everything known about it.

    Attributes:
        name: Its name in the module, unique among its neighbours, such as ``conv2``.
        kind: Its key in ``KINDS``.
        call: How its module is made; a block's also takes its parts.
        window: What it slides over its input, if anything.
        input: Shape of its input, without the batch: (C, H, W) or (features,).
        output: Shape of its output.
        groups: Into how many groups a convolution divides its channels.
        parts: The layers inside a block, by the name of the part in the module.
    """

    name: str
    kind: str
    call: Call
    window: WindowLayer | None
    input: Shape
    output: Shape
    groups: int = 1
    parts: dict[str, tuple["Layer", ...]] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        """Weights and biases of this layer itself (a block has none of its own)."""
        if self.kind == "batchnorm":
            return 2 * self.input[0]
        if self.kind == "tableconv":
            return self._crosses + self.output[0]
        if not self._terms or self.kind == "rbf":  # whose codes are not learned
            return 0
        shared = self.kind != "local"
        biases = 1 if self.call.kwargs.get("bias", True) else 0
        return (self.output[0] if shared else prod(self.output)) * (self._terms + biases)

    @property
    def macs(self) -> int:
        """Multiply-adds for one picture; convolutions and linear layers alone are counted."""
        if self.kind == "tableconv":
            return prod(self.output[1:]) * self._crosses
        return prod(self.output) * self._terms

    @property
    def _crosses(self) -> int:
        """How many weights the filters have that a table connects."""
        kernel = self.window.kernel if self.window else 0
        return sum(map(len, TableConvolution.TABLE)) * kernel**2

    @property
    def _terms(self) -> int:
        """How many products with weights make up one value of the output."""
        if self.kind in {"linear", "rbf"}:
            return self.input[0]
        if self.kind in {"conv", "local"} and self.window:
            return self.input[0] // self.groups * self.window.kernel**2
        return 0


def plan(spec: Spec, input_shape: Shape) -> list[Layer]:
    """Check a network's description and work out the shape after every layer.

    Args:
        spec: The layers, first to last.
        input_shape: C, H, W of one picture.

    Returns:
        The layers, each with its shapes.

    Raises:
        NetworkError: What is wrong, and with which layer. Where shapes do not fit, the message
            ends with what PyTorch says to it.
    """
    if not (
        isinstance(input_shape, tuple | list)
        and len(input_shape) == 3
        and all(is_number(side, whole=True) and 1 <= side <= MAX_SIDE for side in input_shape)
    ):
        raise NetworkError(
            f"A picture's shape is three whole numbers from 1 to {MAX_SIDE} (channels, height, "
            f"width), not {input_shape!r}."
        )
    return _sequence(Reader(), spec, tuple(input_shape), "")


def check_size(layers: list[Layer]) -> None:
    """Refuse a network that takes more memory than this app gives to one.

    Args:
        layers: As :func:`plan` returns them.

    Raises:
        NetworkError: It has more than ``MAX_PARAMETERS`` parameters.
    """
    parameters = sum(layer.parameters for layer in flat(layers))
    if parameters > MAX_PARAMETERS:
        raise NetworkError(
            f"The network has {parameters:,} parameters, more than {MAX_PARAMETERS:,}: use fewer "
            "channels, or pool more before the first linear layer."
        )


def flat(layers: list[Layer]) -> list[Layer]:
    """Every layer, each block after the layers inside it."""
    found: list[Layer] = []
    for layer in layers:
        for part in layer.parts.values():
            found += flat([*part])
        found.append(layer)
    return found


def _sequence(reader: Reader, spec: Any, shape: Shape, within: str) -> list[Layer]:
    layers: list[Layer] = []
    for entry in reader.read(spec, within):
        block = KINDS[entry.kind].block
        try:
            layers.append(_block(reader, entry, block, shape) if block else _layer(entry, shape))
        except NetworkError as error:
            error.layer = error.layer or entry.title
            raise
        shape = layers[-1].output
    return layers


def _layer(entry: Entry, shape: Shape) -> Layer:
    kind, options = KINDS[entry.kind], entry.options
    if kind.maps is True and len(shape) != 3:
        raise NetworkError(f"{entry.place} needs maps, but it comes after flatten: put it before.")
    if kind.maps is False and len(shape) != 1:
        raise NetworkError(
            f"{entry.place} needs a flat input, not {times(shape)}: put flatten before it."
        )
    window = kind.window(options) if kind.window else None
    groups = options.get("groups", 1)
    if window:
        _check_channels(entry, shape)
        output = _slide(entry, window, shape)
    elif entry.kind == "linear":
        output = (options["out"],)
    elif entry.kind == "rbf":
        if shape != (_CODED,):
            raise NetworkError(
                f"{entry.place} compares {_CODED} features with pictures of digits, not "
                f"{shape[0]}: put fc{_CODED} before it.{_pytorch_says(entry, shape)}"
            )
        output = (len(DigitCodes.DIGITS.split()) // _ROWS,)
    elif entry.kind == "sample":
        if shape[0] % 2:
            raise NetworkError(
                f"{entry.place} takes half of its input as means and half as variances, but there"
                f" are {shape[0]}: let the layers before it give an even number."
            )
        output = (shape[0] // 2, *shape[1:])
    elif entry.kind == "gap":
        output = (shape[0], 1, 1)
    elif entry.kind == "upsample":
        output = (shape[0], *(side * options["factor"] for side in shape[1:]))
    elif entry.kind == "flatten":
        output = (prod(shape),)
    else:
        output = shape
    if prod(output) > MAX_VALUES:
        raise NetworkError(
            f"{entry.place} gives {prod(output):,} values for each picture, more than "
            f"{MAX_VALUES:,}: use fewer channels or smaller pictures."
        )
    call = kind.call(options, shape, output)
    return Layer(entry.name, entry.kind, call, window, shape, output, groups)


def _check_channels(entry: Entry, shape: Shape) -> None:
    """Refuse groups that do not divide the channels, and a table for other maps."""
    if entry.kind == "tableconv" and shape[0] != 6:
        raise NetworkError(
            f"{entry.place} has a table for 6 maps, but its input has {shape[0]}: let the layers "
            f"before it give 6.{_pytorch_says(entry, shape)}"
        )
    groups, out = entry.options.get("groups", 1), entry.options.get("out", 1)
    if shape[0] % groups or (groups > 1 and out % groups):
        raise NetworkError(
            f"{entry.place} has {groups} groups, which must divide its {shape[0]} input channels "
            f"and its {out} output channels: choose a number of groups that divides both."
            f"{_pytorch_says(entry, shape)}"
        )


def _slide(entry: Entry, window: WindowLayer, shape: Shape) -> Shape:
    """Shape of what a window that slides over maps gives."""
    if "out" not in entry.options and 2 * window.padding > window.kernel:
        raise NetworkError(
            f"{entry.place} pads by {window.padding}, but a pool may pad by at most half its "
            f"kernel.{_pytorch_says(entry, shape)}"
        )
    try:
        ceil = bool(entry.options.get("ceil"))
        height, width = (_places(side, window, ceil=ceil) for side in shape[1:])
    except ConvolutionError as error:
        reach = window.dilation * (window.kernel - 1) + 1
        raise NetworkError(
            f"{entry.place} covers {reach}×{reach}, but its input of {times(shape)}, padded by "
            f"{window.padding}, is smaller: use larger pictures, a smaller kernel, more padding "
            f"or fewer pools before it.{_pytorch_says(entry, shape)}"
        ) from error
    return entry.options.get("out", shape[0]), height, width


def _places(side: int, window: WindowLayer, *, ceil: bool) -> int:
    """How many windows there are along one axis; the last may reach over the edge with `ceil`."""
    size, left = output_size(side, *window)
    # As in PyTorch, no window may begin in the padding behind the map.
    return size + (ceil and left > 0 and size * window.stride < side + window.padding)


def _block(reader: Reader, entry: Entry, block: Block, shape: Shape) -> Layer:
    parts = {
        name: tuple(_sequence(reader, part, shape, f"{entry.title}.{name}"))
        for name, part in entry.parts.items()
    }
    outputs = [layers[-1].output for layers in parts.values()]
    output = block.join(shape, outputs)
    if output is None:
        ways = dict(zip(parts, outputs, strict=True))
        if len(ways) == 1:
            ways["input"] = shape
        said = " and ".join(f"{times(way)} ({name})" for name, way in ways.items())
        raise NetworkError(
            f"{entry.place} has an input of {times(shape)} and joins {said}, which do not match: "
            f"{block.advice}.{_pytorch_joins(entry.kind, [*ways.values()])}"
        )
    if prod(output) > MAX_VALUES:
        raise NetworkError(
            f"{entry.place} gives {prod(output):,} values for each picture, more than "
            f"{MAX_VALUES:,}: use fewer branches or channels."
        )
    call = KINDS[entry.kind].call(entry.options, shape, output)
    return Layer(entry.name, entry.kind, call, None, shape, output, parts=parts)


def _pytorch_says(entry: Entry, shape: Shape) -> str:
    """What PyTorch says to a layer that does not fit; empty if it would take it."""
    try:
        # On the meta device nothing is allocated, however large the layer is. The output's size
        # does not matter: what fails, fails before.
        with torch.device("meta"):
            KINDS[entry.kind].call(entry.options, shape, (1, 1, 1)).make()(torch.empty(1, *shape))
    except (RuntimeError, ValueError) as error:
        return f" PyTorch says: {str(error).splitlines()[0]}"
    return ""


def _pytorch_joins(kind: str, shapes: list[Shape]) -> str:
    """What PyTorch says to parts that do not match; empty if it would broadcast them."""
    # One number each, repeated without being copied.
    parts = [torch.zeros((), dtype=torch.uint8).expand(1, *shape) for shape in shapes]
    try:
        _ = torch.cat(parts, 1) if kind == "concat" else parts[0] + parts[1]
    except RuntimeError as error:
        return f" PyTorch says: {str(error).splitlines()[0]}"
    return ""


def times(shape: Shape) -> str:
    """A shape for people, such as 3×28×28."""
    return sides(shape)
