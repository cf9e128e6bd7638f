"""What a run records on its way: one class per kind of event that is kept."""

from __future__ import annotations

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Progress:
    """Training since the previous `Progress`.

    Attributes:
        step: Optimiser steps done.
        epoch: The same in passes over the training images.
        loss: Mean training loss.
        accuracy: Share of training images right, in 0..1; NaN where the task is another than to
            tell classes apart.
        learning_rate: In use at `step`.
        images_per_second: While training, without the time spent on evaluation.
        seconds: Training time since the start, without evaluation and pauses.
        measures: How well it does, by the names of the measures of `cnnviz.training.tasks`, where
            the task is another than to tell classes apart.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float
    measures: dict[str, float] = dataclasses.field(default_factory=dict, hash=False)

    def measure(self, name: str) -> float:
        """The accuracy, the loss or another measure by its name; NaN if there is none."""
        return _measure(self, name)


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How the network did on test images.

    Attributes:
        step: Optimiser steps done.
        epoch: The same in passes over the training images.
        loss: Mean cross-entropy, or mean of the loss of the task.
        accuracy: Share right, in 0..1; NaN as in `Progress`.
        images: How many test images; at most the first thousand while training.
        seconds: Training time since the start.
        confusion: Rows are the true class, columns the predicted one; counts. None only
            in runs of earlier versions, for evaluations on a part of the images, and where the
            task knows no classes. Pixels are counted where it is a class for each of them.
        measures: As in `Progress`.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    images: int
    seconds: float
    confusion: tuple[tuple[int, ...], ...] | None = None
    measures: dict[str, float] = dataclasses.field(default_factory=dict, hash=False)

    def measure(self, name: str) -> float:
        """The accuracy, the loss or another measure by its name; NaN if there is none."""
        return _measure(self, name)


def _measure(point: Progress | Evaluation, name: str) -> float:
    if name == "accuracy":
        return point.accuracy
    return point.loss if name == "loss" else point.measures.get(name, math.nan)


@dataclasses.dataclass(frozen=True)
class LayerHealth:
    """Gradient, update and dead channels of one layer with weights at one step.

    Attributes:
        name: As in `cnnviz.networks.summary`.
        gradient: L2 norm of the gradient of its weight.
        ratio: Norm of the weight's change over the norm of the weight.
        dead: Share in 0..1 of the channels of the ReLU it feeds that are 0 everywhere on
            a test batch; None when it feeds no ReLU.
    """

    name: str
    gradient: float
    ratio: float
    dead: float | None = None


@dataclasses.dataclass(frozen=True)
class Health:
    """All layers with weights, first to last, at one step."""

    step: int
    layers: tuple[LayerHealth, ...]


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that goes wrong in training, in words for the page.

    Attributes:
        kind: nan, flat, short, diverging, overfitting, dead, vanishing, exploding or collapsed.
        text: What is seen.
        advice: What to try.
    """

    kind: str
    text: str
    advice: str


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """What was found at a step; it holds until the next diagnosis."""

    step: int
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True)
class Change:
    """Something changed by hand while training; None is what stayed."""

    step: int
    learning_rate: float | None = None
    pace: float | None = None
