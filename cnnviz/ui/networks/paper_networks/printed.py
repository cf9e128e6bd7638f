"""The numbers that papers and lectures print of the networks, each counted again from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks import paper_network, summary
from cnnviz.ui.networks.paper_networks.stories import Printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.networks.stages import Stage

_VGG_MILLIONS = {"vgg_a": 133, "vgg_b": 133, "vgg_c": 134, "vgg_d": 138, "vgg_e": 144}
_DEPTH = {"vgg_a": 11, "vgg_b": 13, "vgg_c": 16, "vgg_d": 16, "vgg_e": 19}
# 10⁹ multiply-adds, from table 1 of the paper; parameters are not printed there.
_RESNET_GIGA = {
    "resnet18": 1.8,
    "resnet34": 3.6,
    "resnet50": 3.8,
    "resnet101": 7.6,
    "resnet152": 11.3,
}


def printed(name: str, stages: Sequence[Stage]) -> list[Printed]:
    """What is printed of a network, beside what is counted.

    Args:
        name: As `paper_network` knows it.
        stages: Its steps.
    """
    parameters = sum(stage.parameters for stage in stages)
    macs = sum(stage.macs for stage in stages)
    family = name.split("_", maxsplit=1)[0].rstrip("0123456789")
    if name == "lenet5":
        return _lenet5(stages, parameters)
    if name == "alexnet":
        return _alexnet(stages, parameters)
    if name == "zfnet":
        return [
            Printed(
                "Side of the maps, layer by layer",
                "110, 55, 26, 13, 13, 13, 13, 6",
                ", ".join(str(stage.shape[1]) for stage in stages if len(stage.shape) == 3),
            )
        ]
    if name == "nin":
        convolutions = sum(stage.kind == "conv" for stage in stages)
        return [
            Printed(
                "mlpconv layers",
                "3",
                convolutions // 3,
                "each is one wide convolution and two of 1×1",
            )
        ]
    if family == "vgg":
        return _vgg(name, stages, parameters)
    if name == "googlenet":
        return _googlenet(stages, parameters, macs)
    if family == "resnet":
        layers = _weight_layers(name)
        return [
            Printed(
                "Layers with weights",
                name.removeprefix("resnet"),
                layers,
                "those on shortcuts are not counted",
            ),
            Printed(
                "Multiply-adds",
                f"{_RESNET_GIGA[name]} · 10⁹",
                f"{macs / 1e9:.2f} · 10⁹",
                "the paper calls them FLOPs, and rounds down",
            ),
        ]
    layers = _weight_layers(name)
    return [
        Printed("Layers with weights", "121", layers),
        Printed("Parameters", "about 8 million", parameters, "read off figure 3 of the paper"),
    ]


def _lenet5(stages: Sequence[Stage], parameters: int) -> list[Printed]:
    said = (156, 12, 1_516, 32, 48_120, 10_164)
    names = ("C1", "S2", "C3", "S4", "C5", "F6")
    rows = [
        Printed(f"Parameters of {name}", f"{number:,}", stage.parameters)
        for name, number, stage in zip(names, said, stages, strict=False)
    ]
    connected = ("122,304", "5,880", "151,600", "2,000", "48,120", "10,164")
    rows += [
        Printed(f"Connections of {name}", number, count)
        for name, number, count in zip(names, connected, connections(stages), strict=False)
    ]
    return [
        *rows,
        Printed("Parameters", "60,000", parameters),
        Printed(
            "Connections",
            "340,908",
            sum(connections(stages)),
            "with 840 to the codes of the digits",
        ),
    ]


def connections(stages: Sequence[Stage]) -> list[int]:
    """Connections of each step of LeNet-5, as its paper counts them: with one bias for each unit.

    A unit of a subsampling layer has its four inputs and a bias; the codes of the digits have none.
    """
    counts = []
    for stage in stages:
        if stage.kind == "avgpool":
            counts.append(5 * stage.units)
        else:
            counts.append(stage.macs + (stage.kind != "rbf") * stage.units)
    return counts


def _alexnet(stages: Sequence[Stage], parameters: int) -> list[Printed]:
    layers = [stage for stage in stages if stage.kind in {"conv", "linear"}]
    said = ("253,440", "186,624", "64,896", "64,896", "43,264", "4,096", "4,096", "1,000")
    slip = "55·55·96; the paper's number, which the lecture copies, is 55·48·96: no square maps"
    rows = [
        Printed(
            f"Neurons of layer {at}",
            number,
            stage.units,
            slip if at == 1 else "",
            "s2-alexnet-neurons-1" if at == 1 else "s2-alexnet-neurons-2-8",
        )
        for at, (number, stage) in enumerate(zip(said, layers, strict=True), start=1)
    ]
    return [
        Printed(
            "Side of the input",
            "224",
            227,
            "(224 − 11)/4 + 1 = 54.25 does not fit; (227 − 11)/4 + 1 = 55 does",
            "s2-alexnet-input",
        ),
        *rows,
        Printed("Parameters", "60 million", parameters, case="s1-alexnet-60M"),
        Printed(
            "Parameters without groups",
            "",
            _ungrouped(),
            "each filter would read all maps",
            "s1-alexnet-60M",
        ),
    ]


def _ungrouped() -> int:
    """Parameters of AlexNet if each convolution read all maps."""
    spec, shape = paper_network("alexnet")
    whole = type(spec)(
        {key: value for key, value in layer.items() if key != "groups"} for layer in spec
    )
    return sum(row.parameters for row in summary(whole, shape))


def _vgg(name: str, stages: Sequence[Stage], parameters: int) -> list[Printed]:
    connected = sum(stage.parameters for stage in stages if stage.kind == "linear")
    layers = sum(stage.kind in {"conv", "linear"} for stage in stages)
    slip = (
        "the lecture prints three convolutions in blocks 3 to 5 of E, which would be D again:"
        " there"
        " are four"
    )
    return [
        Printed(
            "Layers with weights",
            str(_DEPTH[name]),
            layers,
            slip if name == "vgg_e" else "",
            "s2-vgg-E-column" if name == "vgg_e" else "s2-vgg-layer-counts",
        ),
        Printed("Parameters", f"{_VGG_MILLIONS[name]} million", parameters, case="s2-vgg-params"),
        Printed(
            "… of them fully connected",
            "",
            f"{connected:,} ({connected / parameters:.0%})",
            "most parameters; most of the work is in the convolutions",
        ),
    ]


def _googlenet(stages: Sequence[Stage], parameters: int, macs: int) -> list[Printed]:
    modules = sum(stage.kind == "concat" for stage in stages)
    return [
        Printed("Inception modules", "9", modules, case="s1-9-inception"),
        Printed(
            "Parameters",
            "4 million",
            parameters,
            "the lecture's number is not that of the paper's table; without the last layer"
            f" {parameters - stages[-1].parameters:,}",
            "s1-googlenet-4M",
        ),
        Printed(
            "Fewer parameters than AlexNet",
            "12 times",
            f"{60_965_224 / parameters:.1f} times",
            "12 is what the paper says",
            "s1-googlenet-4M",
        ),
        Printed(
            "Multiply-adds",
            "1.5 · 10⁹",
            f"{macs / 1e9:.2f} · 10⁹",
            "1.5 is the budget that the paper names",
        ),
    ]


def _weight_layers(name: str) -> int:
    rows = summary(*paper_network(name))
    return sum(row.kind in {"conv", "linear"} and ".shortcut." not in row.name for row in rows)
