"""Classes of one's own, from a few pictures: a linear head on the features of a trained network.

The network below the head was trained by others on ImageNet and is not changed: it turns a picture
into maps, and the average of each map is one feature. Only the head learns, by softmax regression,
which takes milliseconds; copies of the upper blocks can be fine-tuned as well. J. Yosinski et al.,
How transferable are features in deep neural networks? NeurIPS 2014. For comparison, a small network
can be trained from scratch on the same pictures.
"""

from __future__ import annotations

import copy
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.datasets import normalise, preprocess
from cnnviz.networks import build, network_from_line
from cnnviz.zoo.preprocessing import normalisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.zoo import ZooNetwork

SIDE = 128
"""Pixels: larger ones give finer maps, and take longer: 26 ms a picture at 128, 77 ms at 224."""
FOLDS = 5
MOST_THAWED = 6
"""Blocks that can be fine-tuned: the upper third of EfficientNet-Lite0, whose maps are small."""
_STEPS, _RATE, _DECAY = 100, 2e-4, 1e-2
_SCRATCH = "c16k3p1 bn relu p2 c32k3p1 bn relu p2 c64k3p1 bn relu gap flatten fc{}"
_SCRATCH_SHAPE = (3, 32, 32)
_SCRATCH_EPOCHS, _SCRATCH_BATCH, _SCRATCH_RATE = 30, 16, 3e-3
_TUNING_EPOCHS, _TUNING_BATCH, _TUNING_RATE = 10, 16, 1e-4


class TransferError(ValueError):
    """These pictures cannot be learned from; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Head:
    """A linear layer that tells classes apart by features.

    Attributes:
        weights: K×C, for K classes and C features.
        biases: K.
        losses: Mean cross-entropy of the pictures before each step, and after the last.
    """

    weights: Tensor
    biases: Tensor
    losses: tuple[float, ...]

    def logits(self, features: Tensor) -> Tensor:
        """N×C features to N×K logits."""
        return features @ self.weights.T + self.biases

    def evidence(self, maps: Tensor, label: int) -> NDArray[np.float64]:
        """The class activation map: the features' maps, C×h×w, each times its weight, summed.

        B. Zhou et al., CVPR 2016. Its mean plus the bias is the class's logit, exactly.
        """
        summed = torch.einsum("c,chw->hw", self.weights[label], maps)
        return summed.double().numpy()


def square(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle square of a picture, H×W×3, as SIDE×SIDE×3."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = picture[top : top + side, left : left + side]
    way = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(middle, (SIDE, SIDE), interpolation=way))


def feature_maps_of(network: ZooNetwork, squares: Sequence[NDArray[np.uint8]]) -> Tensor:
    """The last maps of a network before it averages them: N×C×h×w.

    Args:
        network: One whose parts run one after another and end in `pool`, such as
            EfficientNet-Lite0.
        squares: N pictures of SIDE×SIDE×3.
    """
    return _maps_before(network, squares, len(blocks_of(network)))


def blocks_of(network: ZooNetwork) -> dict[str, nn.Module]:
    """The parts of a network that give maps, from the first to the one before `pool`."""
    names = [name for name, _ in network.model.named_children()]
    return dict(itertools.islice(network.model.named_children(), names.index("pool")))


def _maps_before(network: ZooNetwork, squares: Sequence[NDArray[np.uint8]], count: int) -> Tensor:
    """What the first so many blocks make of pictures: N×C×h×w."""
    mean, spread = (torch.tensor(v).view(3, 1, 1) for v in normalisation(network.name))
    pixels = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2)
    maps = (pixels / 255 - mean) / spread
    with torch.inference_mode():
        for part in itertools.islice(blocks_of(network).values(), count):
            maps = part(maps)
    return maps.clone()


def pooled(maps: Tensor) -> Tensor:
    """The average of each map: N×C×h×w to N×C."""
    return maps.mean((2, 3))


def learn(features: Tensor, labels: Tensor, classes: int) -> Head:
    """Softmax regression by full-batch Adam, from zero weights: the same input, the same head.

    Args:
        features: N×C.
        labels: N class numbers.
        classes: How many classes there are, K.

    Raises:
        TransferError: Fewer than two classes, or one without pictures.
    """
    _check(labels, classes)
    weights = torch.zeros(classes, features.shape[1], requires_grad=True)
    biases = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.AdamW([weights, biases], lr=_RATE, weight_decay=_DECAY)
    losses: list[float] = []
    for _ in range(_STEPS):
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(features @ weights.T + biases, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.item())
        optimiser.step()
    head = Head(weights.detach(), biases.detach(), ())
    losses.append(F.cross_entropy(head.logits(features), labels).item())
    return Head(head.weights, head.biases, tuple(losses))


def accuracy_of_heads(features: Tensor, labels: Tensor, classes: int) -> float:
    """The share of pictures that a head names rightly which has not learned from them.

    Each class is dealt out to `FOLDS` parts, or fewer where a class has fewer pictures; each part
    is tested with a head that learned from the others (cross-validation).

    Raises:
        TransferError: A class has fewer than two pictures.
    """
    right = 0
    for test in _parts(labels, classes):
        head = learn(features[~test], labels[~test], classes)
        right += int((head.logits(features[test]).argmax(1) == labels[test]).sum())
    return right / len(labels)


@dataclass(frozen=True, eq=False)
class Thawed:
    """What fine-tuning made: the upper blocks in a copy of their own, and a head on them.

    Attributes:
        upper: The blocks, from the lowest to the one before `pool`.
        head: The head, whose losses are the last ones of each pass over the pictures.
        below: How many blocks of the network come before, as they were.
        features: N×C: of the pictures that it learned from.
    """

    upper: nn.Sequential
    head: Head
    below: int
    features: Tensor

    def maps_of(self, network: ZooNetwork, squares: Sequence[NDArray[np.uint8]]) -> Tensor:
        """The last maps, as of `feature_maps_of`: N×C×h×w."""
        maps = _maps_before(network, squares, self.below)
        with torch.inference_mode():
            found: Tensor = self.upper(maps)
        return found.clone()

    @property
    def bytes(self) -> int:
        """Of its tensors."""
        tensors = (*self.upper.state_dict().values(), self.head.weights, self.features)
        return sum(tensor.nbytes for tensor in tensors)


@dataclass(frozen=True)
class Tuning:
    """How far the fine-tuning is.

    Attributes:
        share: Of the work that is done.
        part: The part that is tested after this training, from 1; one more than there are for the
            last training, which is on all pictures.
        parts: How many there are.
        loss: Mean cross-entropy of the last batch; NaN before the first.
        accuracy: The share of pictures that is named rightly, once all parts were tested.
        thawed: What came of all pictures, at the end.
    """

    share: float
    part: int
    parts: int
    loss: float
    accuracy: float | None = None
    thawed: Thawed | None = None


def fine_tune(
    network: ZooNetwork,
    squares: Sequence[NDArray[np.uint8]],
    labels: Tensor,
    classes: int,
    thawed: int,
) -> Iterator[Tuning]:
    """Train the upper blocks of a network together with the head, tested as `accuracy_of_heads` is.

    In each part a copy of the upper blocks begins as the network has them, with the head that was
    learned on them while they were frozen, so that what changes is the fine-tuning's. Their batch
    normalisation keeps its statistics: a few pictures would give poor ones. The last training is
    on all pictures, and is what answers afterwards.

    Args:
        network: As for `feature_maps_of`; it is left as it is.
        squares: N pictures of SIDE×SIDE×3.
        labels: N class numbers.
        classes: How many classes there are.
        thawed: How many blocks are trained, from the top; 0 to MOST_THAWED.

    Yields:
        After each pass over the pictures, and at the end with the accuracy and what was learned.

    Raises:
        TransferError: A class has fewer than two pictures.
    """
    parts = _parts(labels, classes)
    below = len(blocks_of(network)) - thawed
    maps = torch.cat(
        [_maps_before(network, squares[n : n + 8], below) for n in range(0, len(squares), 8)]
    )
    upper = nn.Sequential(*list(blocks_of(network).values())[below:])
    with torch.inference_mode():
        features = pooled(upper(maps)).clone()
    right, passes = 0, (len(parts) + 1) * _TUNING_EPOCHS
    yield Tuning(0.0, 1, len(parts), math.nan)
    everything = torch.zeros_like(parts[0])
    for number, test in enumerate([*parts, everything]):
        head = learn(features[~test], labels[~test], classes)
        tuned = copy.deepcopy(upper).eval().requires_grad_(requires_grad=True)
        # Without first weights, so no random numbers are drawn.
        linear: nn.Linear = nn.utils.skip_init(  # type: ignore[no-untyped-call]
            nn.Linear, features.shape[1], classes
        )
        linear.load_state_dict({"weight": head.weights, "bias": head.biases})
        losses = []
        for epoch, loss in enumerate(_tune(tuned, linear, maps[~test], labels[~test]), start=1):
            losses.append(loss)
            share = (number * _TUNING_EPOCHS + epoch) / passes
            if share < 1:
                yield Tuning(share, number + 1, len(parts), loss)
        if test.any():
            with torch.inference_mode():
                answers = linear(pooled(tuned(maps[test]))).argmax(1)
            right += int((answers == labels[test]).sum())
    tuned.requires_grad_(requires_grad=False)
    with torch.inference_mode():
        features = pooled(tuned(maps)).clone()
    head = Head(linear.weight.detach(), linear.bias.detach(), tuple(losses))
    yield Tuning(
        1.0, len(parts) + 1, len(parts), losses[-1], right / len(labels),
        Thawed(tuned, head, below, features),
    )  # fmt: skip


def _tune(upper: nn.Module, head: nn.Linear, maps: Tensor, labels: Tensor) -> Iterator[float]:
    """Train blocks and a head; yields the loss of the last batch of each epoch."""
    optimiser = torch.optim.AdamW([*upper.parameters(), *head.parameters()], lr=_TUNING_RATE)
    generator = torch.Generator().manual_seed(0)
    for _ in range(_TUNING_EPOCHS):
        loss = math.nan
        order = torch.randperm(len(labels), generator=generator)
        for batch in torch.split(order, _TUNING_BATCH):
            optimiser.zero_grad(set_to_none=True)
            cost = F.cross_entropy(head(pooled(upper(maps[batch]))), labels[batch])
            cost.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            loss = cost.item()
        yield loss


def accuracy_from_scratch(
    squares: Sequence[NDArray[np.uint8]],
    labels: Tensor,
    classes: int,
    *,
    progress: Callable[[float], object] = lambda _share: None,
) -> float:
    """The same share for a small network that starts from random weights, in the same parts.

    Args:
        squares: N pictures, which it sees at 32×32.
        labels: N class numbers.
        classes: How many classes there are.
        progress: Called with the share that is done; what it raises ends the training.

    Raises:
        TransferError: A class has fewer than two pictures.
    """
    images = torch.from_numpy(np.stack([preprocess(one, _SCRATCH_SHAPE) for one in squares]))
    inputs = normalise(images, (0.5,) * 3, (0.25,) * 3)
    parts = _parts(labels, classes)
    right = 0
    with torch.random.fork_rng(devices=[]):
        for number, test in enumerate(parts):
            torch.manual_seed(0)
            model = build(network_from_line(_SCRATCH.format(classes)), _SCRATCH_SHAPE)
            for share in _train(model, inputs[~test], labels[~test]):
                progress((number + share) / len(parts))
            with torch.inference_mode():
                right += int((model(inputs[test]).argmax(1) == labels[test]).sum())
    return right / len(labels)


def nearest(features: Tensor, asked: Tensor, count: int) -> list[tuple[int, float]]:
    """The pictures whose features point the most nearly the same way.

    Args:
        features: N×C.
        asked: C.
        count: How many to find.

    Returns:
        Their numbers and the cosine of the angle, the nearest first.
    """
    cosines = F.cosine_similarity(features, asked[None])
    best = cosines.topk(min(count, len(features)))
    return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))


def _check(labels: Tensor, classes: int) -> None:
    counts = torch.bincount(labels, minlength=classes)
    if classes < 2:
        raise TransferError("There is one class: add a second one, so that there is a choice.")
    if not bool(counts.all()):
        raise TransferError("A class has no pictures yet: add some, or remove it.")


def _parts(labels: Tensor, classes: int) -> list[Tensor]:
    """Which pictures are for testing, part by part."""
    _check(labels, classes)
    counts = torch.bincount(labels, minlength=classes)
    if int(counts.min()) < 2:
        raise TransferError(
            "A class has a single picture: each needs two, one to learn from and one to test."
        )
    folds = min(FOLDS, int(counts.min()))
    dealt = torch.empty_like(labels)
    for label in range(classes):
        of_class = labels == label
        dealt[of_class] = torch.arange(int(of_class.sum())) % folds
    return [dealt == part for part in range(folds)]


def _train(model: nn.Module, inputs: Tensor, labels: Tensor) -> Iterator[float]:
    """Train; yields the share that is done."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=_SCRATCH_RATE)
    model.train()
    for epoch in range(_SCRATCH_EPOCHS):
        yield epoch / _SCRATCH_EPOCHS
        for batch in torch.split(torch.randperm(len(labels)), _SCRATCH_BATCH):
            if len(batch) < 2:
                continue  # batch norm needs two
            x = inputs[batch]
            x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)
            optimiser.zero_grad(set_to_none=True)
            F.cross_entropy(model(x), labels[batch]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    model.eval()
