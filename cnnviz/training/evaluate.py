"""How well a network does on test images, without changing it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.training.tasks import CLASSIFY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnviz.training.data import Normalise
    from cnnviz.training.tasks import Score, Task

_BATCH = 500


class TestSet:
    """The test images on the device, in an order in which any first part is a fair sample.

    Args:
        images: M×C×H×W, `uint8`.
        labels: M, `int64`; or what else the task asks for, as it keeps it.
        classes: How many classes there are.
        normalise: What turns the images into the network's input.
        device: Where to compute.
        task: What the network is for.
        loss: Name of one of its losses; empty for the usual one.
    """

    __test__ = False  # not a test, whatever pytest may think of the name

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        classes: int,
        normalise: Normalise,
        device: torch.device,
        *,
        task: Task = CLASSIFY,
        loss: str = "",
    ) -> None:
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        self._images = images[order].to(device)
        self._labels = labels[order].to(device)
        self._classes = classes
        self._task, self._loss = task, loss
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
        """Mean loss, and how well the task is done.

        Args:
            model: What to test.
            everything: On all images, not on the first ones, as many as the task says.
            unless: Asked between batches: whether to leave off.

        Returns:
            The score; None if it was left off.
        """
        count = len(self) if everything else min(len(self), self._task.sampled)
        device = self._images.device
        loss = torch.zeros((), device=device)
        tally: Tensor | None = None
        with evaluating(model):
            for begin in range(0, count, _BATCH):
                if unless():
                    return None
                part = slice(begin, min(begin + _BATCH, count))
                wanted = self._task.wanted(self._labels[part])
                images = self._normalise(self._images[part])
                lost, more = self._task.assess(model, images, wanted, self._loss)
                loss += lost
                tally = more if tally is None else tally + more
        assert tally is not None
        return self._task.tested(float(loss) / count, tally.cpu(), count)

    def sample(self, count: int) -> Tensor:
        """The first images, as the network's input: N×C×H×W."""
        return self._normalise(self._images[:count])

    def pick_probes(self) -> tuple[Tensor, Tensor]:
        """A few images to watch, as the task chooses them, with what is asked for."""
        chosen = self._task.probes(self._labels, self._classes)
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
