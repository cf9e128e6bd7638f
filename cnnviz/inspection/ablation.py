"""What becomes of a network's answers when one of its filters is switched off."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.inspection.activations import Prediction, find, is_chain, one_picture
from cnnviz.inspection.guard import untouched
from cnnviz.inspection.outputs import batches, check_channel, outputs_of, run_to
from cnnviz.networks import summary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.networks import Spec

Replacement = Literal["zero", "mean"]

# What one layer may cost, so that its filters are ranked within five seconds on two cores, and
# how many numbers may be kept of its input: 64 MB.
_MOST_WORK = 25e9
_MOST_VALUES = 2**24
_FEWEST = 50
# A value that is read, compared or normalised costs about as much as so many multiply-adds.
_VALUE = 40


class Ablation:
    """The answers of a network while one filter of a layer gives a constant instead.

    What comes before the layer is computed once; each filter then costs only what comes after.

    Args:
        model: A classifier that gives N×classes logits.
        layer: Name of a layer that gives maps or a flat output.
        inputs: N×C×H×W, preprocessed.
        replacement: What a filter that is switched off gives: 0, or its mean over all cells of all
            these pictures. The mean is the fairer one where the next layer is a batch norm, which
            has got used to it.

    Raises:
        InspectionError: There is no such layer, or it gives neither.
    """

    def __init__(
        self, model: nn.Module, layer: str, inputs: Tensor, replacement: Replacement = "zero"
    ) -> None:
        self._model, self._layer, self._inputs = model, layer, inputs
        self._replacement = replacement
        top = layer.partition(".")[0]
        children = list(model.named_children()) if is_chain(model) else []
        names = [name for name, _ in children]
        # Where the layer is a step of a chain, the rest is what follows it; inside a block the
        # block runs again, and in a model that is no chain everything does.
        self._inside = top != layer or top not in names
        before = names.index(top) if top in names else 0
        self._first = nn.Sequential(*(child for _, child in children[:before]))
        self._rest = nn.Sequential(*(child for _, child in children[before:])) if names else model
        self._last = nn.Sequential(*(child for _, child in children[before + 1 :]))

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """Mean of each filter over all cells of all pictures: C numbers."""
        sums: NDArray[np.float64] | float = 0.0
        cells = 0
        for output in outputs_of(self._model, self._layer, self._inputs):
            flat = output.double().transpose(0, 1).flatten(1)
            sums = sums + flat.sum(1).numpy()
            cells += flat.shape[1]
        means: NDArray[np.float64] = np.asarray(sums) / max(1, cells)
        return means

    def value(self, channel: int) -> float:
        """What a filter gives while it is switched off.

        Raises:
            InspectionError: There is no such filter.
        """
        check_channel(self._layer, channel, len(self.means))
        return float(self.means[channel]) if self._replacement == "mean" else 0.0

    @cached_property
    def _starts(self) -> list[Tensor]:
        starts = []
        for batch in batches(self._inputs):
            with untouched(self._model), torch.no_grad():
                x = batch.contiguous(memory_format=torch.channels_last)
                if not self._inside:
                    starts.append(run_to(self._model, self._layer, x).clone())
                else:
                    starts.append(self._first(x))
        return starts

    def predicted(self, channel: int | None) -> NDArray[np.int64]:
        """The most probable class of each picture.

        Args:
            channel: The filter that is switched off; None for none.

        Returns:
            N classes.

        Raises:
            InspectionError: There is no such filter.
        """
        value = 0.0 if channel is None else self.value(channel)
        answers = []
        for start in self._starts:
            with untouched(self._model), torch.no_grad():
                if self._inside:
                    logits = _with(self._rest, self._module, start, channel, value)
                else:
                    x = start if channel is None else _replaced(start, channel, value)
                    logits = self._last(x)
            answers.append(logits.argmax(1))
        predicted: NDArray[np.int64] = torch.cat(answers).numpy()
        return predicted

    @property
    def _module(self) -> nn.Module:
        return find(self._model, self._layer)


def predict_without(
    model: nn.Module, x: Tensor, layer: str, channel: int, value: float = 0.0
) -> Prediction:
    """A network's answer to one picture while a filter gives a constant instead.

    Args:
        model: A classifier that gives N×classes logits.
        x: One picture, C×H×W or 1×C×H×W, preprocessed.
        layer: Name of the layer.
        channel: The filter.
        value: The constant, for all its cells.

    Raises:
        InspectionError: There is no such layer or filter.
    """
    x = one_picture(x)
    with untouched(model), torch.no_grad():
        check_channel(layer, channel, run_to(model, layer, x).shape[1])
        logits = _with(model, find(model, layer), x, channel, value)[0].clone()
    return Prediction(logits, logits.softmax(0))


def confusion(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Counts of pictures: classes×classes, rows the true class, columns the prediction."""
    counts = np.bincount(labels * classes + predicted, minlength=classes**2)
    return counts.reshape(classes, classes).astype(np.int64)


def affordable_pictures(
    spec: Spec, shape: tuple[int, int, int], layer: str, at_most: int = 1000
) -> int:
    """On how many pictures all filters of a layer can be ranked in a few seconds.

    Args:
        spec: The layers of the network.
        shape: C, H, W of one picture.
        layer: Name of a layer.
        at_most: Never more than so many.

    Returns:
        At least 50; fewer than `at_most` where much has to be computed after a layer of many
        filters.
    """
    top, nested = layer.partition(".")[0], "." in layer
    rows = summary(spec, shape)
    names = [row.name.partition(".")[0] for row in rows]
    begin = names.index(top)
    channels = next(row.output_shape[0] for row in rows if row.name == layer)
    after = [row for row, name in zip(rows[begin:], names[begin:], strict=True)
             if nested or name != top]  # fmt: skip
    work = sum(row.macs + _VALUE * prod(row.output_shape) for row in after)
    kept = prod(rows[begin].output_shape if not nested else shape)
    if nested and begin:
        kept = prod(rows[begin - 1].output_shape)
    most = min(_MOST_WORK / (channels * max(1, work)), _MOST_VALUES / kept)
    return int(min(at_most, max(_FEWEST, most)))


def _replaced(output: Tensor, channel: int, value: float) -> Tensor:
    changed = output.clone()
    changed[:, channel] = value
    return changed


def _with(
    model: nn.Module, module: nn.Module, x: Tensor, channel: int | None, value: float
) -> Tensor:
    """Run `model` while a filter of one of its modules gives a constant."""
    if channel is None:
        logits: Tensor = model(x)
        return logits
    hook = module.register_forward_hook(
        lambda _module, _inputs, output: _replaced(output, channel, value)
    )
    try:
        logits = model(x)
    finally:
        hook.remove()
    return logits
