"""What a network can be trained for: one entry each, and nothing else knows them apart.

A task says what is asked for, how a network must end to give it, what is made small, how well it
is done, and what a frame shows of it. The loop, the recorder and the views ask it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.inspection.frames import Shown, make_frame, make_picture_frame
from cnnviz.inspection.likeness import psnr, ssim
from cnnviz.networks import check_classifier, check_picture
from cnnviz.runs import RunError
from cnnviz.training import pixel_losses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec
    from cnnviz.runs import RunConfig

_PROBES = 8


@dataclasses.dataclass(frozen=True)
class Loss:
    """Something that can be made small.

    Attributes:
        title: Name for people.
        mean: From what a network gives and what is wanted to one number, the mean over the batch.
    """

    title: str
    mean: Callable[[Tensor, Tensor], Tensor]


@dataclasses.dataclass(frozen=True)
class Measure:
    """How well a task is done; more is better.

    Attributes:
        name: Its field in the events of a run.
        title: Name for people.
        unit: `share`, from 0 to 1; or `dB`.
        trained: Whether it is also taken of the training pictures.
        goals: Values whose first time a race tells.
    """

    name: str
    title: str
    unit: Literal["share", "dB"]
    trained: bool = False
    goals: tuple[float, ...] = ()


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
    """

    id: ClassVar[str]
    title: ClassVar[str]
    asks: ClassVar[str]
    output: ClassVar[Literal["class", "labels", "picture"]]
    measures: ClassVar[tuple[Measure, ...]]
    losses: ClassVar[dict[str, Loss]]

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
        return torch.arange(min(len(labels), _PROBES))

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


class Classify(Task):
    """One class for each picture."""

    id = "classify"
    title = "Tell classes apart"
    asks = "Which class is it?"
    output = "class"
    measures = (Measure("accuracy", "Accuracy", "share", trained=True, goals=(0.8, 0.85, 0.9)),)
    losses: ClassVar[dict[str, Loss]] = {
        "crossentropy": Loss("Cross-entropy", F.cross_entropy),
    }

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N and M class numbers."""
        return torch.from_numpy(dataset.train_labels), torch.from_numpy(dataset.test_labels)

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """N class numbers."""
        return torch.randint(classes, (shape[0],))

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Ask for one number for each class."""
        check_classifier(spec, shape, classes)

    def loss(self, outputs: Tensor, wanted: Tensor, name: str, smoothing: float) -> Tensor:  # noqa: ARG002
        """Cross-entropy, with some of the target spread over all classes."""
        return F.cross_entropy(outputs, wanted, label_smoothing=smoothing)

    def sum_loss(self, outputs: Tensor, wanted: Tensor, name: str) -> Tensor:  # noqa: ARG002
        """Cross-entropy."""
        return F.cross_entropy(outputs, wanted, reduction="sum")

    def tallies(self, _classes: int) -> int:
        """The number of right answers."""
        return 1

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The number of right answers."""
        return (outputs.argmax(1) == wanted).sum()[None]

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """The accuracy."""
        return {"accuracy": tally[0] / images}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The confusion matrix."""
        return _pairs(outputs, wanted)

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """The accuracy and the confusion matrix."""
        return Score(loss, images, {"accuracy": float(tally.trace()) / images}, tally)

    def probes(self, labels: Tensor, classes: int) -> Tensor:
        """A few of as many different classes as possible, in class order."""
        rank = torch.zeros_like(labels)
        for label in range(classes):
            mine = labels == label
            rank[mine] = torch.arange(int(mine.sum()), device=rank.device)
        return (rank * classes + labels).argsort()[:_PROBES]

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """Filters, maps, evidence, probabilities."""
        return make_frame(model, inputs, targets, **moment)


class Segment(Task):
    """One class for each pixel."""

    id = "segment"
    title = "A class for every pixel"
    asks = "Which class is each pixel?"
    output = "labels"
    measures = (
        Measure("iou", "Mean IoU", "share", trained=True, goals=(0.4, 0.5, 0.6)),
        Measure("foreground", "Foreground IoU", "share", trained=True, goals=(0.73, 0.8, 0.9)),
        Measure("pixels", "Pixel accuracy", "share", trained=True),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "weighted": Loss("Cross-entropy, background weighted", pixel_losses.weighted),
        "crossentropy": Loss("Cross-entropy", pixel_losses.cross_entropy),
        "dice": Loss("Dice", pixel_losses.dice),
        "squared": Loss("Mean squared error", pixel_losses.squared),
    }

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N×H×W and M×H×W class numbers, in bytes."""
        return _asked(dataset)

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """N×H×W class numbers."""
        return torch.randint(classes, (shape[0], *shape[2:]), dtype=torch.uint8)

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Ask for one number for each class and pixel."""
        check_picture(spec, shape, classes)

    def wanted(self, targets: Tensor) -> Tensor:
        """N×H×W class numbers."""
        return targets.long()

    def tallies(self, classes: int) -> int:
        """The pixels of each true and predicted class."""
        return classes**2

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The confusion matrix of pixels, row by row."""
        return _pairs(outputs, wanted).flatten()

    def trained(self, tally: Sequence[float], _images: int) -> dict[str, float]:
        """Mean IoU and so on."""
        side = round(len(tally) ** 0.5)
        return overlaps(torch.tensor(tally).view(side, side))

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The confusion matrix of pixels."""
        return _pairs(outputs, wanted)

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """Mean IoU and so on, and the confusion matrix of pixels."""
        return Score(loss, images, overlaps(tally), tally)

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The class of each pixel, and how sure the network is of it."""

        def show(outputs: Tensor) -> Shown:
            wanted = self.wanted(targets)
            pairs = zip(outputs[:, None], wanted[:, None], strict=True)
            each = [overlaps(_pairs(*pair)) for pair in pairs]
            scores = {one.name: [found[one.name] for found in each] for one in self.measures}
            best = outputs.softmax(1).max(1)
            return Shown(best.indices.to(torch.uint8), best.values, scores)

        return make_picture_frame(model, inputs, show, **moment)


class Restore(Task):
    """One picture for each picture."""

    output = "picture"
    measures = (
        Measure("psnr", "PSNR", "dB", trained=True, goals=(14, 16, 18)),
        Measure("ssim", "SSIM", "share"),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "squared": Loss("Mean squared error", F.mse_loss),
        "l1": Loss("Mean absolute error (L1)", F.l1_loss),
    }

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N×C×H×W and M×C×H×W grey levels or colours, in bytes."""
        return _asked(dataset)

    def noise(self, shape: tuple[int, int, int, int], classes: int) -> Tensor:
        """N×classes×H×W levels."""
        return torch.randint(256, (shape[0], classes, *shape[2:]), dtype=torch.uint8)

    def check(self, spec: Spec, shape: tuple[int, int, int], classes: int) -> None:
        """Ask for one number for each channel and pixel."""
        check_picture(spec, shape, classes)

    def wanted(self, targets: Tensor) -> Tensor:
        """Levels from 0 to 1."""
        return targets.float() / 255

    def tallies(self, _classes: int) -> int:
        """The decibels of all pictures."""
        return 1

    def tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels of the pictures, added up."""
        return psnr(outputs.clamp(0, 1), wanted).sum()[None]

    def trained(self, tally: Sequence[float], images: int) -> dict[str, float]:
        """PSNR, the mean over the pictures."""
        return {"psnr": tally[0] / images}

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The decibels and the similarities of the pictures, added up."""
        seen = outputs.clamp(0, 1)
        return torch.stack((psnr(seen, wanted).sum(), ssim(seen, wanted).sum())).double()

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """PSNR and SSIM, the means over the pictures."""
        decibels, similarity = (tally / images).tolist()
        return Score(loss, images, {"psnr": decibels, "ssim": similarity})

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The pictures that the network gives."""

        def show(outputs: Tensor) -> Shown:
            seen, wanted = outputs.clamp(0, 1), self.wanted(targets)
            scores = {"psnr": psnr(seen, wanted).tolist(), "ssim": ssim(seen, wanted).tolist()}
            return Shown((seen * 255).round().to(torch.uint8), None, scores)

        return make_picture_frame(model, inputs, show, **moment)


class Denoise(Restore):
    """The clean picture of a noisy one."""

    id = "denoise"
    title = "Take off the noise"
    asks = "What was there before the noise?"


class Autoencode(Restore):
    """The picture itself."""

    id = "autoencode"
    title = "The picture itself, through a bottleneck"
    asks = "What can be made again of a few numbers?"


CLASSIFY = Classify()
TASKS: dict[str, Task] = {task.id: task for task in (CLASSIFY, Segment(), Denoise(), Autoencode())}
"""All tasks, by the ids of `cnnviz.runs.config.TaskId`."""


def task_of(config: RunConfig) -> Task:
    """What a run is trained for."""
    return TASKS[config.task]


def overlaps(pairs: Tensor) -> dict[str, float]:
    """Intersections over unions, and the share of pixels that are right.

    Args:
        pairs: K×K: how many pixels of each true class (row) were taken for each class (column).

    Returns:
        `iou`, the mean over the classes that the truth or the answer has; `foreground`, of all that
        is not class 0, whatever class it is, 1 where there is none; and `pixels`.
    """
    pairs = pairs.double()
    both, total = pairs.diagonal(), float(pairs.sum())
    either = pairs.sum(0) + pairs.sum(1) - both
    there = either > 0
    front = total - float(pairs[0, 0])
    return {
        "iou": float((both[there] / either[there]).mean()),
        "foreground": float(pairs[1:, 1:].sum()) / front if front else 1.0,
        "pixels": float(both.sum()) / total,
    }


def _pairs(outputs: Tensor, wanted: Tensor) -> Tensor:
    """K×K: how often each true class (row) was taken for each class (column)."""
    classes = outputs.shape[1]
    found = wanted.flatten() * classes + outputs.argmax(1).flatten()
    return torch.bincount(found, minlength=classes**2).view(classes, classes)


def _asked(dataset: Dataset) -> tuple[Tensor, Tensor]:
    """The pictures asked for: those given, else the pictures themselves."""
    if dataset.train_targets is None or dataset.test_targets is None:
        return torch.from_numpy(dataset.train_images), torch.from_numpy(dataset.test_images)
    return torch.from_numpy(dataset.train_targets), torch.from_numpy(dataset.test_targets)
