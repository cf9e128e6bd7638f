"""The end of a network, found by what it computes: where its last maps become class scores.

`gap_head` reads the end off the structure, which only chains of modules show. Networks that are
written as code, such as torchvision's, are watched while they answer one picture.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import hooked, one_picture
from cnnviz.inspection.cam import last_stage
from cnnviz.inspection.guard import untouched

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 12  # last maps that are kept: a head has fewer layers than that


@dataclass(frozen=True, eq=False)
class LinearHead:
    """An end that only averages the last maps and adds them up, so that the CAM is exact.

    Attributes:
        layer: Name of the layer that gives the maps.
        maps: C×h×w, as they enter the average.
        weights: classes×C.
        bias: One for each class.
    """

    layer: str
    maps: Tensor
    weights: Tensor
    bias: Tensor


@dataclass
class _Pass:
    """What was seen of one pass."""

    maps: OrderedDict[str, Tensor]
    logits: Tensor
    linear: tuple[nn.Linear, Tensor, Tensor] | None = None
    pooled: Tensor | None = None


def linear_head(model: nn.Module, x: Tensor) -> LinearHead | None:
    """The exact-CAM end of a network, measured: the numbers have to add up for this picture.

    It is found where the logits are a linear layer of the averages of some layer's maps, also if
    a ReLU stands between that is no module (DenseNet), or are these averages (SqueezeNet).

    Args:
        model: A classifier that gives N×classes logits.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
    """
    seen = _watch(model, one_picture(x))
    classes = len(seen.logits)
    if seen.linear is not None and torch.equal(seen.linear[2][0], seen.logits):
        linear, entering, _ = seen.linear
        weights = linear.weight.detach()
        bias = torch.zeros(classes) if linear.bias is None else linear.bias.detach()
        averages = entering[0]
    else:
        weights, bias, averages = torch.eye(classes), torch.zeros(classes), seen.logits
    # In parts of the largest: an untrained network may give nothing but tiny numbers.
    close = 1e-5 * float(averages.abs().max())
    for name, maps in reversed(seen.maps.items()):
        if len(maps[0]) != averages.numel():
            continue
        for entered in (maps[0], maps[0].relu()):
            if torch.allclose(entered.mean((1, 2)), averages.flatten(), rtol=1e-4, atol=close):
                return LinearHead(name, entered, weights, bias)
    return None


def evidence_layer(model: nn.Module, x: Tensor) -> str:
    """The layer at which to ask where the evidence is, if nobody says another.

    It is the one whose maps are averaged at the end, if any are, and else `last_stage`.

    Raises:
        InspectionError: No layer gives maps larger than 1×1.
    """
    head = linear_head(model, x)
    if head is not None:
        return head.layer
    seen = _watch(model, one_picture(x))
    if seen.pooled is not None:
        for name, maps in reversed(seen.maps.items()):
            if maps.shape == seen.pooled.shape and torch.equal(maps, seen.pooled):
                return name
    return last_stage(model, x)


def _watch(model: nn.Module, x: Tensor) -> _Pass:
    maps: OrderedDict[str, Tensor] = OrderedDict()
    seen = _Pass(maps, torch.empty(0))

    def hook(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], object], None]:
        def look(module: nn.Module, inputs: tuple[Tensor, ...], output: object) -> None:
            if not isinstance(output, Tensor):
                return
            if isinstance(module, nn.Linear) and output.ndim == 2:
                seen.linear = module, inputs[0].detach().clone(), output.detach().clone()
            if isinstance(module, nn.AdaptiveAvgPool2d) and output.shape[2:] == (1, 1):
                entered = inputs[0]
                seen.pooled = entered.detach().clone() if entered[0, 0].numel() > 1 else None
            if output.ndim == 4 and output[0, 0].numel() > 1:
                maps[name] = output.detach().clone()  # a clone: what follows may work in place
                maps.move_to_end(name)
                if len(maps) > _KEPT:
                    maps.popitem(last=False)

        return look

    with untouched(model), torch.no_grad(), hooked(model, hook):
        seen.logits = model(x)[0].clone()
    return seen
