"""Reading a network's description: checks every layer and works out every shape.

A description may come from a file that somebody edited by hand, so nothing in it is trusted:
it can name only the layers of ``KINDS``, and hold only numbers within limits.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

from cnnviz.convolution import ConvolutionError, WindowLayer, output_size
from cnnviz.networks.layers import KINDS, Call, NetworkError, Option, Shape

Spec = list[dict[str, Any]]

# Far above what this app can train, far below what would exhaust a computer.
MAX_LAYERS = 300
MAX_DEPTH = 4
MAX_SIDE = 1024
MAX_VALUES = 2**25
MAX_PARAMETERS = 20_000_000


@dataclass(frozen=True)
class Layer:
    """One layer with everything known about it.

    Attributes:
        name: Its name in the module, unique among its neighbours, such as ``conv2``.
        kind: Its key in ``KINDS``, or ``residual``.
        call: How PyTorch makes it; None for a residual block.
        window: What it slides over its input, if anything.
        input: Shape of its input, without the batch: (C, H, W) or (features,).
        output: Shape of its output.
        body: Layers inside a residual block.
        shortcut: Layers on its way round; none means that the input itself is added.
    """

    name: str
    kind: str
    call: Call | None
    window: WindowLayer | None
    input: Shape
    output: Shape
    body: tuple["Layer", ...] = ()
    shortcut: tuple["Layer", ...] = ()

    @property
    def parameters(self) -> int:
        """Weights and biases of this layer itself (a residual block has none of its own)."""
        if self.kind == "conv" and self.window:
            return self.output[0] * (self.input[0] * self.window.kernel**2 + 1)
        if self.kind == "linear":
            return self.output[0] * (self.input[0] + 1)
        return 2 * self.input[0] if self.kind == "batchnorm" else 0

    @property
    def macs(self) -> int:
        """Multiply-adds for one picture; convolutions and linear layers alone are counted."""
        if self.kind == "conv" and self.window:
            return prod(self.output) * self.input[0] * self.window.kernel**2
        return self.output[0] * self.input[0] if self.kind == "linear" else 0


def plan(spec: Spec, input_shape: Shape) -> list[Layer]:
    """Check a network's description and work out the shape after every layer.

    Args:
        spec: The layers, first to last.
        input_shape: C, H, W of one picture.

    Returns:
        The layers, each with its shapes.

    Raises:
        NetworkError: What is wrong, and with which layer.
    """
    if not (
        isinstance(input_shape, tuple | list)
        and len(input_shape) == 3
        and all(_is_number(side, whole=True) and 1 <= side <= MAX_SIDE for side in input_shape)
    ):
        raise NetworkError(
            f"A picture's shape is three whole numbers from 1 to {MAX_SIDE} (channels, height, "
            f"width), not {input_shape!r}."
        )
    layers = _sequence(spec, tuple(input_shape), "", depth=0)
    everything = flat(layers)
    if len(everything) > MAX_LAYERS:
        raise NetworkError(f"The network has more than {MAX_LAYERS} layers: leave some out.")
    parameters = sum(layer.parameters for layer in everything)
    if parameters > MAX_PARAMETERS:
        raise NetworkError(
            f"The network has {parameters:,} parameters, more than {MAX_PARAMETERS:,}: use fewer "
            "channels, or pool more before the first linear layer."
        )
    return layers


def flat(layers: list[Layer]) -> list[Layer]:
    """Every layer, each residual block after the layers inside it."""
    found: list[Layer] = []
    for layer in layers:
        found += flat([*layer.body, *layer.shortcut])
        found.append(layer)
    return found


def _sequence(spec: Any, shape: Shape, within: str, depth: int) -> list[Layer]:
    if not isinstance(spec, list) or not spec:
        raise NetworkError(f"{within or 'A network'} must be a list of at least one layer.")
    if len(spec) > MAX_LAYERS or depth > MAX_DEPTH:
        raise NetworkError(
            f"{within or 'The network'} has more than {MAX_LAYERS} layers or more than "
            f"{MAX_DEPTH} blocks inside each other: leave some out."
        )
    layers: list[Layer] = []
    counts: dict[str, int] = {}
    for position, entry in enumerate(spec, start=1):
        kind = entry.get("layer") if isinstance(entry, dict) else None
        if not isinstance(kind, str) or (kind not in KINDS and kind != "residual"):
            raise NetworkError(
                f"Layer {position}{within and f' of {within}'} is not one of "
                f"{', '.join(KINDS)}, residual: it is {_short(entry)}."
            )
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{kind}{counts[kind]}"
        title = f"{within}.{name}" if within else name
        make = _residual if kind == "residual" else _layer
        layers.append(make(entry, name, title, shape, depth))
        shape = layers[-1].output
    return layers


def _layer(entry: dict[str, Any], name: str, title: str, shape: Shape, _depth: int) -> Layer:
    kind = KINDS[entry["layer"]]
    options = _options(entry, kind.options, title)
    if kind.maps is True and len(shape) != 3:
        raise NetworkError(f"{title} needs maps, but it comes after flatten: put it before.")
    if kind.maps is False and len(shape) != 1:
        raise NetworkError(f"{title} needs a flat input: put flatten before it.")
    window = kind.window(options) if kind.window else None
    if window:
        if entry["layer"] != "conv" and 2 * window.padding > window.kernel:
            raise NetworkError(
                f"{title} pads by {window.padding}, but a pool may pad by at most half its kernel."
            )
        try:
            height, width = (output_size(side, *window).size for side in shape[1:])
        except ConvolutionError as error:
            reach = window.dilation * (window.kernel - 1) + 1
            raise NetworkError(
                f"{title} covers {reach}×{reach}, but its input of {shape[1]}×{shape[2]} padded "
                f"by {window.padding} is smaller: use larger pictures, a smaller kernel or fewer "
                "pools."
            ) from error
        output: Shape = (options.get("out", shape[0]), height, width)
    elif entry["layer"] == "linear":
        output = (options["out"],)
    elif entry["layer"] == "gap":
        output = (shape[0], 1, 1)
    elif entry["layer"] == "flatten":
        output = (prod(shape),)
    else:
        output = shape
    if prod(output) > MAX_VALUES:
        raise NetworkError(
            f"{title} gives {prod(output):,} values for each picture, more than {MAX_VALUES:,}: "
            "use fewer channels or smaller pictures."
        )
    return Layer(name, entry["layer"], kind.call(options, shape), window, shape, output)


def _residual(entry: dict[str, Any], name: str, title: str, shape: Shape, depth: int) -> Layer:
    unknown = set(entry) - {"layer", "body", "shortcut"}
    if unknown:
        raise NetworkError(f"{title} has no {_short(min(unknown, key=str))}.")
    body = _sequence(entry.get("body"), shape, f"{title}.body", depth + 1)
    shortcut: list[Layer] = []
    if "shortcut" in entry:
        shortcut = _sequence(entry["shortcut"], shape, f"{title}.shortcut", depth + 1)
    added = shortcut[-1].output if shortcut else shape
    if body[-1].output != added:
        raise NetworkError(
            f"{title} adds {_times(added)} to {_times(body[-1].output)}, which do not match: give "
            "it a shortcut (a 1×1 conv) that ends in the shape of its body."
        )
    return Layer(name, "residual", None, None, shape, added, tuple(body), tuple(shortcut))


def _options(entry: dict[str, Any], known: dict[str, Option], title: str) -> dict[str, Any]:
    """The layer's numbers, checked, with defaults filled in."""
    unknown = set(entry) - set(known) - {"layer"}
    if unknown:
        raise NetworkError(f"{title} has no {_short(min(unknown, key=str))}.")
    values: dict[str, Any] = {}
    for key, option in known.items():
        if key not in entry and not option.required:
            values[key] = values["kernel"] if option.default is None else option.default
            continue
        value: Any = entry.get(key)
        if not _is_number(value, whole=option.whole) or not option.low <= value <= option.high:
            kind = "a whole number" if option.whole else "a number"
            got = f"not {_short(value)}" if key in entry else "but it is missing"
            raise NetworkError(
                f"{title} needs {kind} from {option.low} to {option.high} as its {key}, {got}."
            )
        values[key] = value
    return values


def _is_number(value: Any, *, whole: bool) -> bool:
    """True and False count as numbers in Python, but nobody means them as such."""
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)


def _short(value: object) -> str:
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or a number of 5,000 digits
        return "nothing that can be written here"
    return text if len(text) <= 60 else f"{text[:57]}…"


def _times(shape: Shape) -> str:
    return "×".join(map(str, shape))
