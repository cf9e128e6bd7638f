"""One mini-batch in detail: the loss of each image, how the filters change, and why.

A weight of a convolution is used at every place of every image. Its gradient is the sum, over all
of them, of the input it was multiplied with times the gradient of the loss with respect to the
output that this went into. For all weights of a filter at once, that is a correlation of the input
with that gradient as the kernel: the convolution's stride becomes its dilation, and the
convolution's dilation its stride (Dumoulin and Visin, arXiv:1603.07285, turn it the same way).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.convolution import Trace, trace
from cnnviz.inspection.guard import InspectionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.runs import Run

_SENTENCE = "The saved data of this step is inconsistent: {}."


@dataclass(frozen=True, eq=False)
class SingleStep:
    """One optimiser step, seen from the first convolution.

    Attributes:
        step: Its number: the weights are new after it.
        layer: Name of the first convolution.
        filter: Which of its filters `delta` belongs to.
        stride: Of the convolution, (vertical, horizontal).
        dilation: Likewise.
        optimiser: `sgd` or `adamw`.
        learning_rate: In use at this step.
        momentum: Of SGD; 0 for AdamW.
        weight_decay: As in the recipe.
        images: B×C×H×W `uint8`, as they entered the step, augmented.
        labels: B, the true classes.
        predicted: B, what they were taken for before the step.
        loss_before: B, the loss of each image with the old weights.
        loss_after: B, with the new ones.
        old: K×C×kh×kw, the filters before.
        gradient: K×C×kh×kw, the gradient of the mean loss.
        new: K×C×kh×kw, the filters after.
        input: B×C×Hp×Wp, what the convolution read: normalised and padded.
        delta: B×Ho×Wo, gradient of the mean loss with respect to the filter's output.
    """

    step: int
    layer: str
    filter: int
    stride: tuple[int, int]
    dilation: tuple[int, int]
    optimiser: str
    learning_rate: float
    momentum: float
    weight_decay: float
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    loss_before: NDArray[np.float64]
    loss_after: NDArray[np.float64]
    old: NDArray[np.float64]
    gradient: NDArray[np.float64]
    new: NDArray[np.float64]
    input: NDArray[np.float32]
    delta: NDArray[np.float32]

    @property
    def channels(self) -> int:
        """Input channels of the convolution."""
        return int(self.input.shape[1])

    @property
    def kernel(self) -> tuple[int, int]:
        """Height and width of a filter."""
        return self.old.shape[2], self.old.shape[3]


@dataclass(frozen=True)
class Update:
    """Why one weight changed; the parts from `plain` to `rest` add up to `change`.

    Attributes:
        old: The weight before.
        gradient: Of the mean loss.
        plain: −learning rate × gradient.
        decay: −learning rate × weight decay × old.
        rest: What the optimiser adds: momentum, or Adam's scaling of the gradient.
        new: The weight after.
    """

    old: float
    gradient: float
    plain: float
    decay: float
    rest: float
    new: float

    @property
    def change(self) -> float:
        """New − old."""
        return self.new - self.old


def read_step(run: Run, step: int) -> SingleStep:
    """Read a step that was kept in detail.

    Args:
        run: The run.
        step: One of `run.state().batches`.

    Raises:
        InspectionError: The file's parts do not fit together.
        RunError: There is no such step, or its file is damaged.
    """
    tensors, about = run.load_batch(step)
    return from_parts({name: tensor.numpy() for name, tensor in tensors.items()}, about)


def from_parts(arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> SingleStep:
    """Check the arrays and the notes of a step, and put them together.

    Raises:
        InspectionError: They do not fit together.
    """
    try:
        exact = {
            name: arrays[name].astype(np.float64)
            for name in ("loss_before", "loss_after", "old", "gradient", "new")
        }
        kept = SingleStep(
            step=int(about["step"]),
            layer=str(about["layer"]),
            filter=int(about["filter"]),
            stride=_pair(about["stride"]),
            dilation=_pair(about["dilation"]),
            optimiser=str(about["optimiser"]),
            learning_rate=float(about["learning_rate"]),
            momentum=float(about["momentum"]),
            weight_decay=float(about["weight_decay"]),
            images=arrays["images"],
            labels=arrays["labels"],
            predicted=arrays["predicted_before"],
            input=arrays["input"],
            delta=arrays["delta"],
            **exact,
        )
    except KeyError as error:
        raise InspectionError(_SENTENCE.format(f"there is no {error.args[0]}")) from error
    except (TypeError, ValueError) as error:
        raise InspectionError(_SENTENCE.format(error)) from error
    _check(kept)
    return kept


def _pair(value: Any) -> tuple[int, int]:
    """A whole number for both directions, or two of them."""
    first, second = value if isinstance(value, list | tuple) else (value, value)
    if min(int(first), int(second)) < 1:
        raise ValueError(f"{value!r} is no stride or dilation")
    return int(first), int(second)


def _check(kept: SingleStep) -> None:
    count = len(kept.images)
    shapes = {kept.old.shape, kept.gradient.shape, kept.new.shape}
    per_image = (kept.labels, kept.predicted, kept.loss_before, kept.loss_after)
    if (
        count == 0
        or {len(kept.input), len(kept.delta), *map(len, per_image)} != {count}
        or kept.images.ndim != 4
        or kept.input.ndim != 4
        or kept.delta.ndim != 3
        or len(shapes) > 1
        or kept.old.ndim != 4
        or kept.old.shape[1] != kept.channels
        or not 0 <= kept.filter < len(kept.old)
    ):
        raise InspectionError(_SENTENCE.format("the shapes differ"))
    if any(read > there for read, there in zip(_read(kept), kept.input.shape[2:], strict=True)):
        raise InspectionError(_SENTENCE.format("the input is smaller than what was read of it"))


def _read(kept: SingleStep) -> tuple[int, int]:
    """Rows and columns of the padded input that the convolution reads."""
    rows, columns = (
        (outputs - 1) * stride + (size - 1) * dilation + 1
        for outputs, stride, size, dilation in zip(
            kept.delta.shape[1:], kept.stride, kept.kernel, kept.dilation, strict=True
        )
    )
    return rows, columns


def gradient_trace(kept: SingleStep, image: int, channel: int) -> Trace:
    """The part of a filter's gradient that one image gives, as a correlation.

    Output cell (i, j) is the part of weight (i, j): the sum over all places of input × delta.

    Args:
        kept: The step.
        image: Which image of the batch.
        channel: Input channel.
    """
    rows, columns = _read(kept)  # a stride that does not divide leaves the far end unread
    return trace(
        kept.input[image, channel, :rows, :columns],
        kept.delta[image],
        stride=kept.dilation,
        dilation=kept.stride,
    )


def parts_by_image(kept: SingleStep, weight: tuple[int, int, int]) -> NDArray[np.float64]:
    """What each image adds to the gradient of one weight of the followed filter.

    Args:
        kept: The step.
        weight: Channel, row and column.

    Returns:
        B numbers, whose sum is the gradient.
    """
    channel, row, column = weight
    _, rows, columns = kept.delta.shape
    top, left = row * kept.dilation[0], column * kept.dilation[1]
    seen = kept.input[
        :,
        channel,
        top : top + (rows - 1) * kept.stride[0] + 1 : kept.stride[0],
        left : left + (columns - 1) * kept.stride[1] + 1 : kept.stride[1],
    ]
    return np.asarray((seen.astype(np.float64) * kept.delta).sum((1, 2)))


def update_of(kept: SingleStep, filter_: int, weight: tuple[int, int, int]) -> Update:
    """Take the change of one weight apart.

    SGD with Nesterov momentum μ steps by rate × (g + μ·v), with g the gradient plus decay ×
    weight and v the running sum of the g, newest first, each step back counting μ times less.
    AdamW shrinks the weight by rate × decay × weight and steps by a running mean of the
    gradients over the root of a running mean of their squares. Both contain the plain step and
    the decay; what is left is what the optimiser's memory adds.

    Args:
        kept: The step.
        filter_: Which filter.
        weight: Channel, row and column.
    """
    place = (filter_, *weight)
    old, new = float(kept.old[place]), float(kept.new[place])
    gradient = float(kept.gradient[place])
    plain = -kept.learning_rate * gradient
    decay = -kept.learning_rate * kept.weight_decay * old
    return Update(old, gradient, plain, decay, (new - old) - plain - decay, new)
