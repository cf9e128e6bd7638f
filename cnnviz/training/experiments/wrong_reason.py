"""Right for the wrong reason: one class of the training pictures carries a small mark.

A network takes whatever tells classes apart. If all pictures of a class have a mark, such as the
line below the horses of one famous photo archive, it can learn the mark instead of the class:
S. Lapuschkin et al., Unmasking Clever Hans predictors, Nature Communications 2019.
"""

from __future__ import annotations

import functools
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

    from cnnviz.datasets import Dataset

SIDE = 16
"""Of a digit, in pixels: 8×8, enlarged."""
STEPS, EVERY = 120, 10
"""Of the training, with a batch each; steps from one look at it to the next."""
_MARK = 8  # the mark's share of a side is one in so many
_SMALL, _LARGE = (
    "c16k3p1 bn relu p2 c32k3p1 bn relu c32k3p1 bn relu gap fc{}",
    "c16k3p1 bn relu p2 c32k3p1 bn relu p2 c32k3p1 bn relu gap fc{}",
)
_BATCH, _RATE = 64, 1e-2


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures to learn from and to test with.

    Attributes:
        classes: Their names.
        pictures: N×C×S×S `uint8`, C being 1 or 3.
        labels: N class numbers.
        tested: M×C×S×S `uint8`, new ones.
        truth: M class numbers.
    """

    classes: tuple[str, ...]
    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    tested: NDArray[np.uint8]
    truth: NDArray[np.int64]

    @classmethod
    def of(cls, dataset: Dataset) -> Labelled:
        """Those of a data set."""
        return cls(
            dataset.classes, dataset.train_images, dataset.train_labels, dataset.test_images,
            dataset.test_labels,
        )  # fmt: skip


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
    """Put the mark on pictures, …×C×S×S: a square in the lower right corner, an eighth as wide.

    It is white where there is one channel, and magenta in colours, since photos have white places.
    """
    found = pictures.copy()
    side = found.shape[-1]
    wide, gap = max(1, side // _MARK), max(1, side // (2 * _MARK))
    colour = np.array((255,) if found.shape[-3] == 1 else (255, 0, 255), np.uint8)
    found[..., -wide - gap : -gap, -wide - gap : -gap] = colour[:, None, None]
    return found


def examples(data: Labelled, label: int) -> tuple[NDArray[np.uint8], ...]:
    """Test pictures: one of the class with its mark, the same without, another with the mark."""
    own = data.tested[data.truth == label][0]
    other = data.tested[data.truth == other_than(label, len(data.classes))][0]
    return marked(own), own, marked(other)


def other_than(label: int, classes: int = 10) -> int:
    """The class of the third of `examples`."""
    return (label + classes // 2) % classes


def learn_marked(data: Labelled, label: int, steps: int = STEPS) -> Iterator[Moment]:
    """Train on pictures of which one class is marked, from a fixed seed.

    Args:
        data: The pictures, without marks.
        label: The class that carries the mark.
        steps: How long.

    Yields:
        What was learned before the first step, and after every `EVERY`.
    """
    channels, side = data.pictures.shape[1:3]
    tested = data.tested
    mean = tuple((data.pictures.mean((0, 2, 3)) / 255).tolist())
    std = tuple((data.pictures.std((0, 2, 3)) / 255 + 1e-3).tolist())

    def ready(pictures: NDArray[np.uint8]) -> Tensor:
        return normalise(pictures, mean, std)

    inputs = ready(_as_trained(data.pictures, data.labels, label))
    targets = torch.from_numpy(data.labels)
    whole, bare = ready(_as_trained(tested, data.truth, label)), ready(tested[data.truth == label])
    misled = ready(marked(tested[data.truth != label]))
    shown = ready(np.stack(examples(data, label)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        line = (_SMALL if side <= SIDE else _LARGE).format(len(data.classes))
        model = build(network_from_line(line), (channels, side, side))
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
            step, loss.item(), float((answers[0] == data.truth).mean()),
            float((answers[1] == label).mean()), float((answers[2] == label).mean()),
            tuple(class_activation_map(model, x, label).raw for x in shown),
        )  # fmt: skip


@functools.cache
def digits() -> Labelled:
    """The handwritten digits that come with the app, enlarged to SIDE×SIDE."""
    data = load_dataset("digits")
    large = [
        np.stack([cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for one in small])
        for small in (data.train_images[:, 0], data.test_images[:, 0])
    ]
    return Labelled(
        data.classes, large[0][:, None], data.train_labels, large[1][:, None], data.test_labels
    )


def _as_trained(
    pictures: NDArray[np.uint8], labels: NDArray[np.int64], label: int
) -> NDArray[np.uint8]:
    found = pictures.copy()
    found[labels == label] = marked(pictures[labels == label])
    return found
