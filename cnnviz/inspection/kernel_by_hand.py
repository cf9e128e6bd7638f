"""A kernel made by hand in the place of a learned filter, and a learned filter as a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from cnnviz.imaging import resize_kernel
from cnnviz.inspection.activations import Prediction, conv_layers, filters, find, one_picture
from cnnviz.inspection.guard import InspectionError, untouched
from cnnviz.inspection.outputs import batches, check_channel, run_to

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


def first_convolution(model: nn.Module, channels: int) -> str:
    """Name of the convolution that reads the picture itself.

    Args:
        model: A network.
        channels: How many channels its pictures have.

    Raises:
        InspectionError: There is none.
    """
    for name in conv_layers(model)[:1]:
        if filters(model, name).shape[1] == channels:
            return name
    raise InspectionError("This network does not begin with a convolution.")


def grey_kernels(model: nn.Module, layer: str) -> NDArray[np.float32]:
    """What the filters of a layer do to a grey picture, whose channels are equal: kernels.

    The sums over the channels of (w_c ∗ x) are (Σ w_c) ∗ x if each channel is x.

    Returns:
        outputs×kh×kw.

    Raises:
        InspectionError: There is no such convolution.
    """
    kernels: NDArray[np.float32] = filters(model, layer).sum(1).numpy()
    return kernels


def fitted(
    learned: NDArray[np.float32], kernel: NDArray[np.float32], *, scaled: bool
) -> NDArray[np.float32]:
    """Make a kernel fit in the place of a learned filter.

    It is cut or surrounded with zeros to the filter's size, and works on the mean of the channels.

    Args:
        learned: The filter in whose place it goes: inputs×kh×kw.
        kernel: Of any size.
        scaled: Whether all weights are multiplied by one number so that the root of the sum of
            their squares is the learned filter's.

    Returns:
        inputs×kh×kw.
    """
    sized = resize_kernel(kernel, *learned.shape[1:]) / len(learned)
    weights = np.repeat(sized[None], len(learned), axis=0)
    size = float(np.linalg.norm(weights))
    if scaled and size:
        weights = weights * (float(np.linalg.norm(learned)) / size)
    return weights.astype(np.float32)


class ByHand:
    """A network in which one filter has other weights; the network itself is not changed.

    Args:
        model: A classifier that gives N×classes logits.
        layer: Name of a convolution.
        channel: The filter.
        weights: Instead of its own, inputs×kh×kw. Its bias stays.

    Raises:
        InspectionError: There is no such convolution or filter.
    """

    def __init__(
        self, model: nn.Module, layer: str, channel: int, weights: NDArray[np.float32]
    ) -> None:
        changed = filters(model, layer)
        check_channel(layer, channel, len(changed))
        changed[channel] = torch.from_numpy(weights)
        self._model, self._layer, self._channel = model, layer, channel
        self._weight = changed

    def map(self, x: Tensor) -> NDArray[np.float32]:
        """What the filter makes of one picture, C×H×W or 1×C×H×W, preprocessed: H'×W'."""
        start = run_to(self._model, self._layer, one_picture(x), before=True)
        with untouched(self._model), torch.no_grad():
            output = functional_call(
                find(self._model, self._layer), {"weight": self._weight}, (start,)
            )
        found: NDArray[np.float32] = output[0, self._channel].numpy()
        return found

    def answer(self, x: Tensor) -> Prediction:
        """The network's answer to one picture."""
        logits = self._logits(one_picture(x))[0].clone()
        return Prediction(logits, logits.softmax(0))

    def predicted(self, inputs: Tensor) -> NDArray[np.int64]:
        """The most probable class of each picture of N×C×H×W."""
        answers = [self._logits(batch).argmax(1) for batch in batches(inputs)]
        predicted: NDArray[np.int64] = torch.cat(answers).numpy()
        return predicted

    def _logits(self, x: Tensor) -> Tensor:
        with untouched(self._model), torch.no_grad():
            weights = {f"{self._layer}.weight": self._weight}
            logits: Tensor = functional_call(self._model, weights, (x,))
        return logits
