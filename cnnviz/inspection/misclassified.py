"""The pictures behind a cell of a confusion matrix: what was taken for what, and when."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.datasets import DatasetError, normalise
from cnnviz.inspection.cam import CAM, class_activation_map
from cnnviz.inspection.guard import InspectionError, untouched
from cnnviz.inspection.samples import Samples, load_samples, whole_test_set

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from cnnviz.runs import Run

_BATCH = 500


@dataclass(frozen=True, eq=False)
class Answers:
    """Test pictures with what a network takes them for.

    Attributes:
        step: The snapshot that was asked.
        samples: The pictures with their true classes, in the order in which training tests them.
        predicted: N, the most probable class of each.
        problem: Why these are not all the pictures that were tested; empty if they are.
    """

    step: int
    samples: Samples
    predicted: NDArray[np.int64]
    problem: str = ""

    def cell(self, true: int, predicted: int) -> NDArray[np.int64]:
        """Positions of the pictures of class `true` that were taken for `predicted`."""
        return np.flatnonzero((self.samples.labels == true) & (self.predicted == predicted))


def order_of_testing(count: int) -> NDArray[np.int64]:
    """The order in which training tests the pictures of a test set: any first part is fair."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    return np.asarray(order.numpy())


def pictures_tested(run: Run) -> tuple[Samples, str]:
    """A run's whole test set, in the order in which training tests it.

    Args:
        run: The run.

    Returns:
        The pictures, and why they are only a few of them; empty if they are all. Their
        `indices` say where each is in the test set as published.

    Raises:
        InspectionError: There is none to be had.
    """
    try:
        samples = whole_test_set(run)
    except DatasetError as error:
        return load_samples(run), str(error)
    order = order_of_testing(len(samples.labels))
    chosen = Samples(samples.images[order], samples.labels[order], order, samples.origin)
    return chosen, ""


def nearest_snapshot(run: Run, step: int) -> int:
    """The last kept weights that are not newer than a step.

    Raises:
        InspectionError: None that old were kept.
        RunError: The run cannot be read.
    """
    kept = [s for s in run.snapshot_steps() if s <= step]
    if not kept:
        raise InspectionError(f"No weights of step {step} or an earlier step were saved.")
    return kept[-1]


def images_tested(run: Run, step: int) -> int | None:
    """How many pictures the last evaluation up to a step looked at; None if there was none.

    Raises:
        RunError: The run cannot be read.
    """
    counts = [e.images for e in run.state().evaluations if e.step <= step]
    return counts[-1] if counts else None


def predict_all(
    model: nn.Module,
    step: int,
    pictures: tuple[Samples, str],
    scale: tuple[tuple[float, ...], tuple[float, ...]],
    count: int | None = None,
    *,
    label: int | None = None,
) -> Answers:
    """Ask a network what each test picture is.

    A cell of a confusion matrix needs the pictures of one class only, which saves most of the
    time.

    Args:
        model: The network of a snapshot.
        step: The snapshot.
        pictures: What `pictures_tested` gave.
        scale: Mean and spread per channel that the run was trained with.
        count: Only the first so many, as the evaluations during training do; all by default.
            Ignored when the pictures are not the whole set.
        label: Of those only the ones of this class.

    Returns:
        The pictures with the answers.
    """
    samples, problem = pictures
    chosen = np.arange(len(samples.labels))
    if not problem:
        chosen = chosen[:count]
    if label is not None:
        chosen = chosen[samples.labels[chosen] == label]
    samples = dataclasses.replace(
        samples,
        images=samples.images[chosen],
        labels=samples.labels[chosen],
        indices=None if samples.indices is None else samples.indices[chosen],
    )
    answers = [torch.empty(0, dtype=torch.int64)]
    with untouched(model), torch.no_grad():
        for begin in range(0, len(samples.labels), _BATCH):
            inputs = normalise(samples.images[begin : begin + _BATCH], *scale)
            inputs = inputs.contiguous(memory_format=torch.channels_last)
            answers.append(model(inputs).argmax(1))
    predicted: NDArray[np.int64] = torch.cat(answers).numpy()
    return Answers(step, samples, predicted, problem)


def two_maps(model: nn.Module, x: torch.Tensor, true: int, predicted: int) -> tuple[CAM, CAM]:
    """The evidence for the true class and for the predicted one.

    Where the network is right, the second is for the class it finds next most probable.

    Args:
        model: The network.
        x: C×H×W, preprocessed.
        true: The true class.
        predicted: What the network takes the picture for.

    Raises:
        InspectionError: The network gives no maps, or has no such class.
    """
    first = class_activation_map(model, x, true)
    if true == predicted:
        with untouched(model), torch.no_grad():
            logits = model(x[None])[0].clone()
        logits[true] = -torch.inf
        predicted = int(logits.argmax())
    return first, class_activation_map(model, x, predicted)
