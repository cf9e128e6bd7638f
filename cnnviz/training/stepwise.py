"""One mini-batch in slow motion: what went in, what came back, what changed."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.inspection import conv_layers
from cnnviz.inspection.activations import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnviz.training.learner import Learner

_KEPT = 16


def step_in_detail(learner: Learner, step: int, rate: float, chosen: int) -> Tensor:
    """Take one optimiser step and keep all of it in `batches/<step + 1>.safetensors`.

    The step changes the network as `Learner.step` does, to the last bit on the CPU.

    Args:
        learner: What learns.
        step: Which step; it decides the batch.
        rate: The learning rate.
        chosen: Index of the filter of the first convolution to follow.

    Returns:
        As `Learner.step`.

    Raises:
        OSError: The disk refused; the step is taken all the same.
    """
    names = conv_layers(learner.model)
    if not names or learner.task.output != "class":  # the record tells of classes
        return learner.step(step, rate, exact=True)
    layer = find(learner.model, names[0])
    assert isinstance(layer, nn.Conv2d)
    chosen = min(max(0, chosen), layer.out_channels - 1)
    pixels, labels = learner.batches.pixels(step)
    random = _random_state(learner.device)
    old = layer.weight.detach().clone()
    with _watching(learner.model, layer, chosen) as seen:
        sums = learner.step(step, rate, exact=True)
    gradient = torch.zeros_like(old) if layer.weight.grad is None else layer.weight.grad.clone()
    after = _again(learner, step, random)
    tensors = {
        "images": pixels,
        "labels": labels,
        "predicted_before": seen["logits"].argmax(1),
        "loss_before": _losses(learner, seen["logits"], labels),
        "loss_after": _losses(learner, after, labels),
        "old": old,
        "gradient": gradient,
        "new": layer.weight.detach(),
        "input": _padded(layer, _read_by(layer, chosen, seen["input"])),
        "delta": seen["delta"],
    }
    about = {
        "step": step + 1,
        "filter": chosen,
        "learning_rate": rate,
        "stride": list(layer.stride),
        "dilation": list(layer.dilation),
        "optimiser": learner.recipe.optimiser,
        "momentum": 0.9 if learner.recipe.optimiser == "sgd" else 0.0,
        "weight_decay": learner.recipe.weight_decay,
        "layer": names[0],
    }
    learner.run.write_tensors(
        f"batches/{step + 1}.safetensors",
        {name: t.contiguous().cpu() for name, t in tensors.items()},
        {"batch": json.dumps(about)},
    )
    _forget_old(learner)
    return sums


@contextlib.contextmanager
def _watching(model: nn.Module, layer: nn.Conv2d, chosen: int) -> Iterator[dict[str, Tensor]]:
    """Keep what the layer reads in the next pass, the logits, and the way back to one filter."""
    seen: dict[str, Tensor] = {}

    def look(_module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        seen["input"] = given[0].detach().clone()

        def back(delta: Tensor) -> None:
            seen["delta"] = delta[:, chosen].detach().clone()

        output.register_hook(back)  # type: ignore[no-untyped-call]

    def answer(_module: nn.Module, _given: object, output: Tensor) -> None:
        seen["logits"] = output.detach().clone()

    hooks = [layer.register_forward_hook(look), model.register_forward_hook(answer)]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _again(learner: Learner, step: int, random: list[Tensor]) -> Tensor:
    """Logits of the same batch, the same units dropped, with the weights as they are now.

    Nothing is learned from it: not even the running statistics of batch normalisation move.
    """
    images, _ = learner.batches.batch(step)
    buffers = {name: buffer.clone() for name, buffer in learner.model.named_buffers()}
    devices = [learner.device] if learner.device.type == "cuda" else []
    with torch.random.fork_rng(devices), torch.no_grad():
        torch.set_rng_state(random[0])
        if devices:
            torch.cuda.set_rng_state(random[1], learner.device)
        logits: Tensor = torch.func.functional_call(learner.model, buffers, (images,))
    return logits


def _random_state(device: torch.device) -> list[Tensor]:
    states = [torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    return states


def _losses(learner: Learner, logits: Tensor, labels: Tensor) -> Tensor:
    smoothing = learner.recipe.label_smoothing
    return F.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")


def _read_by(layer: nn.Conv2d, chosen: int, given: Tensor) -> Tensor:
    """The channels that a filter reads: those of its group."""
    group = chosen // (layer.out_channels // layer.groups)
    return given.chunk(layer.groups, 1)[group]


def _padded(layer: nn.Conv2d, given: Tensor) -> Tensor:
    rows, columns = (int(n) for n in layer.padding)
    return F.pad(given, (columns, columns, rows, rows))


def _forget_old(learner: Learner) -> None:
    folder: Any = learner.run.path / "batches"
    found = [path for path in folder.glob("*.safetensors") if path.stem.isdigit()]
    for path in sorted(found, key=lambda path: int(path.stem))[:-_KEPT]:
        path.unlink(missing_ok=True)
