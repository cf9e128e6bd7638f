"""What a task is: what is asked for, what is made small, how well it is done, what is shown."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch

from cnnviz.runs import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor, nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec

PROBES = 8
"""Test pictures that every frame shows."""


@dataclasses.dataclass(frozen=True)
class Loss:
    """Something that can be made small.

    Attributes:
        title: Name for people.
        mean: From what a network gives and what is wanted to one number, the mean over the batch.
        code: The same as lines of Python, the body of a function of `outputs` and `wanted`.
    """

    title: str
    mean: Callable[[Tensor, Tensor], Tensor]
    code: str = ""


@dataclasses.dataclass(frozen=True)
class Measure:
    """How well a task is done.

    Attributes:
        name: Its field in the events of a run.
        title: Name for people.
        unit: `share`, from 0 to 1; `dB`; or `levels`, of the 255 of a picture.
        trained: Whether it is also taken of the training pictures.
        goals: Values whose first time a race tells, the easiest first.
        lower: Whether less is better.
    """

    name: str
    title: str
    unit: Literal["share", "dB", "levels"]
    trained: bool = False
    goals: tuple[float, ...] = ()
    lower: bool = False

    def words(self, value: float) -> str:
        """A value with its unit, such as `45.2 %`; a dash where there is none."""
        if not math.isfinite(value):
            return "–"
        return f"{100 * value:.1f} %" if self.unit == "share" else f"{value:.1f} {self.unit}"


@dataclasses.dataclass(frozen=True)
class Score:
    """The outcome of one evaluation.

    Attributes:
        loss: Mean over the pictures.
        images: How many were looked at.
        measures: By their names.
        confusion: `confusion[true, predicted]` counts pictures, or pixels; None without classes.
    """

    loss: float
    images: int
    measures: dict[str, float]
    confusion: Tensor | None = None

    @property
    def accuracy(self) -> float:
        """Share of images whose most likely class is right."""
        return self.measures["accuracy"]


class Task(ABC):
    """Something to train for.

    What is measured is added up over pictures as a row of numbers, on the device: `tally` gives
    those of a batch.

    Attributes:
        id: As in a run's config.
        title: Name for people.
        asks: What is asked for, in a sentence.
        output: What a network gives: a `class`, the `labels` of all pixels, or a `picture`.
        measures: The first is the one that counts.
        losses: By their names; the first is the usual one.
        wanted_code: `wanted` as an expression in `targets`, for the script to copy.
        measured_code: Lines that make `measured`, the first measure, of `outputs` and `wanted`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    asks: ClassVar[str]
    output: ClassVar[Literal["class", "labels", "picture"]]
    measures: ClassVar[tuple[Measure, ...]]
    losses: ClassVar[dict[str, Loss]]
    wanted_code: ClassVar[str] = "targets"
    measured_code: ClassVar[str] = ""

    @abstractmethod
    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """What is asked for of the training and of the test pictures, as it is kept."""

    @abstractmethod
    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """Targets of N×C×H×W pictures, drawn at random: to see how long a step takes."""

    @abstractmethod
    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Refuse a network that does not give what is asked for, or that cannot learn.

        Raises:
            NetworkError: What does not fit, and what to do.
        """

    def wanted(self, targets: Tensor) -> Tensor:
        """Targets of a batch as losses take them."""
        return targets

    def picture(self, outputs: Tensor, wanted: Tensor) -> Tensor:  # noqa: ARG002
        """What a network gives, as a picture that can be compared with the one that is wanted.

        Args:
            outputs: N×C×H×W.
            wanted: N×C×H×W levels from 0 to 1; of a colour, only the light is taken from it.

        Returns:
            N×C×H×W levels from 0 to 1.
        """
        return outputs.clamp(0, 1)

    def loss_named(self, name: str) -> Loss:
        """A loss by its name; the usual one by an empty name.

        Raises:
            RunError: There is none.
        """
        found = self.losses.get(name or next(iter(self.losses)))
        if found is None:
            raise RunError(f"There is no loss “{name}”: choose one of {', '.join(self.losses)}.")
        return found

    def loss(self, outputs: Tensor, wanted: Tensor, name: str, smoothing: float) -> Tensor:  # noqa: ARG002
        """What is made small in training, the mean over a batch."""
        return self.loss_named(name).mean(outputs, wanted)

    def sum_loss(self, outputs: Tensor, wanted: Tensor, name: str) -> Tensor:
        """The loss on test pictures, the sum over a batch."""
        return self.loss_named(name).mean(outputs, wanted) * len(wanted)

    @abstractmethod
    def tallies(self, classes: int) -> int:
        """How many numbers `tally` gives."""

    @abstractmethod
    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """What is added up of a training batch."""

    @abstractmethod
    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """The measures of so many training pictures, from their tally."""

    @abstractmethod
    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """What is added up of a batch of test pictures."""

    @abstractmethod
    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """The score of so many test pictures, from their mean loss and their tally."""

    def probes(self, labels: Tensor, _classes: int) -> Tensor:
        """Which test pictures to watch."""
        return torch.arange(min(len(labels), PROBES))

    @abstractmethod
    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """What is seen of a model with the probes, as `cnnviz.inspection.frames` packs it.

        Raises:
            NotFiniteError: A number is not finite.
        """

    def told(self) -> dict[str, Any]:
        """What the browser needs to know of it, as JSON-able data."""
        return {
            "id": self.id,
            "output": self.output,
            "measures": [dataclasses.asdict(measure) for measure in self.measures],
        }


def pairs(outputs: Tensor, wanted: Tensor) -> Tensor:
    """K×K: how often each true class (row) was taken for each class (column)."""
    classes = outputs.shape[1]
    found = wanted.flatten() * classes + outputs.argmax(1).flatten()
    return torch.bincount(found, minlength=classes**2).view(classes, classes)


def asked(dataset: Dataset) -> tuple[Tensor, Tensor]:
    """The pictures asked for: those given, else the pictures themselves."""
    if dataset.train_targets is None or dataset.test_targets is None:
        return torch.from_numpy(dataset.train_images), torch.from_numpy(dataset.test_images)
    return torch.from_numpy(dataset.train_targets), torch.from_numpy(dataset.test_targets)
