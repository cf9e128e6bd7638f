"""What a task is: what is asked for, what is made small, how well it is done, what is shown."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from cnnviz.runs import Finding, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch.optim import Optimizer

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec
    from cnnviz.runs import Evaluation, Progress, RunState

PROBES = 8
"""Test pictures that every frame shows."""
SHORTEST = 60
"""Steps: in fewer, nothing need be learned."""
_WARM = 0.3  # of the steps


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
        unit: `share`, from 0 to 1; `dB`; `levels`, of the 255 of a picture; `nats`; or `digits`.
        trained: Whether it is also taken of the training pictures.
        goals: Values whose first time a race tells, the easiest first.
        lower: Whether less is better.
        alone: Whether it can be said of one picture.
    """

    name: str
    title: str
    unit: Literal["share", "dB", "levels", "nats", "digits"]
    trained: bool = False
    goals: tuple[float, ...] = ()
    lower: bool = False
    alone: bool = True

    def words(self, value: float) -> str:
        """A value with its unit, such as `45.2%`; a dash where there is none."""
        if not math.isfinite(value):
            return "–"
        return f"{100 * value:.1f}%" if self.unit == "share" else f"{value:.1f} {self.unit}"


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


@dataclasses.dataclass
class Pupil:
    """A network at one step of its training.

    Attributes:
        model: It.
        optimiser: What changes its weights, at the rate of this step.
        loss: Name of what is made small; empty for the usual one.
        smoothing: Share of the target spread over all classes.
        half: Whether passes are in half precision, where that is faster.
    """

    model: nn.Module
    optimiser: Optimizer
    loss: str = ""
    smoothing: float = 0.0
    half: bool = False

    def run(self, part: nn.Module, inputs: Tensor) -> Tensor:
        """What the model, or a part of it, gives: in single precision, whatever it was made in."""
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=self.half):
            outputs: Tensor = part(inputs)
        return outputs.float()


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
        shown: Pictures of a frame side by side: what each is called, and the tensor that has it,
            `images` and `targets` of the probes or one of the frame.
        by_heart: Whether it learns by heart if the loss falls on training pictures alone.
        drawable: Whether a picture of one's own can go in.
        moves: Whether what is asked for is shifted and mirrored as the picture is.
        sampled: Test pictures that are looked at on the way; all are at the end.
        parts: What the layers are parts of, in sentences for people, where they are of several.
        wanted_code: `wanted` as an expression in `targets`, for the script to copy.
        arguments_code: What the function of a loss takes.
        before_code: Lines before the first step.
        step_code: Lines that take a step, from `pixels` and `targets`.
        tested_code: Lines that make `outputs` and `wanted` of the test pictures.
        measured_code: Lines that make `measured`, the first measure, of `outputs` and `wanted`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    asks: ClassVar[str]
    output: ClassVar[Literal["class", "labels", "picture"]]
    measures: ClassVar[tuple[Measure, ...]]
    losses: ClassVar[dict[str, Loss]]
    shown: ClassVar[tuple[tuple[str, str], ...]] = (
        ("input", "images"),
        ("output", "outputs"),
        ("truth", "targets"),
    )
    by_heart: ClassVar[bool] = True
    drawable: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    sampled: ClassVar[int] = 1000
    parts: ClassVar[str] = ""
    wanted_code: ClassVar[str] = "targets"
    arguments_code: ClassVar[str] = "outputs, wanted"
    before_code: ClassVar[str] = ""
    step_code: ClassVar[str] = """\
optimiser.zero_grad()
loss = loss_of(model(normalise(pixels)), wanted_of(targets))
loss.backward()
optimiser.step()"""
    tested_code: ClassVar[str] = """\
with torch.no_grad():
    outputs = torch.cat([model(normalise(x)) for x in test_x.split(500)])
wanted = wanted_of(test_y)"""
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

    def given(self, model: nn.Module, images: Tensor) -> Tensor:
        """What a network gives for N×C×H×W pictures, before `picture`."""
        outputs: Tensor = model(images)
        return outputs

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

    def step(self, pupil: Pupil, images: Tensor, wanted: Tensor) -> Tensor:
        """Take one step.

        Args:
            pupil: What learns.
            images: N×C×H×W, as the network takes them.
            wanted: What is asked for, as losses take it.

        Returns:
            The sum of the losses and then the tally, on the device: nothing waits.
        """
        pupil.optimiser.zero_grad(set_to_none=True)
        outputs = pupil.run(pupil.model, images)
        loss = self.loss(outputs, wanted, pupil.loss, pupil.smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        pupil.optimiser.step()
        tally = self.tally(outputs.detach(), wanted)
        return torch.cat(((loss.detach() * len(wanted))[None], tally))

    def assess(
        self, model: nn.Module, images: Tensor, wanted: Tensor, loss: str
    ) -> tuple[Tensor, Tensor]:
        """The loss on a batch of test pictures, added up, and their tally; nothing is learned.

        Args:
            model: In evaluation mode.
            images: N×C×H×W, as the network takes them.
            wanted: What is asked for, as losses take it.
            loss: Name of one; empty for the usual one.
        """
        outputs = model(images)
        return self.sum_loss(outputs, wanted, loss), self.test_tally(outputs, wanted)

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

    def code_of(self, loss: str) -> str:  # noqa: ARG002
        """The lines of a step with a loss, for the script to copy."""
        return self.step_code

    def findings(self, state: RunState) -> list[Finding]:  # noqa: ARG002
        """Trouble that only this task has, the gravest first."""
        return []

    def told(self) -> dict[str, Any]:
        """What the browser needs to know of it, as JSON-able data."""
        return {
            "id": self.id,
            "output": self.output,
            "shown": self.shown,
            "drawable": self.drawable,
            "measures": [dataclasses.asdict(measure) for measure in self.measures],
        }


def pairs(outputs: Tensor, wanted: Tensor) -> Tensor:
    """K×K: how often each true class (row) was taken for each class (column)."""
    classes = outputs.shape[1]
    found = wanted.flatten() * classes + outputs.argmax(1).flatten()
    return torch.bincount(found, minlength=classes**2).view(classes, classes)


def parted(model: nn.Module, kind: type[nn.Module]) -> tuple[nn.Module, nn.Module, nn.Module]:
    """The layers before the first one of a kind, that one, and the layers behind it."""
    assert isinstance(model, nn.Sequential)
    at = next(number for number, layer in enumerate(model) if isinstance(layer, kind))
    return model[:at], model[at], model[at + 1 :]


def asked(dataset: Dataset) -> tuple[Tensor, Tensor]:
    """The pictures asked for: those given, else the pictures themselves."""
    if dataset.train_targets is None or dataset.test_targets is None:
        return torch.from_numpy(dataset.train_images), torch.from_numpy(dataset.test_images)
    return torch.from_numpy(dataset.train_targets), torch.from_numpy(dataset.test_targets)


def collapsed(
    state: RunState, last: Sequence[Progress | Evaluation], measure: str, least: float
) -> bool:
    """Whether a measure stays below its least value, long after a run has begun."""
    first = max(SHORTEST, _WARM * state.total_steps)
    return last[0].step >= first and all(one.measure(measure) < least for one in last)


def after_few_steps(state: RunState) -> Evaluation | None:
    """The last test of a run that is over after so few steps that nothing need be learned."""
    last = state.final
    over = last is not None and last.step == state.total_steps and last.step < SHORTEST
    return last if over else None


def few_steps(what: str) -> Finding:
    """What to say of such a run that has learned nothing.

    Args:
        what: What shows it: the beginning of a sentence.
    """
    return Finding(
        "short",
        f"{what}: so few steps do not show whether the network can learn this.",
        "Train for more epochs, or use smaller batches: both make more steps.",
    )
