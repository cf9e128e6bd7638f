"""What a network holds and does: its filters, its feature maps, its answer."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.inspection.guard import InspectionError, untouched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prediction:
    """A network's answer to one picture.

    Attributes:
        logits: What the network computes, one per class.
        probabilities: Their softmax.
    """

    logits: Tensor
    probabilities: Tensor

    def top(self, count: int = 5) -> list[int]:
        """The `count` most probable classes, best first."""
        return self.logits.topk(min(count, len(self.logits))).indices.tolist()


def conv_layers(model: nn.Module) -> list[str]:
    """Names of the model's `Conv2d` modules, in the order in which they were built."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]


def filters(model: nn.Module, layer: str) -> Tensor:
    """The learned weights of a convolution, copied.

    Args:
        model: Any model.
        layer: Name of a `Conv2d` in it; see `conv_layers`.

    Returns:
        outputs×inputs×kh×kw. The inputs are those of one group if the convolution is grouped.

    Raises:
        InspectionError: There is no such convolution.
    """
    module = find(model, layer)
    if not isinstance(module, nn.Conv2d):
        raise InspectionError(f"{layer} is not a convolution: it has no filters to show.")
    return module.weight.detach().clone()


def colour_shares(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much of each filter of a picture's colours differs between them.

    Args:
        weights: N×3×kh×kw, the filters of a convolution that reads red, green and blue.

    Returns:
        N shares of the sum of squared weights: 0 for a filter that treats all three colours alike
        (or is all 0), 1 for one that sees nothing in a grey picture. It is 2/3 in the mean for
        weights drawn independently.
    """
    exact = weights.astype(np.float64)
    whole = (exact**2).sum((1, 2, 3))
    common = 3 * (exact.mean(1) ** 2).sum((1, 2))
    alike: NDArray[np.float64] = np.divide(common, whole, out=np.ones_like(whole), where=whole > 0)
    return 1 - alike


def predict(model: nn.Module, x: Tensor) -> Prediction:
    """The model's logits and probabilities for one picture.

    Args:
        model: A classifier that gives N×classes logits.
        x: C×H×W or 1×C×H×W, preprocessed.

    Returns:
        The answer.

    Raises:
        InspectionError: `x` is not one picture.
    """
    with untouched(model), torch.no_grad():
        logits = model(one_picture(x))[0].clone()
    return Prediction(logits, logits.softmax(0))


def feature_maps(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """What every layer of the model computes, in the order of computation.

    The tensors are clones: the next layer may work in place and would write into them.
    Containers that only chain their children are left out, since their last child says it.
    A module that runs more than once gives an entry per run: `name`, `name#2`, …

    Args:
        model: Any model.
        x: N×C×H×W or C×H×W, preprocessed.

    Returns:
        Name of the layer -> its output, with the batch axis.

    Raises:
        InspectionError: `x` has the wrong number of axes.
    """
    maps: dict[str, Tensor] = {}

    def hook(name: str) -> Callable[[nn.Module, object, object], None]:
        runs = itertools.count(1)

        def keep(_module: nn.Module, _inputs: object, output: object) -> None:
            run = next(runs)
            if isinstance(output, Tensor):
                maps[name if run == 1 else f"{name}#{run}"] = output.detach().clone()

        return keep

    with untouched(model), torch.no_grad(), hooked(model, hook):
        model(_batch(x))
    return maps


@contextlib.contextmanager
def hooked(
    model: nn.Module, hook: Callable[[str], Callable[[nn.Module, Any, Any], None]]
) -> Iterator[None]:
    """Hang a hook on every module inside, by its name, but for those that only chain others."""
    with contextlib.ExitStack() as hooks:
        for name, module in model.named_modules():
            if name and not is_chain(module):
                hooks.callback(module.register_forward_hook(hook(name)).remove)
        yield


def is_chain(module: nn.Module) -> bool:
    """Whether `module` does nothing but run its children one after the other."""
    return isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward


def chain(model: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The steps of `model`, chains within chains unrolled; `model` itself if it is no chain."""
    if not is_chain(model):
        yield prefix, model
        return
    for name, child in model.named_children():
        yield from chain(child, f"{prefix}.{name}" if prefix else name)


def find(model: nn.Module, layer: str) -> nn.Module:
    """The module called `layer`; for its second run in a pass, `layer` ends in #2, and so on.

    Raises:
        InspectionError: There is none.
    """
    modules: dict[str, nn.Module] = dict(model.named_modules())
    module = modules.get(layer.partition("#")[0])
    if module is None or not layer:
        raise InspectionError(f"This network has no layer called “{layer}”.")
    return module


def never_negative(model: nn.Module, layer: str) -> bool:
    """Whether a layer gives no number below 0, whatever it reads: a ReLU or a sigmoid.

    Raises:
        InspectionError: There is no such layer.
    """
    return isinstance(find(model, layer), (nn.ReLU, nn.ReLU6, nn.Sigmoid))


def one_picture(x: Tensor) -> Tensor:
    """`x` as a batch of one, detached from whatever made it.

    Raises:
        InspectionError: It is a batch of several, or not a picture.
    """
    batch = _batch(x)
    if len(batch) != 1:
        raise InspectionError(f"Give one picture, not {len(batch)}.")
    return batch


def _batch(x: Tensor) -> Tensor:
    if x.ndim not in (3, 4):
        raise InspectionError(f"A picture has axes C×H×W; this has {x.ndim} axes.")
    return x.detach().clone().reshape(-1, *x.shape[-3:])
