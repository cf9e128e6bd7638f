"""To tell classes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
import torch.nn.functional as F

from cnnviz.inspection.frames import make_frame
from cnnviz.networks import check_classifier
from cnnviz.training.tasks.base import PROBES, Loss, Measure, Score, Task, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from cnnviz.datasets import Dataset
    from cnnviz.networks import Spec


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
        return pairs(outputs, wanted)

    def tested(self, loss: float, tally: Tensor, images: int) -> Score:
        """The accuracy and the confusion matrix."""
        return Score(loss, images, {"accuracy": float(tally.trace()) / images}, tally)

    def probes(self, labels: Tensor, classes: int) -> Tensor:
        """A few of as many different classes as possible, in class order."""
        rank = torch.zeros_like(labels)
        for label in range(classes):
            mine = labels == label
            rank[mine] = torch.arange(int(mine.sum()), device=rank.device)
        return (rank * classes + labels).argsort()[:PROBES]

    def frame(self, model: nn.Module, inputs: Tensor, targets: Tensor, **moment: Any) -> bytes:
        """Filters, maps, evidence, probabilities."""
        return make_frame(model, inputs, targets, **moment)
