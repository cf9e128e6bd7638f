"""Small siblings of the networks of papers, which learn small pictures in minutes.

Each keeps the idea of its paper and gives up its size. All have batch normalisation, also those
whose paper is older: at the usual learning rates AlexNet's sibling stayed at chance without it.
"""

from collections.abc import Callable
from typing import NamedTuple

from cnnviz.networks.layers import Shape


class Sibling(NamedTuple):
    """A small sibling.

    Attributes:
        title: Name for people.
        about: What it keeps of the paper's network, in one sentence.
        line: Gives its line for an input shape and a number of classes.
    """

    title: str
    about: str
    line: Callable[[Shape, int], str]


def alexnet_line(shape: Shape, classes: int) -> str:
    """AlexNet's order of layers: large windows, a stride, LRN, overlapping pools, two groups."""
    stride = 2 if _large(shape) else 1
    return (
        f"c16k5s{stride}p2 bn relu p3s2p1 lrn5 c32k5p2g2 bn relu p3s2p1 lrn5 c48k3p1 bn relu"
        " c48k3p1g2 bn relu c32k3p1g2 bn relu p3s2p1"
        f" fc128 relu drop0.5 fc128 relu drop0.5 fc{classes}"
    )


def zfnet_line(_shape: Shape, classes: int) -> str:
    """AlexNet's sibling with a smaller first window that takes every place, and without groups."""
    return (
        "c16k3p1 bn relu p3s2p1 lrn5 c32k3p1 bn relu p3s2p1 lrn5 c48k3p1 bn relu c48k3p1 bn relu"
        f" c32k3p1 bn relu p3s2p1 fc128 relu drop0.5 fc128 relu drop0.5 fc{classes}"
    )


def nin_line(_shape: Shape, classes: int) -> str:
    """Three mlpconv blocks; the last maps are the classes, and their averages the answer."""
    return (
        "c32k5p2 bn relu c24k1 relu c16k1 relu p3s2p1 c32k5p2 bn relu c32k1 relu c32k1 relu a3s2p1"
        f" c32k3p1 bn relu c32k1 relu c{classes}k1 gap flatten"
    )


def inception_line(shape: Shape, classes: int) -> str:
    """Three inception modules of 40 maps, with 1×1 convolutions in front of the large windows."""
    module = "cat[c8k1 relu | c8k1 relu c16k3p1 relu | c4k1 relu c8k5p2 relu | p3s1p1 c8k1 relu] bn"
    return f"c16k3p1 bn relu {_pool(shape)}{module} {module} p3s2p1 {module} gap fc{classes}"


def resnet_line(shape: Shape, classes: int) -> str:
    """Three residual blocks of 16, 32 and 64 maps, as in He et al., section 4.2."""
    blocks = ["res[c16k3p1b0 bn relu c16k3p1b0 bn] relu"]
    for out in (32, 64):
        body = f"c{out}k3s2p1b0 bn relu c{out}k3p1b0 bn"
        blocks.append(f"res[{body} | c{out}k1s2b0 bn] relu")
    return f"c16k3p1b0 bn relu {_pool(shape)}{' '.join(blocks)} gap fc{classes}"


def densenet_line(shape: Shape, classes: int) -> str:
    """Two dense blocks of three layers with growth rate 8, and a transition between them."""
    block = " ".join(["cat[none | bn relu c32k1b0 bn relu c8k3p1b0]"] * 3)
    return (
        f"c16k3p1b0 bn relu {_pool(shape)}{block} bn relu c20k1b0 a2 {block} bn relu gap"
        f" fc{classes}"
    )


def _large(shape: Shape) -> bool:
    return min(shape[1:]) > 16


def _pool(shape: Shape) -> str:
    """As the papers' networks do before their first block, where there is room."""
    return "p2 " if _large(shape) else ""


SIBLINGS = {
    "alexnet": Sibling(
        "AlexNet, small",
        "AlexNet's order of layers: large windows first, response norm, overlapping pools, two"
        " groups, three fully connected layers with dropout; with batch norm, without which it"
        " learns nothing at the usual rates.",
        alexnet_line,
    ),
    "zfnet": Sibling(
        "ZFNet, small",
        "AlexNet's small sibling with smaller windows and no stride in the first layer.",
        zfnet_line,
    ),
    "nin": Sibling(
        "Network in Network, small",
        "1×1 convolutions behind each larger one, and an average instead of fully connected"
        " layers; with batch norm, which the paper had not.",
        nin_line,
    ),
    "inception": Sibling(
        "GoogLeNet, small",
        "Three inception modules: windows of several sizes side by side; with batch norm.",
        inception_line,
    ),
    "resnet": Sibling(
        "ResNet, small",
        "Three residual blocks: the input of two convolutions is added to what comes out of them.",
        resnet_line,
    ),
    "densenet": Sibling(
        "DenseNet, small",
        "Two dense blocks: each layer reads the maps of all layers before it.",
        densenet_line,
    ),
}
"""By id."""

_OF_PAPERS = {"lenet5": "lenet5", "vgg": "vgg", "googlenet": "inception"}


def sibling_of(paper: str) -> str:
    """The id in ``EXAMPLES`` of the small sibling of a paper's network.

    >>> sibling_of("resnet152"), sibling_of("googlenet")
    ('resnet', 'inception')

    Raises:
        KeyError: There is none.
    """
    family = paper.partition("_")[0].rstrip("0123456789")
    for id in (paper, family):
        if id in _OF_PAPERS or id in SIBLINGS:
            return _OF_PAPERS.get(id, id)
    raise KeyError(paper)
