"""How well a network does on test images, without changing it."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnviz.training.data import Normalise

_BATCH = 500
_SUBSET = 1000
_PROBES = 8


@dataclasses.dataclass(frozen=True)
class Score:
    """The outcome of one evaluation; `confusion[true, predicted]` counts images."""

    loss: float
    confusion: Tensor

    @property
    def images(self) -> int:
        """How many images were looked at."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of images whose most likely class is right."""
        return float(self.confusion.trace()) / self.images


class TestSet:
    """The test images on the device, in an order in which any first part is a fair sample.

    Args:
        images: M×C×H×W, `uint8`.
        labels: M, `int64`.
        classes: How many classes there are.
        normalise: What turns the images into the network's input.
        device: Where to compute.
    """

    __test__ = False  # not a test, whatever pytest may think of the name

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        classes: int,
        normalise: Normalise,
        device: torch.device,
    ) -> None:
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        self._images = images[order].to(device)
        self._labels = labels[order].to(device)
        self._classes = classes
        self._normalise = normalise

    def __len__(self) -> int:
        return len(self._images)

    def evaluate(
        self,
        model: nn.Module,
        *,
        everything: bool = False,
        unless: Callable[[], bool] = lambda: False,
    ) -> Score | None:
        """Mean cross-entropy and confusion matrix on all images, or on the first thousand.

        Args:
            model: What to test.
            everything: All images.
            unless: Asked between batches: whether to leave off.

        Returns:
            The score; None if it was left off.
        """
        count = len(self) if everything else min(len(self), _SUBSET)
        device = self._images.device
        loss = torch.zeros((), device=device)
        counts = torch.zeros(self._classes**2, dtype=torch.int64, device=device)
        with evaluating(model):
            for begin in range(0, count, _BATCH):
                if unless():
                    return None
                part = slice(begin, min(begin + _BATCH, count))
                labels = self._labels[part]
                logits = model(self._normalise(self._images[part]))
                loss += F.cross_entropy(logits, labels, reduction="sum")
                pairs = labels * self._classes + logits.argmax(1)
                counts += torch.bincount(pairs, minlength=self._classes**2)
        confusion = counts.view(self._classes, self._classes).cpu()
        return Score(float(loss) / count, confusion)

    def sample(self, count: int) -> Tensor:
        """The first images, as the network's input: N×C×H×W."""
        return self._normalise(self._images[:count])

    def pick_probes(self) -> tuple[Tensor, Tensor]:
        """A few images to watch, of as many different classes as possible, in class order."""
        rank = torch.zeros_like(self._labels)
        for label in range(self._classes):
            mine = self._labels == label
            rank[mine] = torch.arange(int(mine.sum()), device=rank.device)
        chosen = (rank * self._classes + self._labels).argsort()[:_PROBES]
        return self._images[chosen].cpu(), self._labels[chosen].cpu()


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; the mode of every module is put back."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
