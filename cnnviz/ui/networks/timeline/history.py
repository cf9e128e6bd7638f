"""What happened when: facts, each with its source, since nothing here can compute them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Landmark:
    """A step in the history of convolutional networks.

    Attributes:
        year: When it became known: of the preprint or the challenge, where that came first.
        name: Of the network or the idea.
        who: Its authors.
        what: What it brought, in a few words.
        source: Where it is published.
        error: Top-5 error in percent on ImageNet's validation pictures, of one network, as its
            paper or that of ResNet gives it; None if there is no such number.
        parameters: Weights and biases; None if it is no network or unknown.
        macs: Multiply-adds for one picture; None likewise.
        plan: Its name among the networks of papers; empty if it is none of them.
        side: Where its name stands beside its point.
    """

    year: int
    name: str
    who: str
    what: str
    source: str
    error: float | None = None
    parameters: int | None = None
    macs: int | None = None
    plan: str = ""
    side: str = "top center"


LANDMARKS = (
    Landmark(1959, "Simple and complex cells", "D. Hubel, T. Wiesel",
             "Cells in a cat's visual cortex respond to bars of light in one direction.",
             "Journal of Physiology 148"),
    Landmark(1980, "Neocognitron", "K. Fukushima",
             "Layers of S cells that find features and C cells that tolerate shifts.",
             "Biological Cybernetics 36; with S. Miyake, Pattern Recognition 15, 1982"),
    Landmark(1989, "LeNet, the first", "Y. LeCun et al.",
             "Shared weights learned by backpropagation; it read zip codes.",
             "Neural Computation 1(4)", parameters=9_760),
    Landmark(1998, "LeNet-5", "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
             "Convolutions and subsampling in turn; it read cheques.",
             "Proceedings of the IEEE 86", parameters=60_000, macs=328_096, plan="lenet5"),
    Landmark(2009, "ImageNet", "J. Deng et al.", "Millions of labelled pictures.", "CVPR 2009"),
    Landmark(2012, "AlexNet", "A. Krizhevsky, I. Sutskever, G. Hinton",
             "ReLU, dropout, two GPUs: deep learning wins ILSVRC.", "NIPS 2012",
             18.2, 60_965_224, 724_406_816, "alexnet"),
    Landmark(2013, "ZFNet", "M. Zeiler, R. Fergus",
             "AlexNet, improved after looking inside.", "ECCV 2014, arXiv:1311.2901",
             16.5, 62_357_608, 1_168_032_896, "zfnet", "top right"),
    Landmark(2013, "Network in Network", "M. Lin, Q. Chen, S. Yan",
             "1×1 convolutions; global average pooling instead of dense layers.",
             "ICLR 2014, arXiv:1312.4400", parameters=966_986, macs=222_486_528, plan="nin"),
    Landmark(2014, "Two-stream network", "K. Simonyan, A. Zisserman",
             "One network for a frame, one for optical flow: actions in videos.",
             "NIPS 2014, arXiv:1406.2199"),
    Landmark(2014, "VGG-16", "K. Simonyan, A. Zisserman",
             "Only 3×3 windows, and 16 layers of them.", "ICLR 2015, arXiv:1409.1556",
             9.33, 138_357_544, 15_470_264_320, "vgg_d", "top center"),
    Landmark(2014, "GoogLeNet", "C. Szegedy et al.",
             "Inception modules: three sizes at once, for few parameters.",
             "CVPR 2015, arXiv:1409.4842", 9.15, 6_998_552, 1_582_671_872,
             "googlenet", "bottom center"),
    Landmark(2014, "Deep Fried", "Z. Yang et al.",
             "Dense layers replaced by a fast structured transform.",
             "ICCV 2015, arXiv:1412.7149"),
    Landmark(2015, "ResNet-34", "K. He, X. Zhang, S. Ren, J. Sun",
             "Blocks add to their input, so depth pays.", "CVPR 2016, arXiv:1512.03385",
             7.46, 21_797_672, 3_663_761_408, "resnet34", "top right"),
    Landmark(2015, "ResNet-50", "K. He, X. Zhang, S. Ren, J. Sun",
             "The same with bottlenecks.", "CVPR 2016, arXiv:1512.03385",
             6.71, 25_557_032, 3_857_973_248, "resnet50", "middle left"),
    Landmark(2015, "ResNet-101", "K. He, X. Zhang, S. Ren, J. Sun",
             "The same, 101 layers.", "CVPR 2016, arXiv:1512.03385",
             6.05, 44_549_160, 7_570_194_432, "resnet101", "bottom left"),
    Landmark(2015, "ResNet-152", "K. He, X. Zhang, S. Ren, J. Sun",
             "The deepest of the winners.", "CVPR 2016, arXiv:1512.03385",
             5.71, 60_192_808, 11_282_415_616, "resnet152", "bottom right"),
    Landmark(2016, "DenseNet-121", "G. Huang, Z. Liu, L. van der Maaten, K. Weinberger",
             "Each layer reads the maps of all layers before it.",
             "CVPR 2017, arXiv:1608.06993", 6.66, 7_978_856, 2_834_161_664,
             "densenet121", "top right"),
    Landmark(2017, "MobileNet", "A. Howard et al.",
             "Depthwise separable convolutions, for phones.", "arXiv:1704.04861",
             parameters=4_200_000, macs=569_000_000),
    Landmark(2019, "EfficientNet-B0", "M. Tan, Q. Le",
             "Depth, width and resolution scaled together.", "ICML 2019, arXiv:1905.11946",
             6.7, 5_300_000, 390_000_000, side="bottom center"),
    Landmark(2019, "EfficientNet-B7", "M. Tan, Q. Le",
             "The largest of that family.", "ICML 2019, arXiv:1905.11946",
             3.0, 66_000_000, 37_000_000_000, side="middle left"),
    Landmark(2020, "Vision Transformer", "A. Dosovitskiy et al.",
             "No convolution: attention between patches of 16×16.",
             "ICLR 2021, arXiv:2010.11929", parameters=86_000_000),
    Landmark(2022, "ConvNeXt-T", "Z. Liu et al.",
             "A ResNet modernised until it keeps up with transformers.",
             "CVPR 2022, arXiv:2201.03545", parameters=29_000_000, macs=4_500_000_000),
)  # fmt: skip

WINNERS = (
    (2010, "NEC-UIUC", 28.2, False),
    (2011, "XRCE", 25.8, False),
    (2012, "SuperVision (AlexNet)", 16.4, True),
    (2013, "Clarifai (after ZFNet)", 11.7, True),
    (2014, "GoogLeNet", 6.7, True),
    (2015, "MSRA (ResNet)", 3.6, True),
    (2016, "Trimps-Soushen", 3.0, True),
    (2017, "WMW (SENet)", 2.3, True),
)
"""ILSVRC's winners in classification: year, team, top-5 error in percent, whether by a CNN.

Several networks voted together; the error is that on the test pictures, learned from the
challenge's own pictures alone. Sources: the challenge's result pages, and Russakovsky et al.,
*ImageNet large scale visual recognition challenge*, IJCV 2015.
"""

HUMAN = 5.1
"""Top-5 error in percent of a person who practised (Russakovsky et al. 2015)."""

SLIPS = (
    (
        "LeNet dates from 1988, and was the first architecture",
        "file 001, line 33",
        "LeCun's first network dates from 1989, LeNet-5 from 1998, the Neocognitron from 1980.",
    ),
    (
        "it is “Handwritten digit recognition with a back-propagation network”, from 1989",
        "file 000, lines 751–753",
        "The paper from 1998 is “Gradient-based learning applied to document recognition”.",
    ),
    (
        "1982",
        "file 000, lines 734–741",
        "The Neocognitron dates from 1980; the paper cited, with Miyake, from 1982.",
    ),
    (
        "VGG dates from 2014, and it was at ICLR 2015",
        "file 000, line 771; file 004, line 309",
        "VGG came out as a preprint in September 2014, and at ICLR in 2015.",
    ),
    (
        "2016",
        "file 000, line 774",
        "ResNet won in 2015 and was a preprint then, as other lectures say; CVPR was in 2016.",
    ),
    (
        "ResNet won it",
        "file 002, line 899",
        "ILSVRC 2016 was won by Trimps-Soushen, with several networks together.",
    ),
    (
        "15.3% error, without “top-5”",
        "file 004, line 279",
        "AlexNet's top-5 error: 18.2% for one network, 16.4% for five, 15.3% with more data.",
    ),
    (
        "4 million",
        "file 001, line 334",
        "GoogLeNet has 6,998,552 parameters by its own table, 8.7 times fewer than AlexNet.",
    ),
    (
        "2017",
        "file 004, line 311",
        "DenseNet came out as a preprint in August 2016, and at CVPR in 2017.",
    ),
    (
        "VGNet, GoogleNet and “narvis”",
        "file 002, line 862; file 001, line 334; file 004, lines 259 and 308",
        "The names are VGG or VGGNet, GoogLeNet, after LeNet, and parvis, the court of a church.",
    ),
)
"""What lectures say, where, and what is right."""

Node = tuple[str, int | None, tuple["Node", ...]]


def _kinds(*named: tuple[str, int | None]) -> tuple[Node, ...]:
    """Kinds without any below them that are shown."""
    return tuple((name, count, ()) for name, count in named)


_IRIS: Node = ("iris, flag, fleur-de-lis", 19, (
    ("bearded iris", 4, _kinds(
        ("Florentine iris", None), ("German iris, Iris germanica", 0),
        ("German iris, Iris kochii", 0), ("Dalmatian iris", 0),
    )),
    *_kinds(
        ("beardless iris", 4), ("bulbous iris", 0), ("dwarf iris, Iris cristata", 0),
        ("stinking iris", None), ("Persian iris", 0), ("yellow iris", None),
        ("dwarf iris, Iris verna", 0), ("blue flag", 0),
    ),
))  # fmt: skip
_PLANTS: Node = ("vascular plant", None, (
    *_kinds(
        ("halophyte", 0), ("succulent", 39), ("cultivar", 0), ("cultivated plant", 0),
        ("weed", 54), ("evergreen", 0), ("deciduous plant", 0), ("vine", 272), ("creeper", 0),
        ("woody plant", 1_868), ("geophyte", 0), ("desert plant", None), ("mesophyte", 0),
        ("aquatic plant", 11), ("tuberous plant", 0),
    ),
    ("bulbous plant", 179, (("iridaceous plant", 27, (_IRIS,)),)),
))  # fmt: skip
_BIRD: Node = ("bird", 871, _kinds(
    ("dickeybird", 0), ("cock", 1), ("hen", 0), ("nester", 0), ("night bird", 1),
    ("bird of passage", 0), ("protoavis", 0), ("archaeopteryx", 0), ("Ibero-mesornis", 0),
    ("archaeornis", 0), ("ratite", 10), ("carinate", 0), ("passerine", 279),
    ("nonpasserine bird", 0), ("bird of prey", 80), ("gallinaceous bird", 114),
))  # fmt: skip
_ANIMALS: Node = ("animal", None, (
    *_kinds(
        ("marine animal", 1), ("scavenger", 1), ("biped", 0), ("predator", 1), ("larva", 49),
        ("acrodont", 0), ("feeder", 0), ("stunt", 0),
    ),
    ("chordate", 3_087, (
        *_kinds(("tunicate", 6), ("cephalochordate", 1)),
        ("vertebrate", 3_077, (("mammal", 1_169, ()), _BIRD)),
    )),
))  # fmt: skip
_AREA: Node = ("area", 344, (
    *_kinds(
        ("aisle", 0), ("auditorium", 1), ("baggage claim", 0), ("box", 1),
        ("breakfast area", 0), ("bullpen", 0), ("chancel", 0), ("choir", 0), ("corner, nook", 2),
    ),
    ("court, courtyard", 6, _kinds(
        ("atrium", 0), ("bailey", 0), ("cloister", 0), ("food court", 0), ("forecourt", 0),
        ("parvis", 0),
    )),
))  # fmt: skip
TREE: Node = ("ImageNet 2011 Fall Release", 32_326, (
    ("plant, flora", 4_486, (_PLANTS,)),
    *_kinds(
        ("geological formation", 175), ("natural object", 1_112), ("sport, athletics", 176),
    ),
    ("artifact", 10_504, (
        ("instrumentality", 5_494, ()),
        ("structure, construction", 1_405, (
            *_kinds(("airdock, hangar", 0), ("altar", 1), ("arcade", 1), ("arch", 31)),
            _AREA,
        )),
    )),
    _ANIMALS,
))  # fmt: skip
"""Part of WordNet as ImageNet's site showed it: name, number of kinds below it, some of them.

Where a lecture prints no count, there is None.
"""

SYNSETS = (("Bird", 2_126, 92.85), ("German iris", 469, 49.6), ("Court, courtyard", 165, 92.61))
"""Pages of kinds on ImageNet's site: name, pictures, percentile by popularity."""
