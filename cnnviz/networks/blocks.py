"""The building blocks of famous networks, small enough to see each number, in all their variants.

Weights are not random but waves, so that a branch keeps its weights while others come and go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import torch
from torch import nn

from cnnviz.networks.build import build, pytorch_code
from cnnviz.networks.layers import Shape
from cnnviz.networks.line import network_from_line
from cnnviz.networks.spec import Spec

_BRANCHES = {
    "b1": ("c2k1 relu", "c2k1 relu"),
    "b3": ("c2k1 relu c3k3p1 relu", "c3k3p1 relu"),
    "b5": ("c1k1 relu c2k5p2 relu", "c2k5p2 relu"),
    "bp": ("p3s1p1 c2k1 relu", "p3s1p1"),
}
_WAVES = """
with torch.no_grad():
    for w in model.parameters():
        w.copy_(torch.sin(1.7 * torch.arange(w.numel()) + 0.5).reshape(w.shape))
        w.mul_(w[0].numel() ** -0.5 if w.ndim > 1 else 0)
"""


_TEMPLATES = """
with torch.no_grad():
    flat, falling = torch.eye(3)[1].expand(3, 3), torch.eye(3)
    lines = [flat.T, flat, falling, falling.flip(1)]
    for w, line in zip(model.conv1.weight, lines):
        w.copy_(line * 1.5 - 0.5)
    model.conv1.bias.fill_(-0.7)
"""


def waves(model: nn.Module) -> None:
    """Give a module weights that are waves: the same for a layer whatever is around it."""
    with torch.no_grad():
        for weights in model.parameters():
            wave = torch.sin(1.7 * torch.arange(weights.numel()) + 0.5).reshape(weights.shape)
            weights.copy_(wave * (weights[0].numel() ** -0.5 if weights.ndim > 1 else 0))


def line_templates(model: nn.Module) -> None:
    """Give the first convolution templates of lines in four directions, and a threshold."""
    conv = model.get_submodule("conv1")
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    flat = torch.eye(3)[1].expand(3, 3)
    with torch.no_grad():
        for weights, line in zip(
            conv.weight, [flat.T, flat, torch.eye(3), torch.eye(3).flip(1)], strict=True
        ):
            weights.copy_(line * 1.5 - 0.5)
        conv.bias.fill_(-0.7)


@dataclass(frozen=True)
class Control:
    """What can be changed of a block.

    Attributes:
        key: Its name.
        title: What it is called.
        options: Its values, each with its title.
        start: The value at first.
    """

    key: str
    title: str
    options: Mapping[str, str]
    start: str


@dataclass(frozen=True)
class BuildingBlock:
    """A building block.

    Attributes:
        title: What it is called.
        about: What to look for, in one or two sentences.
        controls: What can be changed.
        line: The layers, as a line, for a value of each control; empty if they make no block.
        scaled: Name of the weights that a slider scales; empty for none.
        fill: Code that gives `model` its weights.
        weights: Does the same.
        compares: Whether the maps of each picture are compared with those of the first.
        titles: What its rows are called, the input first; empty for names by what they do.
    """

    title: str
    about: str
    controls: tuple[Control, ...]
    line: Callable[[Mapping[str, str]], str]
    scaled: str = ""
    fill: str = _WAVES
    weights: Callable[[nn.Module], None] = waves
    compares: bool = False
    titles: tuple[str, ...] = ()


def _inception(chosen: Mapping[str, str]) -> str:
    front = chosen["front"] == "yes"
    parts = [way[0 if front else 1] for key, way in _BRANCHES.items() if chosen[key] == "on"]
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else f"cat[{' | '.join(parts)}]"


def _switch(key: str, title: str) -> Control:
    return Control(key, title, {"on": "on", "off": "off"}, "on")


def _count(key: str, title: str, low: int, high: int, start: int) -> Control:
    return Control(key, title, {str(n): str(n) for n in range(low, high + 1)}, str(start))


NEOCOGNITRON = BuildingBlock(
    "Neocognitron",
    "S cells find lines in four directions, each where its template fits better than a threshold."
    " C cells answer if any S cell near them does. Shift the digit: the S cells change, the C cells"
    " hardly.",
    (Control("pool", "C cells look at", {"2": "2×2", "4": "4×4"}, "4"),),
    lambda chosen: f"c4k3p1 relu p{chosen['pool']}s2",
    fill=_TEMPLATES,
    weights=line_templates,
    compares=True,
    titles=("Input", "S cells", "C cells"),
)
"""Two layers of Fukushima's network of 1980, with templates that are given and not learned."""

BLOCKS = {
    "inception": BuildingBlock(
        "Inception module",
        "Branches look at the same input through windows of different sizes, and their maps are"
        " stacked. A 1×1 convolution in front makes the large windows cheap.",
        (
            _switch("b1", "1×1"),
            _switch("b3", "3×3"),
            _switch("b5", "5×5"),
            _switch("bp", "Pooling"),
            Control("front", "1×1 in front", {"yes": "yes", "no": "no"}, "yes"),
        ),
        _inception,
    ),
    "residual": BuildingBlock(
        "Residual block",
        "The output is a = F(x) + x. Scale F: at 0 the block is the identity, and its derivative is"
        " 1, whatever the weights.",
        (),
        lambda _: "res[c4k3p1 relu c4k3p1]",
        "residual1.body.conv2.weight",
    ),
    "dense": BuildingBlock(
        "Dense block",
        "Each layer reads all the maps before it and appends new ones, as many as the growth rate"
        " says.",
        (_count("layers", "Layers", 1, 4, 3), _count("growth", "Growth rate", 1, 4, 2)),
        lambda chosen: " ".join(
            [f"cat[none | c{chosen['growth']}k3p1 relu]"] * int(chosen["layers"])
        ),
    ),
    "mlpconv": BuildingBlock(
        "mlpconv (Network in Network)",
        "After the 3×3 convolution, 1×1 convolutions mix the maps at each position: a small network"
        " slides over the picture instead of a linear filter.",
        (_count("depth", "1×1 layers after it", 0, 2, 2),),
        lambda chosen: " ".join(["c4k3p1 relu", *["c4k1 relu"] * int(chosen["depth"])]),
    ),
    "separable": BuildingBlock(
        "Grouped and depthwise convolution",
        "In a grouped convolution, each filter reads only some of the maps; in a depthwise one, a"
        " single map. A 1×1 convolution after it mixes them again, with far fewer weights than one"
        " full convolution.",
        (
            Control(
                "kind",
                "Kind",
                {
                    "c4k3p1": "full",
                    "c4k3p1g2": "2 groups",
                    "c4k3p1g4": "depthwise",
                    "c4k3p1g4 c4k1": "depthwise, then 1×1",
                },
                "c4k3p1",
            ),
        ),
        lambda chosen: chosen["kind"],
    ),
}
"""By the name that the address knows."""


def variants(block: BuildingBlock) -> dict[tuple[str, ...], Spec]:
    """Each way in which a block can be set, with its layers."""
    keys = [control.key for control in block.controls]
    found: dict[tuple[str, ...], Spec] = {}
    for values in product(*(control.options for control in block.controls)):
        line = block.line(dict(zip(keys, values, strict=True)))
        if line:
            found[values] = network_from_line(line)
    return found


def filled(block: BuildingBlock, spec: Spec, shape: Shape) -> nn.Sequential:
    """The module of a variant, with the block's weights."""
    model = build(spec, shape).eval()
    block.weights(model)
    return model


def block_code(block: BuildingBlock, spec: Spec, shape: Shape) -> str:
    """PyTorch code that prints the maps that a block gives, with words to be replaced in it.

    Args:
        block: The block.
        spec: The layers of one of its variants.
        shape: C, H, W of the picture, for which `PICTURE` stands in the code. `SCALE` stands for
            what the scaled weights are multiplied by.
    """
    code = pytorch_code(spec, shape)
    code = code[: code.index("\nprint(")]
    factor = f"    model.{block.scaled}.mul_(SCALE)\n" if block.scaled else ""
    return (
        f"{code}\n{block.fill}{factor}x = torch.tensor(PICTURE)\nprint(model.eval()(x[None])[0])\n"
    )
