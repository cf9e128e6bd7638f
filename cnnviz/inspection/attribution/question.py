"""What the methods ask of a network: its answers and gradients, for batches of changed pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnviz.inspection.guard import untouched

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH_VALUES = 1_300_000  # of a batch: eight pictures of 224×224 are the fastest a picture
_MOST = 64


@dataclass(frozen=True, eq=False)
class Question:
    """A class of a network, about one picture.

    Each call takes the network's lock for one batch alone, so that others get in between.

    Attributes:
        model: A classifier that gives N×classes logits.
        x: 1×C×H×W, preprocessed.
        class_index: The class.
    """

    model: nn.Module
    x: Tensor
    class_index: int

    @property
    def batch(self) -> int:
        """How many pictures are asked about at once."""
        return max(1, min(_MOST, _BATCH_VALUES // self.x.numel()))

    def logits(self, pictures: Tensor) -> Tensor:
        """The class's logit for each of N pictures."""
        return self.answers(pictures)[:, self.class_index]

    def answers(self, pictures: Tensor) -> Tensor:
        """All logits for each of N pictures: N×classes."""
        with untouched(self.model), torch.no_grad():
            logits: Tensor = self.model(pictures).double()
        return logits

    def gradients(self, pictures: Tensor) -> Tensor:
        """The gradient of the class's logit for each of N pictures: N×C×H×W."""
        with untouched(self.model):
            leaf = pictures.detach().clone().requires_grad_()
            # In evaluation mode no picture has a say in the answer to another: the gradient of
            # the sum is all the gradients. A clone, since the first layer may work in place.
            total = self.model(leaf.clone())[:, self.class_index].sum()
            (gradient,) = torch.autograd.grad(total, leaf)
        return gradient.detach().double()

    def parts(self, count: int) -> Iterator[slice]:
        """Slices of at most a batch that cover `count` pictures."""
        for begin in range(0, count, self.batch):
            yield slice(begin, min(count, begin + self.batch))
