"""Filters without labels: k-means on patches, and its centroids as the first layers of a network.

After A. Coates, H. Lee and A. Y. Ng, An Analysis of Single-Layer Networks in Unsupervised Feature
Learning, AISTATS 2011. Patches are normalised and perhaps whitened, k-means finds what they gather
around, and each centroid becomes a filter with a soft, "triangle" response. The next layer is
learned in the same way from the maps of the first: greedily, layer by layer. Only the linear
classifier on top sees labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

CONTRAST = 0.01
"""Added to the variance of a patch, so that the noise of flat patches is not blown up."""
WHITENING = 0.1
"""Added to the variances of patches along their principal axes, before these are made equal."""
PATCHES = 5000
MOST_STEPS = 30
_DECAY = 1e-3  # of the linear classifier's weights
_AT_ONCE = 250  # pictures whose windows are in memory together
EPOCHS = 15
"""Passes over the pictures when all layers are trained at once."""
_BATCH, _RATE, _FEWEST = 64, 3e-3, 10  # a pass has ten steps, also over a few pictures
_BELOW = 500  # pictures whose maps the second layer is learned from


def windows(maps: Tensor, size: int) -> Tensor:
    """Every window of some maps: N×C×H×W to N×P×(C·size²), row by row."""
    return F.unfold(maps, size).transpose(1, 2)


def sample_patches(maps: Tensor, size: int, count: int, seed: int) -> Tensor:
    """Patches from places drawn at random, `count`×(C·size²).

    Args:
        maps: N×C×H×W.
        size: Height and width of a patch.
        count: How many to draw.
        seed: Of the draw.

    Raises:
        ValueError: The patch does not fit.
    """
    number, _, height, width = maps.shape
    if not 1 <= size <= min(height, width):
        raise ValueError(f"A patch of {size}×{size} does not fit into {height}×{width} pixels.")
    dice = torch.Generator().manual_seed(seed)

    def draw(below: int) -> Tensor:
        return torch.randint(below, (count, 1, 1), generator=dice)

    which, top, left = draw(number), draw(height - size + 1), draw(width - size + 1)
    side = torch.arange(size)
    cut = maps[which, :, top + side[:, None], left + side]  # count×size×size×C
    return cut.permute(0, 3, 1, 2).reshape(count, -1)


def normalised(patches: Tensor) -> Tensor:
    """Each patch, …×D, with its mean taken off, divided by its own spread."""
    centred = patches - patches.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + CONTRAST).sqrt()


def whitening(patches: Tensor) -> tuple[Tensor, Tensor]:
    """What makes patches uncorrelated while changing them least (ZCA).

    Args:
        patches: N×D.

    Returns:
        Their mean, D, and the symmetric D×D matrix V (Λ + 0.1)^(−1/2) Vᵀ, where V Λ Vᵀ is their
        covariance. A. J. Bell and T. J. Sejnowski, Vision Research 37, 1997.
    """
    mean = patches.mean(0)
    centred = patches - mean
    variances, axes = torch.linalg.eigh(centred.T @ centred / len(patches))
    return mean, axes * (variances + WHITENING).rsqrt() @ axes.T


class Step(NamedTuple):
    """A moment of k-means.

    Attributes:
        centroids: K×D.
        distance: Mean squared distance of the points to the nearest of them.
        counts: K: how many points are nearest to each.
    """

    centroids: Tensor
    distance: float
    counts: Tensor


def k_means(points: Tensor, count: int, *, seed: int, most: int = MOST_STEPS) -> Iterator[Step]:
    """Lloyd's algorithm, from points drawn at random; it ends when no point changes its centroid.

    No step makes the distance larger. A centroid that no point is nearest to stays where it is.

    Args:
        points: N×D.
        count: Centroids, at most N.
        seed: Of the draw.
        most: Steps after which it ends in any case.

    Yields:
        The start, and what each step gives.

    Raises:
        ValueError: There are fewer points than centroids.
    """
    if count > len(points):
        raise ValueError(f"{count} centroids need as many points, and there are {len(points)}.")
    dice = torch.Generator().manual_seed(seed)
    centroids = points[torch.randperm(len(points), generator=dice)[:count]].clone()
    before = None
    for _ in range(most + 1):
        squares, nearest = _squared_distances(points, centroids).min(1)
        counts = torch.bincount(nearest, minlength=count)
        yield Step(centroids, float(squares.mean()), counts)
        if before is not None and torch.equal(nearest, before):
            return
        before = nearest
        sums = torch.zeros_like(centroids).index_add_(0, nearest, points)
        centroids = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), centroids)


def _squared_distances(points: Tensor, centroids: Tensor) -> Tensor:
    """…×D and K×D to …×K."""
    products = points @ centroids.T
    squares = points.square().sum(-1, keepdim=True) + centroids.square().sum(-1)
    return (squares - 2 * products).clamp(min=0)


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer whose filters are centroids.

    Attributes:
        size: Height and width of its windows.
        mean: D: taken off each normalised window.
        whitener: D×D: what it is then multiplied by; the identity where nothing is whitened.
        centroids: K×D.
    """

    size: int
    mean: Tensor
    whitener: Tensor
    centroids: Tensor

    def points(self, patches: Tensor) -> Tensor:
        """Patches, …×D, normalised and perhaps whitened, as k-means reads them."""
        return (normalised(patches) - self.mean) @ self.whitener

    def maps(self, inputs: Tensor) -> Tensor:
        """The responses to every window: N×C×H×W to N×K×h×w, without padding.

        max(0, mean(z) − zₖ), for the distances z of a window to all centroids: 0 for those that
        are farther than usual, which is about half of them (Coates 2011, section 3.2.2).
        """
        height, width = (length - self.size + 1 for length in inputs.shape[2:])
        parts = []
        for part in torch.split(inputs, _AT_ONCE):
            points = self.points(windows(part, self.size))
            far = _squared_distances(points, self.centroids).sqrt()
            near = (far.mean(-1, keepdim=True) - far).clamp(min=0)
            parts.append(near.transpose(1, 2).reshape(len(part), -1, height, width))
        return torch.cat(parts)


def prepared(patches: Tensor, size: int, *, whiten: bool) -> Layer:
    """A layer that knows how to prepare patches, N×D, for k-means, but has no centroids yet."""
    points = normalised(patches)
    if whiten:
        mean, whitener = whitening(points)
    else:
        mean, whitener = torch.zeros(points.shape[1]), torch.eye(points.shape[1])
    return Layer(size, mean, whitener, points[:0])


@dataclass(frozen=True, eq=False)
class Learned:
    """A layer that k-means has found, and how.

    Attributes:
        patches: N×D, as they were cut out.
        ready: The layer without centroids.
        steps: The start, and what each step gave.
    """

    patches: Tensor
    ready: Layer
    steps: tuple[Step, ...]

    def layer(self, step: int = -1) -> Layer:
        """The layer with the centroids of a step."""
        return replace(self.ready, centroids=self.steps[step].centroids)


def learn_layer(maps: Tensor, size: int, count: int, *, whiten: bool, seed: int) -> Learned:
    """Learn a layer from patches of pictures, or of the maps of the layer below.

    Args:
        maps: N×C×H×W.
        size: Height and width of the windows.
        count: Filters.
        whiten: Whether patches are whitened.
        seed: Of the patches and of the start.
    """
    patches = sample_patches(maps, size, PATCHES, seed)
    ready = prepared(patches, size, whiten=whiten)
    return Learned(patches, ready, tuple(k_means(ready.points(patches), count, seed=seed)))


def pooled(maps: Tensor, regions: int = 2) -> Tensor:
    """The mean of each map over each of regions × regions parts of it: N×K×h×w to N×(K·regions²).

    The paper pools over quarters.
    """
    return F.adaptive_avg_pool2d(maps, regions).flatten(1)


class Split(NamedTuple):
    """Pictures to learn from and pictures to test with.

    Attributes:
        train: N×C×H×W, from 0 to 1, or what was made of them.
        train_labels: N class numbers.
        test: M×C×H×W.
        test_labels: M class numbers.
    """

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor

    def of(self, train: Tensor, test: Tensor) -> Split:
        """The same pictures, with other numbers for each."""
        return Split(train, self.train_labels, test, self.test_labels)


def linear_accuracy(split: Split) -> float:
    """The share of test pictures that softmax regression names rightly, by features N×F.

    The features are standardised by the training pictures; the weights decay a little (L2) and are
    found by L-BFGS from zero, so that the same features give the same answer.
    """
    mean, spread = split.train.mean(0), split.train.std(0, correction=0) + 0.01
    train, test = (split.train - mean) / spread, (split.test - mean) / spread
    classes = int(split.train_labels.max()) + 1
    weights = torch.zeros(classes, train.shape[1], dtype=train.dtype, requires_grad=True)
    biases = torch.zeros(classes, dtype=train.dtype, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, biases], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        wrong = F.cross_entropy(train @ weights.T + biases, split.train_labels)
        value: Tensor = wrong + _DECAY / 2 * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        return _share(test @ weights.T + biases, split.test_labels)


def accuracy_of(layer: Layer, split: Split, regions: int = 2) -> float:
    """The accuracy of softmax regression on the maps of a layer, pooled over regions × regions."""
    return linear_accuracy(
        split.of(*(pooled(layer.maps(x), regions) for x in (split.train, split.test)))
    )


def noise_centroids(layer: Layer, seed: int) -> Layer:
    """The same layer with random filters, to compare: they have learned nothing from patches."""
    dice = torch.Generator().manual_seed(seed)
    noise = torch.randn(layer.centroids.shape, generator=dice)
    lengths = layer.centroids.norm(dim=1, keepdim=True)
    return replace(layer, centroids=noise / noise.norm(dim=1, keepdim=True) * lengths)


class Stack(NamedTuple):
    """The sizes of two layers.

    Attributes:
        size: Of the first layer's windows.
        filters: Of the first layer.
        pool: Its maps are averaged over windows of this size.
        second_size: Of the second layer's windows, on the averaged maps.
        second_filters: Of the second layer.
        regions: The maps that the classifier reads are averaged over regions × regions parts.
    """

    size: int
    filters: int
    pool: int
    second_size: int
    second_filters: int
    regions: int = 2


Rival = Literal["pixels", "noise", "patches", "first", "second", "end_to_end"]


def contest(
    unlabelled: Tensor, split: Split, stack: Stack, first: Learned, *, whiten: bool, seed: int
) -> Iterator[tuple[Rival, float]]:
    """How well a linear classifier does on several kinds of features, and a trained network.

    Args:
        unlabelled: N×C×H×W: what layers are learned from.
        split: The labelled pictures.
        stack: The sizes of the layers.
        first: The first layer, learned from `unlabelled`.
        whiten: Whether patches are whitened for the second layer, too.
        seed: Of everything random.

    Yields:
        What was tried, and its test accuracy, one after the other; `end_to_end` once for each of
        `EPOCHS` passes, the last of which counts.
    """
    yield "pixels", linear_accuracy(split.of(split.train.flatten(1), split.test.flatten(1)))
    layer = first.layer()
    yield "noise", accuracy_of(noise_centroids(layer, seed), split, stack.regions)
    yield "patches", accuracy_of(first.layer(0), split, stack.regions)
    yield "first", accuracy_of(layer, split, stack.regions)
    averaged = [
        F.avg_pool2d(layer.maps(images), stack.pool)
        for images in (unlabelled[:_BELOW], split.train, split.test)
    ]
    second = learn_layer(
        averaged[0], stack.second_size, stack.second_filters, whiten=whiten, seed=seed
    )
    yield "second", accuracy_of(second.layer(), split.of(*averaged[1:]), stack.regions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = same_network(split, stack)
    for accuracy in end_to_end(model, split, seed=seed):
        yield "end_to_end", accuracy


def same_network(split: Split, stack: Stack) -> nn.Module:
    """A network of convolutions, ReLU and pooling of the same sizes, untrained."""
    channels, classes = split.train.shape[1], int(split.train_labels.max()) + 1
    return nn.Sequential(
        nn.Conv2d(channels, stack.filters, stack.size), nn.ReLU(), nn.AvgPool2d(stack.pool),
        nn.Conv2d(stack.filters, stack.second_filters, stack.second_size), nn.ReLU(),
        nn.AdaptiveAvgPool2d(stack.regions), nn.Flatten(),
        nn.Linear(stack.regions**2 * stack.second_filters, classes),
    )  # fmt: skip


def end_to_end(model: nn.Module, split: Split, *, seed: int) -> Iterator[float]:
    """Train all layers of a network at once, with labels.

    Args:
        model: Its weights change.
        split: The pictures.
        seed: Of the order of the pictures.

    Yields:
        The share of test pictures that it names rightly, after each of `EPOCHS` passes.
    """
    dice = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE)
    each = max(_FEWEST, -(-len(split.train) // _BATCH))  # steps of a pass
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3 * _RATE, total_steps=EPOCHS * each)
    for _ in range(EPOCHS):
        for _ in range(each):
            batch = torch.randperm(len(split.train), generator=dice)[:_BATCH]
            optimiser.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(split.train[batch] - 0.5), split.train_labels[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        with torch.no_grad():
            yield _share(model(split.test - 0.5), split.test_labels)


def _share(logits: Tensor, labels: Tensor) -> float:
    return float((logits.argmax(1) == labels).double().mean())
