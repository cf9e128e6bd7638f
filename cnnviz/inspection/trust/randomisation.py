"""Layers randomised one after another from the top.

J. Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018, arXiv:1810.03292: a map that says
what a network learned has to change when the network forgets it.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import one_picture
from cnnviz.inspection.attribution.agreement import rank_correlation
from cnnviz.inspection.attribution.evidence import Evidence, evidence_steps
from cnnviz.inspection.guard import NotFiniteError, untouched

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGES = 8


@dataclass(frozen=True, eq=False)
class Forgotten:
    """A map after some layers were randomised.

    Attributes:
        layers: Names of the layers that were randomised last, from the top; none at first.
        evidence: What the method says now of the same class.
        rho: Spearman's rank correlation with the map of the trained network, of signed values.
    """

    layers: tuple[str, ...]
    evidence: Evidence
    rho: float


def stages_of(model: nn.Module, x: Tensor, most: int = STAGES) -> list[tuple[str, ...]]:
    """The layers with weights, in groups from the top of the network to its first layer.

    The uppermost layer, which gives the logits, is a group alone; the others are dealt out evenly.

    Args:
        model: A classifier.
        x: One picture, preprocessed: layers are taken in the order in which they run for it.
        most: The largest number of groups.
    """
    ran: dict[str, None] = {}
    with untouched(model), torch.no_grad():
        hooks = [
            # A block that has weights of its own besides its layers runs before them.
            module.register_forward_pre_hook(lambda *_, name=name: ran.setdefault(name))
            for name, module in model.named_modules()
            if any(True for _ in module.parameters(recurse=False))
        ]
        try:
            model(one_picture(x))
        finally:
            for hook in hooks:
                hook.remove()
    top, *rest = reversed(ran)
    parts = np.array_split(np.array(rest, dtype=object), max(1, min(most - 1, len(rest))))
    return [(top,), *(tuple(part) for part in parts if len(part))]


def cascade(
    model: nn.Module, x: Tensor, class_index: int, *, method: str, layer: str | None = None
) -> Iterator[Forgotten]:
    """The map of the trained network, then with one stage more randomised each time.

    Args:
        model: A classifier; it is left as it is, a copy forgets.
        x: One picture, preprocessed.
        class_index: The class that is explained throughout.
        method: One of `METHODS`, or `guided_backpropagation`.
        layer: As for `evidence`.

    Yields:
        One more than there are `stages_of`. The random weights are the same for every method.

    Raises:
        InspectionError: As for `evidence`; or what comes out is not finite.
    """
    with untouched(model):
        forgetful = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(0)
    first = None
    for stage in [(), *stages_of(model, x)]:
        for name in stage:
            forget(forgetful.get_submodule(name), generator)
        *_, last = evidence_steps(forgetful, x, class_index, method=method, layer=layer)
        found = last.evidence
        if not np.isfinite(found.raw).all():
            raise NotFiniteError
        first = first or found
        yield Forgotten(stage, found, rank_correlation(first.raw, found.raw))


@torch.no_grad()
def forget(module: nn.Module, generator: torch.Generator) -> None:
    """Replace a layer's own weights by random ones, as before any training.

    Weights that are summed over get He's normal distribution, of variance 2 / number of inputs
    (K. He et al., ICCV 2015), so that activations neither vanish nor explode in deep networks;
    a normalisation gets factor 1, shift 0 and, for its running statistics, mean 0 and variance 1.

    Args:
        module: The layer; modules inside it are left alone.
        generator: Where the random numbers are from.
    """
    for name, values in module.named_parameters(recurse=False):
        if values.ndim < 2:
            values.fill_(1.0 if name == "weight" else 0.0)
        else:
            # Of a layer that is locally connected, each place has weights of its own: H×W×…
            inputs = values[0].numel() if values.ndim <= 4 else values[0, 0, 0].numel()
            draws = torch.randn(values.shape, generator=generator, dtype=values.dtype)
            values.copy_(draws * math.sqrt(2 / max(1, inputs)))
    if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - the base of all
        module.reset_running_stats()
