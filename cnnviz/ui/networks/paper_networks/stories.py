"""What is told of each network: where it is from, what was new, and what was printed of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.convolution import lecture_source
from cnnviz.networks import PAPER_NETWORKS
from cnnviz.networks.papers import INCEPTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.networks.stages import Stage


@dataclass(frozen=True)
class Story:
    """What is told of a network.

    Attributes:
        title: Its name.
        year: Of the paper.
        paper: Authors, title and place.
        new: What was new in it, in one or two sentences.
        twin: What torchvision has in its place, and how that differs.
        twin_parameters: Of that network; 0 if there is none.
    """

    title: str
    year: int
    paper: str
    new: str
    twin: str
    twin_parameters: int = 0


@dataclass(frozen=True)
class Printed:
    """A number of a paper or a lecture, beside the one that is counted here.

    Attributes:
        what: What it counts.
        said: What is printed.
        counted: What the plan gives.
        note: Why they differ; empty if they agree.
        case: Id of the example of the lectures that prints it; empty if a paper does.
    """

    what: str
    said: str
    counted: int | float | str
    note: str = ""
    case: str = ""


_VGG = (
    "K. Simonyan, A. Zisserman: Very deep convolutional networks for large-scale image"
    " recognition, ICLR 2015 (arXiv 2014)"
)
_VGG_NEW = (
    "Only small windows: two 3×3 convolutions see 5×5 pixels with 18 weights instead of 25, and"
    " three see 7×7. Five blocks, each followed by pooling."
)
_RESNET = (
    "K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition, CVPR 2016"
    " (arXiv 2015)"
)
_RESNET_NEW = (
    "Each block adds what it computes to its own input, a = F(x) + x, so gradients reach the first"
    " layers whatever F does."
)
_BOTTLENECK = (
    " From 50 layers on, a block is 1×1, 3×3, 1×1: the 3×3 works on a quarter of the maps."
)
_SAME = "torchvision's network has the same weights."
_STRIDE = (
    " It halves the maps in the 3×3 convolution of a block and not in the 1×1 before it, as here"
    " and in the paper: the same weights, but {} million multiply-adds instead of {}."
)

STORIES = {
    "lenet5": Story(
        "LeNet-5", 1998,
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document"
        " recognition, Proc. IEEE 1998",
        "It read digits on bank cheques. C3 connects each of its maps to some maps of S2 only,"
        " which"
        " breaks the symmetry and saves weights; the last layer compares 84 features with a"
        " picture of"
        " each digit. The paper scales its tanh: 1.7159 tanh(2x/3).",
        "torchvision has no LeNet. Those in tutorials differ: ReLU, max pooling, C3 fully"
        " connected, a"
        " linear output: 61,706 parameters with a 28×28 input padded to 32×32.",
    ),
    "alexnet": Story(
        "AlexNet", 2012,
        "A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet classification with deep convolutional"
        " neural networks, NIPS 2012",
        "ReLU, dropout, two GPUs and a million pictures: top-5 error 15.3% where the runner-up"
        " had"
        " 26.2%. Two convolutions in groups, because each GPU had half of the maps.",
        "torchvision's AlexNet is that of a later paper (One weird trick, 2014): 64 first"
        " filters, no"
        " groups, no local response normalisation.",
        61_100_840,
    ),
    "zfnet": Story(
        "ZFNet", 2013,
        "M. Zeiler, R. Fergus: Visualizing and understanding convolutional networks, ECCV 2014"
        " (arXiv 2013)",
        "AlexNet's filters, looked at with a deconvolutional network, were too coarse: 7×7 with"
        " stride 2"
        " in place of 11×11 with stride 4, and no groups.",
        "torchvision has no ZFNet.",
    ),
    "nin": Story(
        "Network in Network", 2013,
        "M. Lin, Q. Chen, S. Yan: Network in network, ICLR 2014 (arXiv 2013)",
        "Behind each convolution come two 1×1 convolutions: a small network slides over the"
        " picture"
        " instead of a linear filter. The last maps, one for each class, are averaged: no fully"
        " connected layer. The plan is the authors' for CIFAR-10, 10 classes.",
        "torchvision has no Network in Network.",
    ),
    "vgg_a": Story("VGG A (11 layers)", 2014, _VGG, _VGG_NEW, _SAME, 132_863_336),
    "vgg_b": Story("VGG B (13 layers)", 2014, _VGG, _VGG_NEW, _SAME, 133_047_848),
    "vgg_c": Story("VGG C (16 layers)", 2014, _VGG, _VGG_NEW + " C has 1×1 where D has 3×3.",
                   "torchvision has no configuration C."),
    "vgg_d": Story("VGG D (VGG-16)", 2014, _VGG, _VGG_NEW, _SAME, 138_357_544),
    "vgg_e": Story("VGG E (VGG-19)", 2014, _VGG, _VGG_NEW, _SAME, 143_667_240),
    "googlenet": Story(
        "GoogLeNet", 2014,
        "C. Szegedy et al.: Going deeper with convolutions, CVPR 2015 (arXiv 2014)",
        "Nine inception modules look at three sizes at once. 1×1 convolutions in front keep the"
        " 3×3 and"
        " 5×5 affordable. Two more classifiers helped in training; they are left out here.",
        "torchvision's has 3×3 where the paper has 5×5, batch norm, and no biases before it.",
        6_624_904,
    ),
    "resnet18": Story("ResNet-18", 2015, _RESNET, _RESNET_NEW, _SAME, 11_689_512),
    "resnet34": Story(
        "ResNet-34", 2015, _RESNET,
        _RESNET_NEW
        + " Where the maps get smaller, 1×1 convolutions carry the input on (option B).",
        _SAME, 21_797_672,
    ),
    "resnet50": Story("ResNet-50", 2015, _RESNET, _RESNET_NEW + _BOTTLENECK,
                      _SAME + _STRIDE.format("4,089", "3,858"), 25_557_032),
    "resnet101": Story("ResNet-101", 2015, _RESNET, _RESNET_NEW + _BOTTLENECK,
                       _SAME + _STRIDE.format("7,801", "7,570"), 44_549_160),
    "resnet152": Story("ResNet-152", 2015, _RESNET, _RESNET_NEW + _BOTTLENECK,
                       _SAME + _STRIDE.format("11,514", "11,282"), 60_192_808),
    "densenet121": Story(
        "DenseNet-121", 2017,
        "G. Huang, Z. Liu, L. van der Maaten, K. Weinberger: Densely connected convolutional"
        " networks, CVPR 2017",
        "Each layer puts 32 new maps behind all maps before it and reads them all, so features"
        " are used"
        " again instead of learned again. Between the blocks, 1×1 halves the maps.",
        _SAME, 7_978_856,
    ),
}  # fmt: skip
"""By the name that `paper_network` knows."""

TITLES = {name: f"{STORIES[name].title}, {STORIES[name].year}" for name in PAPER_NETWORKS}


def line_of(case: str) -> str:
    """File and line of the lectures that print an example.

    >>> line_of("s2-alexnet-neurons-1")
    'file 002, line 852'
    """
    return lecture_source(case).rpartition("; ")[2].rstrip(")")


_NAMES = {"lenet5": ("C1", "S2", "C3", "S4", "C5", "F6", "Output")}
_WORDS = {
    "conv": "Convolution",
    "maxpool": "Pooling",
    "avgpool": "Pooling",
    "linear": "Fully connected",
    "residual": "Block",
    "concat": "Block",
    "gap": "Global average",
}


def names_of(network: str, stages: Sequence[Stage]) -> list[str]:
    """What each step of a network is called: as in its paper, or by its kind and number."""
    if network in _NAMES:
        return list(_NAMES[network])
    modules = iter(INCEPTION)
    counts: Counter[str] = Counter()
    names = []
    for stage in stages:
        word = _WORDS[stage.kind]
        counts[word] += 1
        single = word == "Global average"
        names.append(word if single else f"{word} {counts[word]}")
        if network == "googlenet" and stage.kind == "concat":
            names[-1] = f"Inception {next(modules)}"
    return names
