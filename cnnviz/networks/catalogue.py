"""The networks offered by name, each fitted to the pictures it is for."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.networks.layers import NetworkError, Shape
from cnnviz.networks.plan import Spec, plan

MIN_SIDE = 8


@dataclass(frozen=True)
class NetworkInfo:
    """A network by name.

    Attributes:
        id: Short name, as :func:`network_spec` takes it.
        title: Name for people.
        about: One sentence on what it is.
        source: The paper it follows.
        layers: Gives its layers for an input shape and a number of classes.
    """

    id: str
    title: str
    about: str
    source: str
    layers: Callable[[Shape, int], Spec]


def network_spec(id: str, input_shape: Shape, classes: int) -> Spec:
    """Describe a named network for pictures of a shape.

    Args:
        id: A key of ``NETWORKS``.
        input_shape: C, H, W; at least 8×8.
        classes: Number of classes, at least 2.

    Returns:
        The layers, as data that JSON can hold.

    Raises:
        NetworkError: Unknown id, or pictures or classes that it cannot work with.
    """
    info = NETWORKS.get(id)
    if info is None:
        raise NetworkError(f"There is no network “{id}”; choose one of {', '.join(NETWORKS)}.")
    if min(input_shape[1:]) < MIN_SIDE:
        raise NetworkError(
            f"{info.title} needs pictures of at least {MIN_SIDE}×{MIN_SIDE}, not "
            f"{'×'.join(map(str, input_shape[1:]))}."
        )
    if classes < 2:
        raise NetworkError(f"{info.title} needs at least 2 classes to tell apart, not {classes}.")
    spec = info.layers(input_shape, classes)
    plan(spec, input_shape)
    return spec


def _gap(shape: Shape, classes: int) -> Spec:
    """Three or more 3×3 convolutions of 16, 32, 64 … channels; the first ones are pooled.

    The maps are halved until no side is above 8, at least once: 8×8 pictures end in 4×4 maps,
    28×28 in 7×7, 32×32 and 64×64 in 8×8.
    """
    pools = _halvings(max(shape[1:]), until=8)
    spec: Spec = []
    for block in range(max(3, pools)):
        spec.append({"layer": "conv", "out": min(16 * 2**block, 64), "kernel": 3, "padding": 1})
        if block < pools:
            spec.append({"layer": "maxpool", "kernel": 2})
        spec += [{"layer": "batchnorm"}, {"layer": "relu"}]
    return [*spec, {"layer": "gap"}, {"layer": "flatten"}, {"layer": "linear", "out": classes}]


def _lenet5(shape: Shape, classes: int) -> Spec:
    """LeNet-5 with the full second convolution; padded where a picture is below its 32×32."""
    side = min(shape[1:])
    return [
        {"layer": "conv", "out": 6, "kernel": 5, "padding": 0 if side >= 32 else 2},
        {"layer": "tanh"},
        {"layer": "avgpool", "kernel": 2},
        {"layer": "conv", "out": 16, "kernel": 5, "padding": 0 if side >= 20 else 2},
        {"layer": "tanh"},
        {"layer": "avgpool", "kernel": 2},
        {"layer": "flatten"},
        {"layer": "linear", "out": 120},
        {"layer": "tanh"},
        {"layer": "linear", "out": 84},
        {"layer": "tanh"},
        {"layer": "linear", "out": classes},
    ]


def _vgg(shape: Shape, classes: int) -> Spec:
    """Pairs of 3×3 convolutions, each pair pooled; one more pair above 32 pixels."""
    spec: Spec = []
    for out in (16, 32, 64) if max(shape[1:]) <= 32 else (16, 32, 64, 64):
        for _ in range(2):
            spec += [
                {"layer": "conv", "out": out, "kernel": 3, "padding": 1},
                {"layer": "batchnorm"},
                {"layer": "relu"},
            ]
        spec.append({"layer": "maxpool", "kernel": 2})
    return [
        *spec,
        {"layer": "flatten"},
        {"layer": "linear", "out": 128},
        {"layer": "relu"},
        {"layer": "dropout", "p": 0.5},
        {"layer": "linear", "out": classes},
    ]


def _halvings(side: int, until: int) -> int:
    """How often a side must be halved to be at most ``until``, at least once."""
    count = 1
    while side >> count > until:
        count += 1
    return count


NETWORKS: dict[str, NetworkInfo] = {
    info.id: info
    for info in (
        NetworkInfo(
            "gap",
            "GAP net",
            "Three small convolutions, averaged over the picture: fast, and it can show exactly "
            "where it looked.",
            "B. Zhou et al., Learning deep features for discriminative localization, 2016",
            _gap,
        ),
        NetworkInfo(
            "lenet5",
            "LeNet-5",
            "The classic digit reader: two convolutions, average pooling, tanh and three fully "
            "connected layers.",
            "Y. LeCun et al., Gradient-based learning applied to document recognition, 1998",
            _lenet5,
        ),
        NetworkInfo(
            "vgg",
            "VGG-style stack",
            "Pairs of 3×3 convolutions between pools, narrow enough for a laptop.",
            "K. Simonyan and A. Zisserman, Very deep convolutional networks, 2015; with batch "
            "normalisation",
            _vgg,
        ),
    )
}
