"""The networks that others trained on ImageNet: one row each, with what is known of them.

The rows of torchvision's come from its own metadata, so its wheel is asked and nothing is typed
twice. Only `NAMES` is written out, because it is read before torchvision is loaded.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from cnnviz.torchvision_door import torchvision_models
from cnnviz.zoo.base import ZooError

LITE0 = "efficientnet_lite0"

FAMILIES: dict[str, tuple[str, ...]] = {
    "EfficientNet-Lite": (LITE0,),
    "AlexNet": ("alexnet",),
    "VGG": ("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
    "SqueezeNet": ("squeezenet1_0", "squeezenet1_1"),
    "GoogLeNet": ("googlenet",),
    "Inception": ("inception_v3",),
    "ResNet": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    "ResNeXt": ("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
    "Wide ResNet": ("wide_resnet50_2", "wide_resnet101_2"),
    "DenseNet": ("densenet121", "densenet161", "densenet169", "densenet201"),
    "MobileNet": ("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large"),
    "ShuffleNet": (
        "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0",
    ),
    "MNASNet": ("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    "RegNet": (
        "regnet_x_400mf", "regnet_x_800mf", "regnet_x_1_6gf", "regnet_x_3_2gf", "regnet_x_8gf",
        "regnet_x_16gf", "regnet_x_32gf", "regnet_y_400mf", "regnet_y_800mf", "regnet_y_1_6gf",
        "regnet_y_3_2gf", "regnet_y_8gf", "regnet_y_16gf", "regnet_y_32gf", "regnet_y_128gf",
    ),
    "EfficientNet": (
        "efficientnet_b0", "efficientnet_b1", "efficientnet_b2", "efficientnet_b3",
        "efficientnet_b4", "efficientnet_b5", "efficientnet_b6", "efficientnet_b7",
        "efficientnet_v2_s", "efficientnet_v2_m", "efficientnet_v2_l",
    ),
    "ConvNeXt": ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
}  # fmt: skip
"""Names by family, the families in the order in which they were published."""

NAMES: tuple[str, ...] = tuple(name for names in FAMILIES.values() for name in names)
"""All names, `"efficientnet_lite0"` first."""

_SPELLED = {
    "alexnet": "AlexNet",
    "vgg": "VGG",
    "squeezenet": "SqueezeNet ",
    "googlenet": "GoogLeNet",
    "inception_v": "Inception v",
    "wide_resnet": "Wide ResNet",
    "resnet": "ResNet",
    "resnext": "ResNeXt",
    "densenet": "DenseNet",
    "mobilenet_v": "MobileNet v",
    "shufflenet_v": "ShuffleNet v",
    "mnasnet": "MNASNet ",
    "regnet_": "RegNet ",
    "efficientnet_v": "EfficientNet v",
    "efficientnet_": "EfficientNet ",
    "convnext_": "ConvNeXt ",
}


@dataclass(frozen=True)
class NetworkRow:
    """What is known of a network without building it.

    Attributes:
        name: As `load` takes it.
        title: Its name on screen.
        family: One of `FAMILIES`.
        parameters: Numbers learned.
        macs: Multiply-adds for one picture.
        accuracy: Share of ImageNet's validation pictures answered rightly, as published.
        file: Name of the file with its weights.
        bytes: Size of that file; of torchvision's, to the nearest kilobyte.
        sha256: The first digits of the file's sum, or all of them.
        url: Where the file is published; empty for the one that is installed with the app.
        side: Height and width of what it reads, in pixels.
    """

    name: str
    title: str
    family: str
    parameters: int
    macs: float
    accuracy: float
    file: str
    bytes: int
    sha256: str
    url: str
    side: int


@functools.cache
def network_row(name: str) -> NetworkRow:
    """What is known of a network.

    Raises:
        ZooError: There is no network of this name.
    """
    family = family_of(name)
    if name == LITE0:
        # Accuracy and multiply-adds: tensorflow/tpu, models/official/efficientnet/lite/README.md.
        return NetworkRow(
            name, "EfficientNet-Lite0", family, 4_652_008, 407e6, 0.751,
            "efficientnet-lite0-57934424.pth", 18_826_032,
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "", 224,
        )  # fmt: skip
    weights = published(name)
    meta = weights.meta
    file = weights.url.rpartition("/")[2]
    return NetworkRow(
        name=name,
        title=_title(name),
        family=family,
        parameters=meta["num_params"],
        macs=meta["_ops"] * 1e9,
        accuracy=meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100,
        file=file,
        bytes=round(meta["_file_size"] * 2**20),
        sha256=file.rpartition("-")[2].partition(".")[0],
        url=weights.url,
        side=weights.transforms().crop_size[0],
    )


def network_rows() -> list[NetworkRow]:
    """What is known of all of `NAMES`."""
    return [network_row(name) for name in NAMES]


def family_of(name: str) -> str:
    """The family of a network.

    Raises:
        ZooError: There is no network of this name.
    """
    for family, names in FAMILIES.items():
        if name in names:
            return family
    raise ZooError(f"There is no network called “{name}”: choose one of {', '.join(NAMES)}.")


def published(name: str) -> Any:
    """Torchvision's entry for the weights that it recommends for one of its networks."""
    return torchvision_models().get_model_weights(name).DEFAULT


def imagenet_classes() -> tuple[str, ...]:
    """The names of ImageNet's 1,000 classes, as torchvision's wheel has them."""
    return tuple(published("alexnet").meta["categories"])


def _title(name: str) -> str:
    begin = next(begin for begin in _SPELLED if name.startswith(begin))
    # Version numbers have a point: squeezenet1_0, regnet_x_1_6gf, shufflenet_v2_x0_5.
    rest = re.sub(r"(?<!\d)(\d)_(?=\d)", r"\1.", name.removeprefix(begin))
    rest = rest.replace("_bn", " with batch norm").replace("_", " ")
    return _SPELLED[begin] + (rest.upper() if begin in {"efficientnet_", "regnet_"} else rest)
