"""Networks to begin one's own from: named ones, siblings of papers', and some that show a part."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.networks.catalogue import ALL_NETWORKS, NETWORKS, network_spec, networks_for
from cnnviz.networks.layers import Shape
from cnnviz.networks.line import network_from_line, network_line
from cnnviz.networks.siblings import SIBLINGS
from cnnviz.networks.spec import Spec
from cnnviz.networks.summary import summary


@dataclass(frozen=True)
class Example:
    """A network to begin from.

    Attributes:
        title: Name for people.
        about: What it shows, in one sentence.
        line: Gives its line for an input shape and a number of classes.
    """

    title: str
    about: str
    line: Callable[[Shape, int], str]


def _named(id: str) -> Example:
    info = ALL_NETWORKS[id]
    return Example(
        info.title,
        info.about,
        lambda shape, classes: network_line(network_spec(id, shape, classes)),
    )


def _two(layers: str) -> Callable[[Shape, int], str]:
    """Two convolutions, each with what follows it, and one fully connected layer."""
    return lambda _shape, classes: f"{layers} fc{classes}".strip()


_SMALL = _two("c16k3p1 relu p2 c32k3p1 relu p2")


def _dense(shape: Shape, classes: int) -> str:
    """One hidden layer, as large as the small network's multiply-adds allow."""
    side = shape[0] * shape[1] * shape[2]
    hidden = max(1, macs(network_from_line(_SMALL(shape, classes)), shape) // (side + classes))
    return f"fc{min(hidden, 4096)} relu fc{classes}"


def macs(spec: Spec, shape: Shape) -> int:
    """Multiply-adds of a whole network for one picture."""
    return sum(row.macs for row in summary(spec, shape))


EXAMPLES: dict[str, Example] = {
    **{id: _named(id) for id in NETWORKS},
    **{id: Example(*sibling) for id, sibling in SIBLINGS.items()},
    "small": Example(
        "Two convolutions",
        "A small network to build on: two convolutions, each pooled, and one fully connected "
        "layer.",
        _SMALL,
    ),
    "averaged": Example(
        "Two convolutions, average pooling",
        "The small network with average pooling, which is linear.",
        _two("c16k3p1 relu a2 c32k3p1 relu a2"),
    ),
    "linear": Example(
        "Without any activation",
        "Convolutions, average pooling and a linear layer, with nothing in between: all together "
        "it can do no more than a single linear layer.",
        _two("c16k3p1 a2 c32k3p1 a2"),
    ),
    "one": Example(
        "One linear layer",
        "Each class adds up all pixels, each with a weight of its own.",
        _two(""),
    ),
    "dense": Example(
        "One huge fully connected layer",
        "As many multiply-adds as two convolutions, but far more weights: none is used twice.",
        _dense,
    ),
    "strided": Example(
        "Stride 2 instead of pooling",
        "Convolutions that take every second step: a quarter of the multiply-adds, and nothing "
        "picks the largest of four.",
        _two("c16k3s2p1 relu c32k3s2p1 relu"),
    ),
    "unshared": Example(
        "Without shared weights",
        "Locally connected layers: as a convolution, but every place has filters of its own and "
        "must learn by itself.",
        _two("lc8k3p1 relu p2 lc16k3p1 relu p2"),
    ),
    "shared": Example(
        "With shared weights",
        "The same with convolutions: one set of filters for all places.",
        _two("c8k3p1 relu p2 c16k3p1 relu p2"),
    ),
}
"""By id. The first ones are the named networks, then come the siblings of those of papers."""


def examples_for(task: str) -> dict[str, Example]:
    """Networks to begin one's own from, for a task: a key of `cnnviz.training.tasks.TASKS`."""
    return EXAMPLES if task == "classify" else {id: _named(id) for id in networks_for(task)}
