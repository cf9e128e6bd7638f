"""The networks that made history, as their papers describe them.

Libraries have networks of the same names that differ: torchvision's AlexNet is a later one with
64 first filters, and its GoogLeNet has 3×3 where the paper has 5×5. These are the papers'.
"""

from collections.abc import Callable
from functools import partial

import torch

from cnnviz.networks.build import build, pytorch_code
from cnnviz.networks.layers import NetworkError, Shape
from cnnviz.networks.line import network_from_line
from cnnviz.networks.spec import Spec
from cnnviz.networks.summary import summary

# Of each inception module: 1×1; 1×1 before 3×3, 3×3; 1×1 before 5×5, 5×5; 1×1 behind the pool.
INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""The widths of GoogLeNet's modules, from table 1 of its paper."""

_IMAGENET = (3, 224, 224)
_FULLY_CONNECTED = "flatten fc4096 relu drop0.5 fc4096 relu drop0.5 fc1000"


def paper_network(name: str) -> tuple[Spec, Shape]:
    """The network of a paper, as a description.

    What a pool does at the edge, and dropout, are taken from the authors' code where the paper
    is silent. Auxiliary classifiers, which only help training, are left out.

    Args:
        name: One of ``PAPER_NETWORKS``.

    Returns:
        The layers, and C, H, W of the pictures that the network takes. Some are larger than what
        ``build`` gives memory to; on the device ``meta``, building them takes none.

    Raises:
        NetworkError: There is no such network here.

    Example:
        >>> spec, shape = paper_network("lenet5")
        >>> shape, spec[0]
        ((1, 32, 32), {'layer': 'conv', 'out': 6, 'kernel': 5})
    """
    if name not in _PAPERS:
        raise NetworkError(f"There is no network “{name}”; choose one of {', '.join(_PAPERS)}.")
    make, shape = _PAPERS[name]
    return make(), shape


def paper_code(name: str) -> str:
    """PyTorch code that makes the network of a paper without numbers, and counts its parameters.

    Raises:
        NetworkError: There is no such network here.
    """
    spec, shape = paper_network(name)
    made = "from torch import nn\n"
    meta = '\ntorch.set_default_device("meta")  # shapes without numbers: no memory is taken\n'
    counted = sum(row.parameters for row in summary(spec, shape))
    return (
        pytorch_code(spec, shape).replace(made, made + meta, 1)
        + f"print(sum(w.numel() for w in model.parameters()))  # {counted}\n"
    )


def counted_by_pytorch(name: str) -> tuple[int, int]:
    """Build the network of a paper without numbers, and let a picture go through.

    Returns:
        How many parameters PyTorch counts, and how many scores a picture gets.

    Raises:
        NetworkError: There is no such network here.
    """
    spec, shape = paper_network(name)
    with torch.device("meta"):
        model = build(spec, shape).eval()
        scores = model(torch.empty(1, *shape))
    return sum(weights.numel() for weights in model.parameters()), scores.shape[1]


def _of(*lines: str) -> Spec:
    return [layer for line in lines for layer in network_from_line(line)]


def _lenet5() -> Spec:
    # A subsampling layer of the paper averages and gives each map one factor and one bias.
    return _of(
        "c6k5 tanh a2 c6k1g6 tanh",
        "tc16k5 tanh a2 c16k1g16 tanh",
        "c120k5 tanh flatten fc84 tanh rbf",
    )


def _alexnet() -> Spec:
    return _of(
        "c96k11s4 relu lrn5 p3s2",
        "c256k5p2g2 relu lrn5 p3s2",
        "c384k3p1 relu c384k3p1g2 relu c256k3p1g2 relu p3s2",
        "flatten drop0.5 fc4096 relu drop0.5 fc4096 relu fc1000",
    )


def _zfnet() -> Spec:
    return _of(
        "c96k7s2p1 relu p3s2p1 lrn5",
        "c256k5s2 relu p3s2p1 lrn5",
        "c384k3p1 relu c384k3p1 relu c256k3p1 relu p3s2",
        _FULLY_CONNECTED,
    )


def _nin() -> Spec:
    return _of(
        "c192k5p2 relu c160k1 relu c96k1 relu p3s2c1 drop0.5",
        "c192k5p2 relu c192k1 relu c192k1 relu a3s2c1 drop0.5",
        "c192k3p1 relu c192k1 relu c10k1 relu gap flatten",
    )


def _vgg(convolutions: str, kernel_of_last: int = 3) -> Spec:
    """Five blocks with as many convolutions each as the digits say."""
    blocks = []
    for count, out in zip(map(int, convolutions), (64, 128, 256, 512, 512), strict=True):
        kernels = [3] * min(count, 2) + [kernel_of_last] * (count - 2)
        words = [f"c{out}k{kernel}p{kernel // 2} relu" for kernel in kernels]
        blocks.append(" ".join([*words, "p2"]))
    return _of(*blocks, _FULLY_CONNECTED)


def _googlenet() -> Spec:
    modules = {
        name: f"cat[c{one}k1 relu | c{before3}k1 relu c{three}k3p1 relu"
        f" | c{before5}k1 relu c{five}k5p2 relu | p3s1p1 c{behind}k1 relu]"
        for name, (one, before3, three, before5, five, behind) in INCEPTION.items()
    }
    return _of(
        "c64k7s2p3 relu p3s2c1 lrn5 c64k1 relu c192k3p1 relu lrn5 p3s2c1",
        *(modules[name] for name in ("3a", "3b")),
        "p3s2c1",
        *(modules[name] for name in ("4a", "4b", "4c", "4d", "4e")),
        "p3s2c1",
        *(modules[name] for name in ("5a", "5b")),
        "gap flatten drop0.4 fc1000",
    )


def _resnet(*counts: int, bottleneck: bool) -> Spec:
    lines = ["c64k7s2p3b0 bn relu p3s2p1"]
    inputs = 64
    for stage, count in enumerate(counts):
        width = 64 * 2**stage
        out = 4 * width if bottleneck else width
        for block in range(count):
            stride = 2 if stage and not block else 1
            body = (
                f"c{width}k1s{stride}b0 bn relu c{width}k3p1b0 bn relu c{out}k1b0 bn"
                if bottleneck
                else f"c{width}k3s{stride}p1b0 bn relu c{width}k3p1b0 bn"
            )
            way = f" | c{out}k1s{stride}b0 bn" if (inputs, 1) != (out, stride) else ""
            lines.append(f"res[{body}{way}] relu")
            inputs = out
    return _of(*lines, "gap flatten fc1000")


def _densenet(*counts: int, growth: int = 32) -> Spec:
    lines = ["c64k7s2p3b0 bn relu p3s2p1"]
    channels = 64
    for block, count in enumerate(counts):
        if block:
            channels //= 2
            lines.append(f"bn relu c{channels}k1b0 a2")
        layer = f"cat[none | bn relu c{4 * growth}k1b0 bn relu c{growth}k3p1b0]"
        lines += [layer] * count
        channels += count * growth
    return _of(*lines, "bn relu gap flatten fc1000")


_PAPERS: dict[str, tuple[Callable[[], Spec], Shape]] = {
    "lenet5": (_lenet5, (1, 32, 32)),
    "alexnet": (_alexnet, (3, 227, 227)),
    "zfnet": (_zfnet, _IMAGENET),
    "nin": (_nin, (3, 32, 32)),
    "vgg_a": (partial(_vgg, "11222"), _IMAGENET),
    "vgg_b": (partial(_vgg, "22222"), _IMAGENET),
    "vgg_c": (partial(_vgg, "22333", 1), _IMAGENET),
    "vgg_d": (partial(_vgg, "22333"), _IMAGENET),
    "vgg_e": (partial(_vgg, "22444"), _IMAGENET),
    "googlenet": (_googlenet, _IMAGENET),
    "resnet18": (partial(_resnet, 2, 2, 2, 2, bottleneck=False), _IMAGENET),
    "resnet34": (partial(_resnet, 3, 4, 6, 3, bottleneck=False), _IMAGENET),
    "resnet50": (partial(_resnet, 3, 4, 6, 3, bottleneck=True), _IMAGENET),
    "resnet101": (partial(_resnet, 3, 4, 23, 3, bottleneck=True), _IMAGENET),
    "resnet152": (partial(_resnet, 3, 8, 36, 3, bottleneck=True), _IMAGENET),
    "densenet121": (partial(_densenet, 6, 12, 24, 16), _IMAGENET),
}
PAPER_NETWORKS = tuple(_PAPERS)
