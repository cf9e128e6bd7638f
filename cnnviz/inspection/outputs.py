"""What the filters of one layer give, for many pictures at once."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import feature_maps, find, one_picture
from cnnviz.inspection.guard import InspectionError, untouched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BATCH = 125

# These only pass on what other layers give, so a filter of theirs is one of another layer.
_PASS_ON = (nn.Dropout, nn.Flatten, nn.Identity)


class _EnoughError(Exception):
    """The layer has run: nothing after it matters."""


def filter_layers(model: nn.Module, x: Tensor) -> dict[str, tuple[int, ...]]:
    """The layers whose filters can be looked at one by one, in the order of computation.

    A filter is one output channel of a layer: a map, or a single number in flat layers.

    Args:
        model: Any model.
        x: One picture, C×H×W, preprocessed.

    Returns:
        Name of the layer -> shape of its output for one picture: (C, H, W) or (features,).
    """
    return {
        name: tuple(output.shape[1:])
        for name, output in feature_maps(model, x).items()
        if output.ndim in (2, 4) and "#" not in name and not isinstance(find(model, name), _PASS_ON)
    }


def run_to(model: nn.Module, layer: str, x: Tensor, *, before: bool = False) -> Tensor:
    """What a layer gives for a batch; nothing after it runs. To be called inside `untouched`.

    Args:
        model: Any model.
        layer: Name of the layer.
        x: N×C×H×W, preprocessed; gradients reach it if the caller wants them to.
        before: Return the layer's input instead.

    Returns:
        N×C×H×W or N×features.

    Raises:
        InspectionError: There is no such layer, it does not run, or its output has other axes.
    """
    found: list[Tensor] = []

    def keep(_module: nn.Module, inputs: tuple[Tensor, ...], output: object = None) -> None:
        value = inputs[0] if before else output
        if isinstance(value, Tensor) and value.ndim in (2, 4):
            found.append(value)
        raise _EnoughError

    module = find(model, layer)
    hook = module.register_forward_pre_hook(keep) if before else module.register_forward_hook(keep)
    try:
        model(x)
    except _EnoughError:
        pass
    finally:
        hook.remove()
    if not found:
        raise InspectionError(f"{layer} gives neither maps nor numbers for these pictures.")
    return found[0]


def layer_output(model: nn.Module, layer: str, x: Tensor) -> Tensor:
    """What a layer gives for one picture, copied; nothing after it is computed.

    Args:
        model: Any model.
        layer: Name of the layer; `name#2` for its second run.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.

    Returns:
        C×h×w or features.

    Raises:
        InspectionError: There is no such layer, it does not run, or its output has other axes.
    """
    if "#" in layer:  # the pass must not end at the first run
        output = layer_outputs(model, [layer], x).get(layer)
        if output is None:
            raise InspectionError(f"{layer} does not run for this picture.")
        return output
    with untouched(model), torch.no_grad():
        return run_to(model, layer, one_picture(x))[0].clone()


def layer_outputs(model: nn.Module, layers: Iterable[str], x: Tensor) -> dict[str, Tensor]:
    """What several layers give for one picture, from one pass; all others are not kept.

    Args:
        model: Any model.
        layers: Names of layers; `name#2` for the second run of one.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.

    Returns:
        C×h×w or features by name, for those that run.

    Raises:
        InspectionError: There is no such layer.
    """
    found: dict[str, Tensor] = {}
    wanted: dict[str, set[str]] = {}
    for layer in layers:
        wanted.setdefault(layer.partition("#")[0], set()).add(layer)

    def hook(name: str) -> Callable[[nn.Module, object, object], None]:
        runs = itertools.count(1)

        def keep(_module: nn.Module, _inputs: object, output: object) -> None:
            run = next(runs)
            full = name if run == 1 else f"{name}#{run}"
            if full in wanted[name] and isinstance(output, Tensor):
                found[full] = output.detach()[0].clone()

        return keep

    with untouched(model), torch.no_grad(), contextlib.ExitStack() as hooks:
        for name in wanted:
            hooks.callback(find(model, name).register_forward_hook(hook(name)).remove)
        model(one_picture(x))
    return found


def batches(inputs: Tensor) -> Iterator[Tensor]:
    """N×… in parts that are computed at a time."""
    for begin in range(0, len(inputs), BATCH):
        yield inputs[begin : begin + BATCH]


def outputs_of(model: nn.Module, layer: str, inputs: Tensor) -> Iterator[Tensor]:
    """What a layer gives for many pictures, batch after batch.

    Args:
        model: Any model.
        layer: Name of the layer.
        inputs: N×C×H×W, preprocessed.

    Yields:
        n×C×H×W or n×features for the next n pictures.

    Raises:
        InspectionError: See `run_to`.
    """
    for batch in batches(inputs):
        with untouched(model), torch.no_grad():
            output = run_to(model, layer, batch.contiguous(memory_format=torch.channels_last))
        yield output


def check_channel(layer: str, channel: int, count: int) -> None:
    """Refuse a filter that a layer does not have.

    Raises:
        InspectionError: It has none of this number.
    """
    if not 0 <= channel < count:
        raise InspectionError(
            f"{layer} has no filter {channel}: its filters are numbered from 0 to {count - 1}."
        )
