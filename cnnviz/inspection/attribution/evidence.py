"""Ask a network by one of the methods, at once or step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import feature_maps, find, one_picture, predict
from cnnviz.inspection.attribution.methods import GUIDED, METHODS, Method
from cnnviz.inspection.attribution.question import Question
from cnnviz.inspection.cam import chosen_class, class_activation_map, gap_head, maps_and_gradient
from cnnviz.inspection.guard import InspectionError
from cnnviz.inspection.head import evidence_layer, linear_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Evidence:
    """Where a method sees evidence for a class.

    Attributes:
        raw: Signed, at the resolution of the layer or of the picture: positive speaks for the
            class, negative against it.
        method: The method's id.
        class_index: The class.
        logit: The class's logit: what is explained.
        probability: Its softmax probability, which also depends on all other logits.
        layer: Name of the layer that was read; None for a method that reads the picture.
        bias: For the CAM, where mean(raw) + bias = logit.
    """

    raw: NDArray[np.float64]
    method: str
    class_index: int
    logit: float
    probability: float
    layer: str | None = None
    bias: float | None = None

    @property
    def has_evidence(self) -> bool:
        """Whether any place speaks for the class."""
        return bool(self.raw.max() > 0)


@dataclass(frozen=True, eq=False)
class Step:
    """How far a method has got.

    Attributes:
        done: Passes through the network.
        total: Passes that it takes.
        evidence: What it says so far.
    """

    done: int
    total: int
    evidence: Evidence


def evidence(
    model: nn.Module,
    x: Tensor,
    class_index: int | None = None,
    *,
    method: str,
    layer: str | None = None,
) -> Evidence:
    """Ask where a network sees evidence for a class.

    Args:
        model: A classifier that gives N×classes logits; it is left exactly as it was.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        class_index: The class to explain; the predicted one by default.
        method: One of `cam, grad_cam, grad_cam_plus_plus, hires_cam, layer_cam, score_cam,
            gradient, smooth_grad, integrated_gradients, occlusion`; see `METHODS`.
        layer: Name of the layer to read, for a method that reads one; by default the one whose
            maps are averaged at the end, or the last that gives maps.

    Raises:
        InspectionError: No such method, class or layer, or the method does not apply.

    Example:
        >>> net = nn.Sequential(
        ...     nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)
        ... )
        >>> evidence(net, torch.rand(1, 6, 7), 2, method="occlusion").raw.shape
        (6, 7)
    """
    *_, last = evidence_steps(model, x, class_index, method=method, layer=layer)
    return last.evidence


def evidence_steps(
    model: nn.Module,
    x: Tensor,
    class_index: int | None = None,
    *,
    method: str,
    layer: str | None = None,
    **options: Any,
) -> Iterator[Step]:
    """The same, with what is known after each batch, so that the slow ones can be watched.

    Between two steps the model is free for others. Stop asking, and the work ends.

    Args:
        model: As for `evidence`.
        x: As for `evidence`.
        class_index: As for `evidence`.
        method: As for `evidence`; `guided_backpropagation`, too.
        layer: As for `evidence`.
        options: What the method's `steps` takes, such as `window` for occlusion.

    Yields:
        At least one step; the last has the whole map.

    Raises:
        InspectionError: As for `evidence`.
    """
    how = _method(method)
    x = one_picture(x)
    if how.reads == "head":
        yield Step(1, 1, _exact(model, x, class_index, layer))
        return
    if how.reads == "picture" and layer:
        raise InspectionError(f"{how.title} reads the picture itself: it takes no layer.")
    compute = how.compute
    assert compute is not None
    if how.reads == "layer":
        layer = layer or evidence_layer(model, x)
        maps, gradient, logits, chosen = maps_and_gradient(model, x, class_index, layer)
        yield Step(1, 1, _found(compute(maps, gradient), how, logits, chosen, layer))
        return
    logits = predict(model, x).logits
    chosen = chosen_class(logits, class_index)
    question = Question(model, x, chosen)
    if how.reads == "maps":
        layer = layer or evidence_layer(model, x)
        steps = compute(question, _maps(model, x, layer), **options)
    else:
        steps = compute(question, **options)
    for done, total, raw in steps:
        yield Step(done, total, _found(raw, how, logits, chosen, layer))


def _method(name: str) -> Method:
    found = GUIDED if name == GUIDED.id else METHODS.get(name)
    if found is None:
        raise InspectionError(f"There is no method “{name}”: choose one of {', '.join(METHODS)}.")
    return found


def _found(
    raw: Tensor,
    how: Method,
    logits: Tensor,
    chosen: int,
    layer: str | None,
    *,
    bias: float | None = None,
) -> Evidence:
    return Evidence(
        raw=raw.detach().cpu().double().numpy(),
        method=how.id,
        class_index=chosen,
        logit=float(logits[chosen]),
        probability=float(logits.softmax(0)[chosen]),
        layer=layer,
        bias=bias,
    )


def _exact(model: nn.Module, x: Tensor, class_index: int | None, layer: str | None) -> Evidence:
    if gap_head(model) is not None:
        cam = class_activation_map(model, x, class_index)
        _refuse_other_layer(layer, cam.layer)
        return Evidence(
            cam.raw, "cam", cam.class_index, cam.logit, cam.probability, cam.layer, cam.bias
        )
    head = linear_head(model, x)
    if head is None:
        raise InspectionError(
            "CAM needs a network that ends in an average of its last maps and one linear layer,"
            " and this one does not. Grad-CAM works for every network."
        )
    _refuse_other_layer(layer, head.layer)
    logits = predict(model, x).logits
    chosen = chosen_class(logits, class_index)
    raw = torch.einsum("k,kij->ij", head.weights[chosen].double(), head.maps.double())
    bias = float(head.bias[chosen])
    return _found(raw, METHODS["cam"], logits, chosen, head.layer, bias=bias)


def _refuse_other_layer(asked: str | None, only: str) -> None:
    if asked not in (None, only):
        raise InspectionError(
            f"CAM reads the maps that are averaged at the end, which are those of {only}. For"
            f" {asked}, choose Grad-CAM."
        )


def _maps(model: nn.Module, x: Tensor, layer: str) -> Tensor:
    find(model, layer)
    maps = feature_maps(model, x).get(layer)
    if maps is None or maps.ndim != 4:
        raise InspectionError(f"{layer} does not give feature maps.")
    return maps[0].double()
