"""The loss around a network: along two directions among its thousands of weights.

After H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, Visualizing the Loss Landscape of Neural
Nets, NeurIPS 2018. What is seen is one slice, of which there are as many as directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from torch.func import functional_call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor, nn

    Weights = Mapping[str, Tensor]

CELLS = 12
"""Cells of a surface along each direction; it has 13×13 points."""
_STRIDES = 6, 3, 1  # each has the middle
LEVELS = tuple((CELLS // stride + 1) ** 2 for stride in _STRIDES)
"""Points that are known when each level, from coarse to fine, is complete: 9, 25 and 169."""

_BLOCK = "c8k3p1 bn relu c8k3p1 bn"


def _deep(block: str) -> str:
    """A network of 21 convolutions, of ten blocks."""
    return " ".join(["c8k3p1 bn relu", *[block] * 2, "p2", *[block] * 8, "gap fc10"])


PAIR = {"skips": _deep(f"res[{_BLOCK} | none] relu"), "plain": _deep(f"{_BLOCK} relu")}
"""Two networks of the same layers for digits of 8×8 pixels, with skips and without."""


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """What training changes in a network, by name; copies."""
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def normalised_direction(weights: Weights, dice: torch.Generator) -> dict[str, Tensor]:
    """A random direction in which each filter's part is as long as the filter.

    Networks can then be compared: a ReLU network computes the same if a filter is doubled and the
    next layer's halved, and the same step would mean less to it. Biases and what batch norm learns
    stay as they are (Li 2018, section 4).

    Args:
        weights: By name, the first axis of each being the filters.
        dice: The source of chance; the same for another network of the same layers gives the same
            numbers before they are normalised.
    """
    found = {}
    for name, value in weights.items():
        if value.dim() < 2:
            found[name] = torch.zeros_like(value)
            continue
        random = torch.randn(value.shape, generator=dice)
        rows = random.flatten(1)
        scale = value.flatten(1).norm(dim=1) / rows.norm(dim=1)
        found[name] = (rows * scale[:, None]).view_as(value)
    return found


@dataclass(frozen=True, eq=False)
class Slice:
    """A plane through the weights of a network.

    Attributes:
        centre: The weights in its middle.
        across: The direction of its first axis.
        up: The direction of its second axis.
        places: The places along each axis, CELLS + 1 each: of the first, and of the second.
    """

    centre: Weights
    across: Weights
    up: Weights
    places: tuple[tuple[float, ...], tuple[float, ...]]

    def at(self, x: float, y: float) -> dict[str, Tensor]:
        """The weights at a place."""
        return {
            name: value + x * self.across[name] + y * self.up[name]
            for name, value in self.centre.items()
        }


def random_slice(weights: Weights, *, seed: int, reach: float = 1.0) -> Slice:
    """A plane along two filter-normalised random directions.

    Args:
        weights: The weights in its middle.
        seed: Of the directions.
        reach: How far it goes to each side; 1 moves each filter by its own length.
    """
    dice = torch.Generator().manual_seed(seed)
    across, up = normalised_direction(weights, dice), normalised_direction(weights, dice)
    places = _spaced(-reach, reach)
    return Slice(weights, across, up, (places, places))


class Path(NamedTuple):
    """Where a training went, seen in a plane.

    Attributes:
        plane: The plane, around the last weights.
        points: T×2: the place of each weights' projection.
        explained: The share of the path's variance along each axis.
        off: T: how far the weights themselves are from the plane.
    """

    plane: Slice
    points: Tensor
    explained: tuple[float, float]
    off: tuple[float, ...]


def path_slice(path: Sequence[Weights]) -> Path:
    """The plane in which most of a training's way can be seen, by its principal components.

    Args:
        path: The weights at several moments, at least three; the last is the middle.

    Raises:
        ValueError: There are fewer, or they are all the same.
    """
    if len(path) < 3:
        raise ValueError("A path needs weights of at least three moments: let the run go on.")
    last = path[-1]
    rows = torch.stack([_flat(weights) - _flat(last) for weights in path]).double()
    _, sizes, axes = torch.linalg.svd(rows, full_matrices=False)
    total = float(sizes.square().sum())
    if total == 0:
        raise ValueError("The weights of this run did not change, so there is no path.")
    points = rows @ axes[:2].T
    away = (rows - points @ axes[:2]).norm(dim=1)
    first, second = (sizes[:2].square() / total).tolist()
    places = []
    for column in points.T.tolist():
        low, high = min(column), max(column)
        margin = 0.25 * ((high - low) or 1)
        places.append(_spaced(low - margin, high + margin))
    plane = Slice(
        last, _shaped(axes[0].float(), last), _shaped(axes[1].float(), last), (places[0], places[1])
    )
    return Path(plane, points, (first, second), tuple(away.tolist()))


class Height(NamedTuple):
    """The loss at a point of a slice: its place in the grid, across and up, and the loss."""

    column: int
    row: int
    loss: float


def heights(model: nn.Module, plane: Slice, images: Tensor, labels: Tensor) -> Iterator[Height]:
    """The loss at every point of a grid, from coarse to fine.

    Batch norm uses the averages that it had in the middle.

    Args:
        model: In evaluation mode; it is not changed.
        plane: Where to look.
        images: N×C×H×W, normalised.
        labels: N class numbers.

    Yields:
        Each point once; after each number of `LEVELS`, an evenly spaced grid is whole.
    """
    known: set[tuple[int, int]] = set()
    for stride in _STRIDES:
        for row in range(0, CELLS + 1, stride):
            for column in range(0, CELLS + 1, stride):
                if (column, row) not in known:
                    known.add((column, row))
                    place = plane.places[0][column], plane.places[1][row]
                    yield Height(column, row, loss_at(model, plane.at(*place), images, labels))


def loss_at(model: nn.Module, weights: Weights, images: Tensor, labels: Tensor) -> float:
    """The mean cross-entropy of a network with other weights."""
    with torch.no_grad():
        logits = functional_call(model, dict(weights), (images,))
        return float(F.cross_entropy(logits, labels))


def _flat(weights: Weights) -> Tensor:
    return torch.cat([value.flatten() for value in weights.values()])


def _shaped(row: Tensor, like: Weights) -> dict[str, Tensor]:
    parts = torch.split(row, [value.numel() for value in like.values()])
    return {name: part.view_as(like[name]) for name, part in zip(like, parts, strict=True)}


def _spaced(low: float, high: float) -> tuple[float, ...]:
    return tuple(low + (high - low) * at / CELLS for at in range(CELLS + 1))
