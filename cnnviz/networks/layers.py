"""The kinds of layer a network may have, and how each is written in PyTorch.

A layer is described once, as the name of a ``torch.nn`` class and its arguments. The module, its
printed code and its parameter count all come from that description, so they cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cnnviz.convolution import WindowLayer

Shape = tuple[int, ...]


class NetworkError(ValueError):
    """A network cannot be built; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Call:
    """A ``torch.nn`` class and the arguments to make it with; all are plain numbers."""

    name: str
    args: tuple[int | float, ...] = ()
    kwargs: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [repr(value) for value in self.args]
        parts += [f"{key}={value!r}" for key, value in self.kwargs.items()]
        return f"nn.{self.name}({', '.join(parts)})"


@dataclass(frozen=True)
class Option:
    """A number in a layer's description: its limits, and its value if it is left out.

    ``None`` as the default of one that is not required means "as the kernel".
    """

    low: float
    high: float
    default: float | None = None
    required: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    Attributes:
        options: Its numbers.
        call: Gives the ``torch.nn`` call, from the options and the input's shape.
        maps: True if the input must be C×H×W, False if it must be flat, None if either will do.
        window: Gives the window it slides, if it slides one.
    """

    options: dict[str, Option]
    call: Callable[[dict[str, Any], Shape], Call]
    maps: bool | None = None
    window: Callable[[dict[str, Any]], WindowLayer] | None = None


_OUT = Option(1, 4096, required=True)
_WINDOW = {
    "kernel": Option(1, 31, required=True),
    "stride": Option(1, 16, default=1),
    "padding": Option(0, 31, default=0),
}
_POOL = _WINDOW | {"stride": Option(1, 16)}


def _given(options: dict[str, int], defaults: dict[str, int]) -> dict[str, int]:
    """The options worth writing down: those that differ from PyTorch's defaults."""
    return {key: options[key] for key, usual in defaults.items() if options[key] != usual}


def _conv(options: dict[str, Any], shape: Shape) -> Call:
    extra = _given(options, {"stride": 1, "padding": 0, "dilation": 1})
    return Call("Conv2d", (shape[0], options["out"]), {"kernel_size": options["kernel"]} | extra)


def _pool(name: str) -> Callable[[dict[str, Any], Shape], Call]:
    def call(options: dict[str, Any], _: Shape) -> Call:
        extra = _given(options, {"stride": options["kernel"], "padding": 0})
        return Call(name, (options["kernel"],), extra)

    return call


def _batchnorm(_: dict[str, Any], shape: Shape) -> Call:
    return Call("BatchNorm2d" if len(shape) == 3 else "BatchNorm1d", (shape[0],))


def _pool_window(options: dict[str, Any]) -> WindowLayer:
    return WindowLayer(options["kernel"], options["stride"], options["padding"])


def _conv_window(options: dict[str, Any]) -> WindowLayer:
    return WindowLayer(
        options["kernel"], options["stride"], options["padding"], options["dilation"]
    )


KINDS: dict[str, Kind] = {
    "conv": Kind(
        {"out": _OUT} | _WINDOW | {"dilation": Option(1, 16, default=1)},
        _conv,
        maps=True,
        window=_conv_window,
    ),
    "maxpool": Kind(_POOL, _pool("MaxPool2d"), maps=True, window=_pool_window),
    "avgpool": Kind(_POOL, _pool("AvgPool2d"), maps=True, window=_pool_window),
    "batchnorm": Kind({}, _batchnorm),
    "relu": Kind({}, lambda _options, _shape: Call("ReLU")),
    "tanh": Kind({}, lambda _options, _shape: Call("Tanh")),
    "dropout": Kind(
        {"p": Option(0, 1, default=0.5, whole=False)},
        lambda options, _shape: Call("Dropout", (options["p"],)),
    ),
    "gap": Kind({}, lambda _options, _shape: Call("AdaptiveAvgPool2d", (1,)), maps=True),
    "flatten": Kind({}, lambda _options, _shape: Call("Flatten"), maps=True),
    "linear": Kind(
        {"out": _OUT},
        lambda options, shape: Call("Linear", (shape[0], options["out"])),
        maps=False,
    ),
}
