"""Class activation maps: where in the picture is the evidence for a class?

CAM: B. Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016.
Grad-CAM: R. R. Selvaraju et al., Grad-CAM, ICCV 2017.
"""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.inspection.activations import chain, feature_maps, find, one_picture
from cnnviz.inspection.guard import InspectionError, untouched
from cnnviz.networks import Concat, LocallyConnected, Residual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_STAGE_ENDS = (nn.Conv2d, LocallyConnected, Residual, Concat)
_OVERLAY_SIDE = 280  # pixels, about: enough that an enlarged map looks smooth


@dataclass(frozen=True)
class CAM:
    """Evidence for a class, place by place.

    Attributes:
        raw: gh×gw signed evidence at the resolution of the layer: positive speaks for the
            class, negative against it.
        method: How it was computed. For "CAM", mean(raw) + bias = logit.
        class_index: The class.
        logit: The class's logit: what the map explains.
        probability: The class's softmax probability, which also depends on all other logits.
        layer: Name of the layer whose feature maps were weighted.
        bias: Bias of the class in the linear layer; None for Grad-CAM.
    """

    raw: NDArray[np.float64]
    method: Literal["CAM", "Grad-CAM"]
    class_index: int
    logit: float
    probability: float
    layer: str
    bias: float | None = None

    @property
    def has_evidence(self) -> bool:
        """Whether any place speaks for the class."""
        return bool(self.raw.max() > 0)


@dataclass(frozen=True)
class GapHead:
    """The end of a network for which the CAM is exact.

    Attributes:
        layer: Name of the layer whose maps enter the global average pooling.
        pool: The global average pooling.
        linear: The linear layer that gives the logits.
    """

    layer: str
    pool: nn.Module
    linear: nn.Linear


def gap_head(model: nn.Module) -> GapHead | None:
    """The exact-CAM end of `model`: … → maps → global average → one linear layer.

    Dropout and flattening may stand between the two. Decided by structure alone, so only for
    models that are chains of modules (`nn.Sequential`, nested or not).
    """
    steps = list(chain(model))
    _, linear = steps.pop()
    while steps and isinstance(steps[-1][1], nn.Flatten | nn.Dropout | nn.Identity):
        steps.pop()
    if not isinstance(linear, nn.Linear) or len(steps) < 2:
        return None
    (layer, _), (_, pool) = steps[-2:]
    if not isinstance(pool, nn.AdaptiveAvgPool2d) or pool.output_size not in (1, (1, 1)):
        return None
    return GapHead(layer, pool, linear)


def map_layers(model: nn.Module, x: Tensor) -> list[str]:
    """Names of the layers whose output for `x` is a stack of maps larger than 1×1, in order."""
    maps = feature_maps(model, x)
    return [n for n, m in maps.items() if m.ndim == 4 and m.shape[2] * m.shape[3] > 1]


def last_stage(model: nn.Module, x: Tensor) -> str:
    """The layer that Grad-CAM reads by default: the end of the last convolution stage.

    That is the last activation function after the last convolution that still gives maps,
    or that convolution itself when no activation follows. A block counts as one convolution: what
    a layer inside it gives is not all that goes on.

    Raises:
        InspectionError: No convolution gives maps larger than 1×1.
    """
    layers = [(name, find(model, name)) for name in map_layers(model, x)]
    ends = [i for i, (_, module) in enumerate(layers) if isinstance(module, _STAGE_ENDS)]
    if not ends:
        raise InspectionError(
            "No convolution of this network gives maps larger than 1×1 for this input, so there"
            " is no place to show."
        )
    stage = layers[ends[-1] :]
    activations = [n for n, m in stage if type(m).__module__ == nn.ReLU.__module__]
    return activations[-1] if activations else stage[0][0]


def class_activation_map(
    model: nn.Module, x: Tensor, class_index: int | None = None, *, layer: str | None = None
) -> CAM:
    r"""Evidence for a class: the exact CAM where the network allows it, Grad-CAM elsewhere.

    With $A_k$ the maps of the layer, $y_c$ the logit and $Z$ the number of cells,

    - CAM, for maps → global average → linear: $\sum_k w_{ck} A_k$, so that
      $y_c = \operatorname{mean}(\mathrm{CAM}_c) + b_c$;
    - Grad-CAM: $\sum_k \alpha_{ck} A_k$ with
      $\alpha_{ck} = \frac{1}{Z} \sum_{ij} \partial y_c / \partial A_{kij}$. The paper then cuts
      negative values off; here they are kept, since they are evidence against the class.

    Args:
        model: A classifier that gives N×classes logits; it is left exactly as it was.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        class_index: The class to explain; the predicted one by default.
        layer: Name of the layer to read. By default the maps that enter the global average, or
            `last_stage`. Any other layer is explained by Grad-CAM.

    Returns:
        The map at the layer's own resolution, with what it explains.

    Raises:
        InspectionError: No such class or layer, or the layer gives no maps or has no say.

    Example:
        >>> net = nn.Sequential(
        ...     nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)
        ... )
        >>> cam = class_activation_map(net, torch.rand(1, 6, 7), class_index=2)
        >>> cam.method, cam.layer, cam.raw.shape
        ('CAM', '0', (4, 5))
    """
    x = one_picture(x)
    head = gap_head(model)
    if head is not None and layer in (None, head.layer):
        return _exact(model, x, class_index, head)
    return _grad_cam(model, x, class_index, layer or last_stage(model, x))


def upsample(raw: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """`raw` stretched to `size` (height, width), each cell staying at its own centre.

    Bilinear with `align_corners=False`: cell i of n covers [i/n, (i+1)/n) of the picture.
    """
    grid = torch.from_numpy(raw)[None, None]
    stretched = F.interpolate(grid, size=size, mode="bilinear", align_corners=False)
    return np.asarray(stretched[0, 0].numpy())


def overlay_size(size: tuple[int, ...]) -> tuple[int, int]:
    """Height and width at which a map is laid over a picture: the input's, enlarged."""
    zoom = max(1, round(_OVERLAY_SIDE / max(size)))
    return size[0] * zoom, size[1] * zoom


def _exact(model: nn.Module, x: Tensor, class_index: int | None, head: GapHead) -> CAM:
    entering: list[Tensor] = []
    with untouched(model), torch.no_grad():
        hook = head.pool.register_forward_pre_hook(
            lambda _module, inputs: entering.append(inputs[0].clone())
        )
        try:
            logits = model(x)[0]
        finally:
            hook.remove()
        chosen = chosen_class(logits, class_index)
        weights = head.linear.weight[chosen].double()
        bias = 0.0 if head.linear.bias is None else float(head.linear.bias[chosen])
        raw = torch.einsum("k,kij->ij", weights, entering[0][0].double())
    return CAM(raw.cpu().numpy(), "CAM", chosen, *_answer(logits, chosen), head.layer, bias)


def _grad_cam(model: nn.Module, x: Tensor, class_index: int | None, layer: str) -> CAM:
    maps, gradient, logits, chosen = maps_and_gradient(model, x, class_index, layer)
    raw = torch.einsum("k,kij->ij", gradient.mean((1, 2)), maps)
    return CAM(raw.cpu().numpy(), "Grad-CAM", chosen, *_answer(logits, chosen), layer)


def maps_and_gradient(
    model: nn.Module, x: Tensor, class_index: int | None, layer: str
) -> tuple[Tensor, Tensor, Tensor, int]:
    """A layer's maps and the gradient of a class's logit for them: what most methods weigh.

    Args:
        model: A classifier that gives N×classes logits.
        x: One picture, 1×C×H×W.
        class_index: The class; the predicted one if None.
        layer: A name for `find`.

    Returns:
        Maps and gradient, both K×h×w in double precision; the logits; the class.

    Raises:
        InspectionError: No such class or layer, or the layer gives no maps or has no say.
    """
    with untouched(model):
        with leaf_of(model, layer) as leaf:
            logits = model(x)[0]
        chosen = chosen_class(logits, class_index)
        if not leaf:
            raise InspectionError(f"{layer} does not run for this picture.")
        gradient = None
        if logits.requires_grad:
            (gradient,) = torch.autograd.grad(logits[chosen], leaf, allow_unused=True)
        if gradient is None:
            raise InspectionError(f"The output does not depend on {layer}.")
    return leaf[0].detach()[0].double(), gradient[0].double(), logits.detach(), chosen


@contextlib.contextmanager
def leaf_of(model: nn.Module, layer: str) -> Iterator[list[Tensor]]:
    """Cut the next pass of a model at a layer, so that gradients can be taken for its maps.

    What follows the layer goes on from a clone of a leaf: it may then work in place without
    overwriting what is kept, and no gradient reaches anything before the layer. The
    parameters' `requires_grad` plays no part.

    Args:
        model: Any model.
        layer: A name for `find`.

    Yields:
        A list that the pass fills with the leaf; it stays empty if the layer does not run.

    Raises:
        InspectionError: There is no such layer, or, in the pass, it gives no maps.
    """
    wanted = int(layer.partition("#")[2] or 1)
    runs = itertools.count(1)
    leaf: list[Tensor] = []

    def cut(_module: nn.Module, _inputs: object, output: object) -> Tensor | None:
        if next(runs) != wanted:
            return None
        if not isinstance(output, Tensor) or output.ndim != 4:
            raise InspectionError(f"{layer} does not give feature maps.")
        leaf.append(output.detach().requires_grad_())
        return leaf[0].clone()

    hook = find(model, layer).register_forward_hook(cut)
    try:
        yield leaf
    finally:
        hook.remove()


def chosen_class(logits: Tensor, class_index: int | None) -> int:
    """The class that is meant: the predicted one if none is named.

    Raises:
        InspectionError: There is no such class.
    """
    if class_index is None:
        return int(logits.argmax())
    if not 0 <= class_index < len(logits):
        raise InspectionError(
            f"Class {class_index} does not exist: this network has {len(logits)} classes,"
            f" 0 to {len(logits) - 1}."
        )
    return class_index


def _answer(logits: Tensor, chosen: int) -> tuple[float, float]:
    return float(logits[chosen]), float(logits.softmax(0)[chosen])
