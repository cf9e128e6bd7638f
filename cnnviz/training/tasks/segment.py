"""To give every pixel a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch

from cnnviz.inspection.frames import Shown, make_picture_frame
from cnnviz.networks import check_picture
from cnnviz.numbers.formatting import counted
from cnnviz.runs import Finding
from cnnviz.training.tasks import pixel_losses
from cnnviz.training.tasks.base import (
    SHORTEST,
    Loss,
    Measure,
    Score,
    Task,
    after_few_steps,
    asked,
    few_steps,
    pairs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec
    from cnnviz.runs import RunState

_NOTHING = 0.01  # of the foreground
_MEASURED = """\
classes = outputs.shape[1]
found = outputs.argmax(1)
both = torch.stack([((found == k) & (wanted == k)).sum() for k in range(classes)])
either = torch.stack([((found == k) | (wanted == k)).sum() for k in range(classes)])
measured = (both / either)[either > 0].mean().item()  # classes that are nowhere are left out"""


class Segment(Task):
    """One class for each pixel."""

    id = "segment"
    title = "A class for every pixel"
    asks = "Which class is each pixel?"
    output = "labels"
    sampled = 200
    measures = (
        Measure("iou", "Mean IoU", "share", trained=True, goals=(0.4, 0.5, 0.6)),
        Measure("foreground", "Foreground IoU", "share", trained=True, goals=(0.73, 0.8, 0.9)),
        Measure("pixels", "Pixel accuracy", "share", trained=True),
    )
    losses: ClassVar[dict[str, Loss]] = {
        "both": Loss(
            "Cross-entropy and Dice", pixel_losses.cross_entropy_and_dice, pixel_losses.BOTH_CODE
        ),
        "weighted": Loss(
            "Cross-entropy, background weighted", pixel_losses.weighted, pixel_losses.WEIGHTED_CODE
        ),
        "crossentropy": Loss(
            "Cross-entropy", pixel_losses.cross_entropy, "return F.cross_entropy(outputs, wanted)"
        ),
        "dice": Loss("Dice", pixel_losses.dice, pixel_losses.DICE_CODE),
        "squared": Loss("Mean squared error", pixel_losses.squared, pixel_losses.SQUARED_CODE),
    }
    wanted_code = "targets.long()"
    measured_code = _MEASURED

    def targets(self, dataset: Dataset) -> tuple[Tensor, Tensor]:
        """N×H×W and M×H×W class numbers, in bytes."""
        return asked(dataset)

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
        return pairs(outputs, wanted).flatten()

    def trained(self, tally: Sequence[float], _images: int) -> dict[str, float]:
        """Mean IoU and so on."""
        side = round(len(tally) ** 0.5)
        return overlaps(torch.tensor(tally).view(side, side))

    def test_tally(self, outputs: Tensor, wanted: Tensor) -> Tensor:
        """The confusion matrix of pixels."""
        return pairs(outputs, wanted)

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """Mean IoU and so on, and the confusion matrix of pixels."""
        return Score(loss, images, overlaps(tally), tally)

    def findings(self, state: RunState) -> list[Finding]:
        """Nothing but background, which is right most of the time."""
        few = after_few_steps(state)
        if few and few.measure("foreground") < _NOTHING:
            steps = counted(few.step, "step")
            return [few_steps(f"It calls every pixel background after only {steps}")]
        last = state.evaluations[-3:]
        if len(last) < 3 or last[0].step < SHORTEST:
            return []
        if any(not one.measure("foreground") < _NOTHING for one in last):
            return []
        return [
            Finding(
                "flat",
                "It calls every pixel background, which is right most of the time, and finds"
                " nothing else.",
                "Choose a loss that weighs the background less, or Dice, or a higher learning"
                " rate.",
            )
        ]

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """The class of each pixel, and how sure the network is of it."""

        def show(outputs: Tensor) -> Shown:
            wanted = self.wanted(targets)
            both = zip(outputs[:, None], wanted[:, None], strict=True)
            each = [overlaps(pairs(*pair)) for pair in both]
            scores = {one.name: [found[one.name] for found in each] for one in self.measures}
            best = outputs.softmax(1).max(1)
            return Shown(best.indices.to(torch.uint8), best.values, scores)

        return make_picture_frame(model, inputs, show, **moment)


def overlaps(counts: Tensor) -> dict[str, float]:
    """Intersections over unions, and the share of pixels that are right.

    Args:
        counts: K×K: how many pixels of each true class (row) were taken for each class (column).

    Returns:
        `iou`, the mean over the classes that the truth or the answer has; `foreground`, of all that
        is not class 0, whatever class it is, 1 where there is none; and `pixels`.
    """
    counts = counts.double()
    both, total = counts.diagonal(), float(counts.sum())
    either = counts.sum(0) + counts.sum(1) - both
    there = either > 0
    front = total - float(counts[0, 0])
    return {
        "iou": float((both[there] / either[there]).mean()),
        "foreground": float(counts[1:, 1:].sum()) / front if front else 1.0,
        "pixels": float(both.sum()) / total,
    }
