"""From a name to the network, with the weights that it begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from cnnviz.torchvision_door import torchvision_models
from cnnviz.zoo.catalogue import LITE0, family_of
from cnnviz.zoo.lite0 import in_own_names, lite0

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

CLASSES = 1000
"""Of ImageNet."""

# Their weights are in the files, but they run in training only.
_AUXILIARY = ("aux1", "aux2", "AuxLogits")
# torchvision's own files of DenseNet are older than its names: norm.1.weight is norm1.weight.
_OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..+)$")


class _WithoutMemory(TorchFunctionMode):
    """Makes what layers allocate on the meta device, where it takes no memory.

    `torch.device("meta")` would do this for all tensors, but RegNet computes its own shape with
    some of them.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = dict(kwargs or {})
        if func in {torch.empty, torch.zeros, torch.ones} and options.get("device") is None:
            options["device"] = "meta"
        return func(*args, **options)


def build_without_memory(name: str, classes: int = CLASSES) -> nn.Module:
    """Build a network on the meta device: its shapes and counts, or a place to put weights in.

    Args:
        name: One of `NAMES`.
        classes: How many it tells apart.

    Raises:
        ZooError: There is no network of this name.
    """
    with _WithoutMemory():
        return build(name, classes)


def build(name: str, classes: int = CLASSES) -> nn.Module:
    """Build a network as torchvision builds it for its published weights.

    The heads that only helped in the training of GoogLeNet and Inception are left out.

    Args:
        name: One of `NAMES`.
        classes: How many it tells apart.

    Returns:
        The network in evaluation mode, with random weights.

    Raises:
        ZooError: There is no network of this name.
    """
    family_of(name)
    if name == LITE0:
        return lite0(classes)
    options: dict[str, Any] = {"num_classes": classes}
    if name in {"googlenet", "inception_v3"}:
        options |= {"transform_input": True, "init_weights": False}
    network: nn.Module = torchvision_models().get_model(name, weights=None, **options)
    return _without_auxiliary_heads(network).eval()


def _without_auxiliary_heads(network: nn.Module) -> nn.Module:
    for head in _AUXILIARY:
        if hasattr(network, head):
            setattr(network, head, None)
            setattr(network, "aux_logits", False)  # noqa: B010 - mypy takes it for a tensor
    return network


def in_names_of_network(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a published file, under the names that the built network has for them."""
    if name == LITE0:
        return in_own_names(tensors)
    found = dict(tensors)
    if family_of(name) == "DenseNet":
        found = {_OLD_DENSENET.sub(r"\1\2", key): tensor for key, tensor in found.items()}
    if name in {"googlenet", "inception_v3"}:
        return {k: v for k, v in found.items() if k.partition(".")[0] not in _AUXILIARY}
    return found
