"""One look at a model, with several pictures at once: what a frame shows."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import conv_layers, find, hooked
from cnnviz.inspection.cam import gap_head, last_stage, leaf_of
from cnnviz.inspection.guard import InspectionError
from cnnviz.networks import LocallyConnected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnviz.inspection.cam import GapHead

_ENDS = (nn.ReLU.__module__, nn.MaxPool2d.__module__)


@dataclasses.dataclass
class Glance:
    """What was seen; nothing in it is tied to the model any more.

    Attributes:
        logits: P×classes; of a network that gives pictures, P×C×H×W.
        filters: Name of the first convolution, and its weight.
        maps: Name of the layer at the end of the first stage, and P×M×h×w.
        cams: Layer, method, and P×2×gh×gw for the true and the predicted class.
    """

    logits: Tensor
    filters: tuple[str, Tensor] | None = None
    maps: tuple[str, Tensor] | None = None
    cams: tuple[str, str, Tensor] | None = None


def glance(model: nn.Module, inputs: Tensor, labels: Tensor | None) -> Glance:
    """Look; to be called inside `untouched`.

    Args:
        model: A classifier that gives N×classes logits, or a network that gives pictures.
        inputs: P×C×H×W, preprocessed, on the model's device.
        labels: P, the true classes, likewise; None for a network that gives pictures: its evidence
            for a class cannot be shown.
    """
    head = gap_head(model) if labels is not None else None
    layer = None
    if head is None and labels is not None:
        with contextlib.suppress(InspectionError):
            layer = last_stage(model, inputs[:1])
    with _first_stage(model) as stage:
        if head is not None and labels is not None:
            seen = _exact(model, inputs, labels, head)
        elif layer is not None and labels is not None:
            seen = _grad_cam(model, inputs, labels, layer)
        else:
            with torch.no_grad():
                seen = Glance(model(inputs))
    if stage:
        seen.maps = stage.popitem()
    if convolutions := conv_layers(model):
        weight = find(model, convolutions[0]).get_parameter("weight")
        seen.filters = (convolutions[0], weight.detach().clone())
    return seen


@contextlib.contextmanager
def _first_stage(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Fill a dict with one entry: the last maps before the second convolution of the next pass.

    They are the output of an activation function or a pool, or of the first convolution itself.
    """
    found: dict[str, Tensor] = {}
    convolutions = 0
    kind = nn.Conv2d if conv_layers(model) else LocallyConnected

    def hook(name: str) -> Callable[[nn.Module, object, object], None]:
        def look(module: nn.Module, _inputs: object, output: object) -> None:
            nonlocal convolutions
            first = isinstance(module, kind)
            convolutions += first
            if convolutions != 1 or not (first or type(module).__module__ in _ENDS):
                return
            if isinstance(output, Tensor) and output.ndim == 4 and output[0, 0].numel() > 1:
                found.clear()
                # A clone: what follows may work in place.
                found[name] = output.detach().clone()

        return look

    with hooked(model, hook):
        yield found


def _exact(model: nn.Module, inputs: Tensor, labels: Tensor, head: GapHead) -> Glance:
    entering: list[Tensor] = []
    hook = head.pool.register_forward_pre_hook(
        lambda _module, given: entering.append(given[0].clone())
    )
    try:
        with torch.no_grad():
            logits = model(inputs)
            weights = head.linear.weight[_both(labels, logits)]
            cams = torch.einsum("pck,pkij->pcij", _exactly(weights), _exactly(entering[0]))
    finally:
        hook.remove()
    return Glance(logits, cams=(head.layer, "CAM", cams))


def _grad_cam(model: nn.Module, inputs: Tensor, labels: Tensor, layer: str) -> Glance:
    with torch.enable_grad(), leaf_of(model, layer) as leaf:
        logits = model(inputs)
    seen = Glance(logits.detach())
    if not leaf or not logits.requires_grad:
        return seen
    maps, cams = _exactly(leaf[0].detach()), []
    for chosen in _both(labels, seen.logits).T:
        # In evaluation mode no picture has a say in the answer to another: the gradient of
        # the sum is all the gradients.
        total = logits.gather(1, chosen[:, None]).sum()
        gradients = torch.autograd.grad(total, leaf, retain_graph=True, allow_unused=True)
        cams += [_weighed(gradient, maps) for gradient in gradients if gradient is not None]
    if not cams:
        return seen
    seen.cams = (layer, "Grad-CAM", torch.stack(cams, 1))
    return seen


def _weighed(gradient: Tensor, maps: Tensor) -> Tensor:
    return torch.einsum("pk,pkij->pij", _exactly(gradient).mean((2, 3)), maps)


def _both(labels: Tensor, logits: Tensor) -> Tensor:
    """P×2: the true and the predicted class of each picture."""
    return torch.stack((labels, logits.argmax(1)), 1)


def _exactly(values: Tensor) -> Tensor:
    return values.cpu().double()  # not every device has double precision
