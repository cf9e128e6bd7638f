"""Right for the wrong reason: one class of the training pictures carries a small mark.

A network takes whatever tells classes apart. If all pictures of a class have a mark, such as the
line below the horses of one famous photo archive, it can learn the mark instead of the class:
S. Lapuschkin et al., Unmasking Clever Hans predictors, Nature Communications 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from cnnviz.datasets import load_dataset, normalise
from cnnviz.inspection import class_activation_map
from cnnviz.networks import build, network_from_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

SIDE = 16
"""Of a picture, in pixels: digits of 8×8, enlarged."""
STEPS, EVERY = 120, 10
"""Of the training, with a batch each; steps from one look at it to the next."""
_MARK = 2  # pixels a side, in the lower right corner
_NETWORK = "c16k3p1 bn relu p2 c32k3p1 bn relu c32k3p1 bn relu gap fc10"
_BATCH, _RATE = 64, 1e-2


@dataclass(frozen=True, eq=False)
class Moment:
    """What the network has learned after some steps.

    Attributes:
        step: How many.
        loss: Of the last batch; of the first one before any step.
        accuracy: On new pictures that carry the mark as those of the training do.
        without: The share of the class that is named rightly when its mark is removed.
        misled: The share of the other classes that is taken for the class when they get the mark.
        maps: The class's activation maps of `examples`, in their order.
    """

    step: int
    loss: float
    accuracy: float
    without: float
    misled: float
    maps: tuple[NDArray[np.float64], ...]


def marked(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the mark on pictures, …×SIDE×SIDE: a white square in the lower right corner."""
    found = pictures.copy()
    found[..., -_MARK - 1 : -1, -_MARK - 1 : -1] = 255
    return found


def examples(label: int) -> tuple[NDArray[np.uint8], ...]:
    """Test pictures: one of the class with its mark, the same without, another with the mark."""
    pictures, labels = _pictures(test=True)
    own = pictures[labels == label][0]
    other = pictures[labels == other_than(label)][0]
    return marked(own), own, marked(other)


def other_than(label: int) -> int:
    """The class of the third of `examples`."""
    return (label + 5) % 10


def learn_marked(label: int, steps: int = STEPS) -> Iterator[Moment]:
    """Train on digits of which one class is marked, from a fixed seed.

    Args:
        label: The class that carries the mark.
        steps: How long.

    Yields:
        What was learned before the first step, and after every `EVERY`.
    """
    pictures, labels = _pictures(test=False)
    inputs, targets = _inputs(_as_trained(pictures, labels, label)), torch.from_numpy(labels)
    tested, truth = _pictures(test=True)
    own, others = tested[truth == label], tested[truth != label]
    whole, bare = _inputs(_as_trained(tested, truth, label)), _inputs(own)
    misled, shown = _inputs(marked(others)), _inputs(np.stack(examples(label)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build(network_from_line(_NETWORK), (1, SIDE, SIDE))
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for step in range(steps + 1):
        batch = torch.randint(0, len(targets), (_BATCH,), generator=generator)
        model.train(step > 0)
        loss = F.cross_entropy(model(inputs[batch]), targets[batch])
        if step:
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        if step % EVERY:
            continue
        model.eval()
        with torch.inference_mode():
            answers = [model(x).argmax(1).numpy() for x in (whole, bare, misled)]
        yield Moment(
            step, loss.item(), float((answers[0] == truth).mean()),
            float((answers[1] == label).mean()), float((answers[2] == label).mean()),
            tuple(class_activation_map(model, x, label).raw for x in shown),
        )  # fmt: skip


def _pictures(*, test: bool) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    digits = load_dataset("digits")
    small = digits.test_images if test else digits.train_images
    large = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for one in small[:, 0]]
    return np.stack(large), digits.test_labels if test else digits.train_labels


def _as_trained(
    pictures: NDArray[np.uint8], labels: NDArray[np.int64], label: int
) -> NDArray[np.uint8]:
    found = pictures.copy()
    found[labels == label] = marked(pictures[labels == label])
    return found


def _inputs(pictures: NDArray[np.uint8]) -> Tensor:
    return normalise(pictures[:, None], (0.3,), (0.37,))
