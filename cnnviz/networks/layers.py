"""The kinds of layer a network may have: their numbers, and how each is written in PyTorch.

A layer is described once, as the name of a module's class and its arguments. The module, its
printed code and its line of text all come from that description, so they cannot disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from cnnviz.convolution import WindowLayer
from cnnviz.networks import modules

Shape = tuple[int, ...]

MAX_BRANCHES = 16


class NetworkError(ValueError):
    """A network cannot be built; the message is a sentence that says what to do.

    Attributes:
        layer: The layer that does not fit, by its name in the module; empty if it is not one.
        before: Of a line that cannot be read, the layers up to there.
    """

    def __init__(self, message: str, layer: str = "") -> None:
        super().__init__(message)
        self.layer = layer
        self.before: list[dict[str, Any]] = []


@dataclass(frozen=True)
class Call:
    """The class of a module and the arguments to make it with; all are plain numbers.

    Attributes:
        name: A class of ``torch.nn``, or of :mod:`cnnviz.networks.modules`.
        args: Positional arguments.
        kwargs: Arguments by name.
    """

    name: str
    args: tuple[float | Shape, ...] = ()
    kwargs: dict[str, float] = field(default_factory=dict)

    @property
    def own(self) -> type[nn.Module] | None:
        """The class if it is one of ours, so that the printed code must hold its source."""
        return getattr(modules, self.name, None)

    def make(self, **parts: nn.Module) -> nn.Module:
        """The module; ``parts`` are those that a block holds."""
        # The name is one of those written below, never one from a description.
        module: nn.Module = (self.own or getattr(nn, self.name))(*self.args, **self.kwargs, **parts)
        return module

    def __str__(self) -> str:
        parts = [repr(value) for value in self.args]
        parts += [f"{key}={value!r}" for key, value in self.kwargs.items()]
        return f"{'' if self.own else 'nn.'}{self.name}({', '.join(parts)})"


@dataclass(frozen=True)
class Option:
    """A number in a layer's description: its limits, and its value if it is left out.

    Attributes:
        letter: What stands before it in a line of text; empty if it follows the word itself.
        low: Smallest value.
        high: Largest value.
        default: Its value if it is left out; ``None``, if it is not required, for "as the kernel".
        required: Whether it must be given.
        whole: Whether it must be a whole number.
    """

    letter: str
    low: float
    high: float
    default: float | None = None
    required: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Block:
    """What a kind with layers inside does with them.

    Attributes:
        fields: The fields of its description.
        parts: From a description to the lists of layers inside, by the name in the module.
        describe: The reverse: from lists of layers to the fields.
        least: How many lists of layers it needs.
        most: How many it can hold.
        join: From the input's shape and those of the parts to its output's; None if they do not
            match.
        advice: What to do then.
    """

    fields: tuple[str, ...]
    parts: Callable[[dict[str, Any]], dict[str, Any]]
    describe: Callable[[Sequence[Any]], dict[str, Any]]
    least: int
    most: int
    join: Callable[[Shape, list[Shape]], Shape | None]
    advice: str


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    Attributes:
        word: What it is called in a line of text.
        example: Such a line, for those who typed something else.
        call: Gives the module's call, from the options and the shapes of input and output.
        options: Its numbers.
        maps: True if the input must be C×H×W, False if it must be flat, None if either will do.
        window: Gives the window it slides, if it slides one.
        block: What it does with the layers inside, if it has any.
    """

    word: str
    example: str
    call: Callable[[dict[str, Any], Shape, Shape], Call]
    options: dict[str, Option] = field(default_factory=dict)
    maps: bool | None = None
    window: Callable[[dict[str, Any]], WindowLayer] | None = None
    block: Block | None = None


_OUT = Option("", 1, 4096, required=True)
_STRIDE, _PADDING = Option("s", 1, 16, default=1), Option("p", 0, 31, default=0)
_POOL = {
    "kernel": Option("", 1, 31, required=True),
    "stride": Option("s", 1, 16),
    "padding": _PADDING,
    "ceil": Option("c", 0, 1, default=0),
}
_LOCAL = {
    "out": _OUT,
    "kernel": Option("k", 1, 31, required=True),
    "stride": _STRIDE,
    "padding": _PADDING,
}
_CONV = _LOCAL | {
    "dilation": Option("d", 1, 16, default=1),
    "groups": Option("g", 1, 4096, default=1),
    "bias": Option("b", 0, 1, default=1),
}
_TABLE = {
    "out": Option("", 16, 16, required=True),
    "kernel": Option("k", 1, 31, required=True),
}
# The paper's numbers. PyTorch divides its alpha by the size, so this one is 5 times the paper's.
_RESPONSE = {
    "size": Option("", 1, 31, default=5),
    "alpha": Option("a", 0, 10, default=0.0005, whole=False),
    "beta": Option("b", 0, 10, default=0.75, whole=False),
    "k": Option("k", 0.001, 10, default=2, whole=False),
}


def _given(options: dict[str, Any], defaults: dict[str, float]) -> dict[str, float]:
    """The options worth writing down: those that differ from PyTorch's defaults."""
    return {key: options[key] for key, usual in defaults.items() if options[key] != usual}


def _conv(options: dict[str, Any], shape: Shape, _output: Shape) -> Call:
    extra = _given(options, {"stride": 1, "padding": 0, "dilation": 1, "groups": 1})
    if not options["bias"]:
        extra["bias"] = False
    return Call("Conv2d", (shape[0], options["out"]), {"kernel_size": options["kernel"]} | extra)


def _response(options: dict[str, Any], _shape: Shape, _output: Shape) -> Call:
    return Call(
        "LocalResponseNorm",
        (options["size"],),
        {key: options[key] for key in ("alpha", "beta", "k")},
    )


def _local(options: dict[str, Any], shape: Shape, output: Shape) -> Call:
    extra = _given(options, {"stride": 1, "padding": 0})
    return Call(
        "LocallyConnected",
        (shape[0], options["out"], output[1:]),
        {"kernel_size": options["kernel"]} | extra,
    )


def _pool(word: str, name: str) -> Kind:
    def call(options: dict[str, Any], _shape: Shape, _output: Shape) -> Call:
        extra = _given(options, {"stride": options["kernel"], "padding": 0})
        if options["ceil"]:
            extra["ceil_mode"] = True
        return Call(name, (options["kernel"],), extra)

    return Kind(word, f"{word}2", call, _POOL, maps=True, window=_window)


def _plain(word: str, name: str, *args: int, maps: bool | None = None) -> Kind:
    """A kind without numbers."""
    return Kind(word, word, lambda _options, _shape, _output: Call(name, args), maps=maps)


def _window(options: dict[str, Any]) -> WindowLayer:
    return WindowLayer(
        options["kernel"],
        options.get("stride", 1),
        options.get("padding", 0),
        options.get("dilation", 1),
    )


def _sum(shape: Shape, parts: list[Shape]) -> Shape | None:
    body, shortcut = [*parts, shape][:2]
    return body if body == shortcut else None


def _end_to_end(_shape: Shape, parts: list[Shape]) -> Shape | None:
    if len({part[1:] for part in parts}) > 1:
        return None
    return (sum(part[0] for part in parts), *parts[0][1:])


def _branches(entry: dict[str, Any]) -> dict[str, Any]:
    branches = entry.get("branches")
    named = enumerate(branches if isinstance(branches, list) else [], start=1)
    return {f"branch{number}": branch for number, branch in named}


_RESIDUAL = Block(
    fields=("body", "shortcut"),
    parts=lambda entry: (
        {"body": entry.get("body")}
        | ({"shortcut": entry["shortcut"]} if "shortcut" in entry else {})
    ),
    describe=lambda parts: dict(zip(("body", "shortcut"), parts, strict=False)),
    least=1,
    most=2,
    join=_sum,
    advice="give it a shortcut (a 1×1 conv) that ends in the shape of its body",
)
_CONCAT = Block(
    fields=("branches",),
    parts=_branches,
    describe=lambda parts: {"branches": list(parts)},
    least=2,
    most=MAX_BRANCHES,
    join=_end_to_end,
    advice="let all branches end in maps of the same height and width, by the same padding and "
    "strides",
)

KINDS: dict[str, Kind] = {
    "conv": Kind("c", "c16k3", _conv, _CONV, maps=True, window=_window),
    "local": Kind("lc", "lc8k3", _local, _LOCAL, maps=True, window=_window),
    "tableconv": Kind(
        "tc",
        "tc16k5",
        lambda options, _shape, _output: Call("TableConvolution", (options["kernel"],)),
        _TABLE,
        maps=True,
        window=_window,
    ),
    "maxpool": _pool("p", "MaxPool2d"),
    "avgpool": _pool("a", "AvgPool2d"),
    "batchnorm": Kind(
        "bn",
        "bn",
        lambda _options, shape, _output: Call(
            f"BatchNorm{2 if len(shape) == 3 else 1}d", shape[:1]
        ),
    ),
    "lrn": Kind("lrn", "lrn5", _response, _RESPONSE, maps=True),
    "relu": _plain("relu", "ReLU"),
    "leakyrelu": Kind(
        "leaky",
        "leaky0.1",
        lambda options, _shape, _output: Call("LeakyReLU", (options["slope"],)),
        {"slope": Option("", 0, 1, default=0.01, whole=False)},
    ),
    "gelu": _plain("gelu", "GELU"),
    "tanh": _plain("tanh", "Tanh"),
    "sigmoid": _plain("sigmoid", "Sigmoid"),
    "identity": _plain("none", "Identity"),
    "dropout": Kind(
        "drop",
        "drop0.5",
        lambda options, _shape, _output: Call("Dropout", (options["p"],)),
        {"p": Option("", 0, 1, default=0.5, whole=False)},
    ),
    "sample": _plain("sample", "Sample"),
    "gap": _plain("gap", "AdaptiveAvgPool2d", 1, maps=True),
    "upsample": Kind(
        "up",
        "up2",
        lambda options, _shape, _output: Call("Upsample", (), {"scale_factor": options["factor"]}),
        {"factor": Option("", 2, 31, required=True)},
        maps=True,
    ),
    "flatten": _plain("flatten", "Flatten", maps=True),
    "linear": Kind(
        "fc",
        "fc10",
        lambda options, shape, _output: Call("Linear", (shape[0], options["out"])),
        {"out": _OUT},
        maps=False,
    ),
    "rbf": Kind("rbf", "rbf", lambda _options, _shape, _output: Call("DigitCodes"), maps=False),
    "residual": Kind(
        "res",
        "res[c16k3p1 relu | c16k1]",
        lambda _options, _shape, _output: Call("Residual"),
        block=_RESIDUAL,
    ),
    "concat": Kind(
        "cat",
        "cat[c8k1 | c8k3p1]",
        lambda _options, _shape, _output: Call("Concat"),
        block=_CONCAT,
    ),
}
