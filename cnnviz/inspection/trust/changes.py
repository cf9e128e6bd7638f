"""Small changes to a picture: does the answer stay, and does the map follow?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from cnnviz.inspection.attribution.agreement import averaged, rank_correlation
from cnnviz.inspection.cam import maps_and_gradient
from cnnviz.inspection.trust.adversarial import direction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn


@dataclass(frozen=True)
class Change:
    """A way of changing a picture.

    Attributes:
        id: Its name.
        title: Its name on screen.
        unit: What its amounts are counted in.
        amounts: From which to choose; one of them changes nothing.
        about: What it does, in one sentence.
        matrix: For an amount and the side of the picture, the 2×3 matrix that moves its pixels;
            None where they stay in their places.
    """

    id: str
    title: str
    unit: str
    amounts: tuple[float, ...]
    about: str
    matrix: Callable[[float, int], NDArray[np.float64]] | None = None


def _shifted(amount: float, _side: int) -> NDArray[np.float64]:
    return np.array([[1.0, 0.0, amount], [0.0, 1.0, 0.0]])


def _rotated(amount: float, side: int) -> NDArray[np.float64]:
    return np.asarray(cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), amount, 1.0))


def _cropped(amount: float, side: int) -> NDArray[np.float64]:
    """The middle `amount` percent of each side, enlarged to the whole."""
    return np.asarray(cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), 0, 100 / amount))


_SIDE = 224  # pixels, for which amounts in pixels are meant

CHANGES: dict[str, Change] = {
    change.id: change
    for change in (
        Change(
            "shift", "Shift", "pixels", tuple(range(-48, 49, 8)),
            "The picture moves sideways. What enters at an edge is the picture, mirrored.",
            _shifted,
        ),
        Change(
            "rotate", "Rotate", "°", tuple(range(-90, 91, 15)),
            "The picture turns about its middle. What enters at the corners is mirrored.",
            _rotated,
        ),
        Change(
            "brighten", "Brighten", "×", (0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4),
            "Every pixel is multiplied by one number, and cut at 255: illumination.",
        ),
        Change(
            "noise", "Noise", "levels", (0, 5, 10, 20, 30, 40, 60, 80, 100, 120),
            "Gaussian noise is added, the same for each amount but larger; the amount is its"
            " standard deviation.",
        ),
        Change(
            "crop", "Crop", "% of each side", (100, 90, 80, 70, 60, 50, 40, 30, 20),
            "The middle is cut out and enlarged.", _cropped,
        ),
        Change(
            "adversarial", "Adversarial", "levels", (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32),
            "Each number of each pixel moves by ε levels, up or down, whichever makes the loss of"
            " the answer larger: the fast gradient sign method.",
        ),
    )
}  # fmt: skip
"""The ways by name."""


def amounts_of(change: str, side: int) -> tuple[float, ...]:
    """The amounts of a change for a picture of so many pixels a side.

    Those of the shift are for 224 pixels; smaller pictures are moved by whole pixels in proportion.
    """
    amounts = CHANGES[change].amounts
    if change != "shift" or side >= _SIDE:
        return amounts
    return tuple(sorted({float(round(amount * side / _SIDE)) for amount in amounts}))


def changed(
    pixels: NDArray[np.uint8],
    change: str,
    amount: float,
    *,
    direction: NDArray[np.int8] | None = None,
) -> NDArray[np.uint8]:
    """A changed picture.

    Args:
        pixels: S×S×3.
        change: One of `CHANGES`.
        amount: One of its amounts, or any other.
        direction: S×S×3 of −1, 0 and 1, for the adversarial step; see `direction_of`.

    Returns:
        S×S×3, of whole levels from 0 to 255.
    """
    how = CHANGES[change]
    if how.matrix:
        side = pixels.shape[0]
        matrix = how.matrix(amount, side)
        if np.allclose(matrix, np.eye(2, 3)):
            return pixels
        moved = cv2.warpAffine(
            pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(moved)
    values = pixels.astype(np.float64)
    if change == "brighten":
        values = values * amount
    elif change == "noise":
        values = values + amount * np.random.default_rng(0).standard_normal(values.shape)
    elif direction is not None:
        values = values + amount * direction
    levels: NDArray[np.uint8] = np.rint(values.clip(0, 255)).astype(np.uint8)
    return levels


@dataclass(frozen=True, eq=False)
class Followed:
    """A network's answer to a changed picture.

    Attributes:
        amount: How much it was changed.
        pixels: S×S×3: the changed picture.
        raw: Grad-CAM of the class, at the layer's resolution.
        probability: Of the class.
        best: The class that is predicted now.
        best_probability: Its probability.
        follows: Spearman's rank correlation of this map with that of the unchanged picture, moved
            as the picture was.
    """

    amount: float
    pixels: NDArray[np.uint8]
    raw: NDArray[np.float64]
    probability: float
    best: int
    best_probability: float
    follows: float


def follow(
    model: nn.Module,
    pixels: NDArray[np.uint8],
    inputs_of: Callable[[NDArray[np.uint8]], Tensor],
    class_index: int,
    *,
    change: str,
    layer: str,
    amounts: Sequence[float] | None = None,
) -> Iterator[Followed]:
    """Change a picture by each amount, and ask about it.

    Args:
        model: A classifier; it is left as it is.
        pixels: S×S×3: what the network sees of the picture.
        inputs_of: From such pixels to what the network reads, 1×3×S×S.
        class_index: The class that is followed.
        change: One of `CHANGES`.
        layer: The layer that Grad-CAM reads.
        amounts: Other amounts than those of the change.

    Yields:
        One for each amount, in order.
    """
    direction = None
    if change == "adversarial":
        direction = direction_of(model, inputs_of(pixels), class_index)
    unchanged, _ = _grad_cam(model, inputs_of(pixels), class_index, layer)
    for amount in amounts or amounts_of(change, pixels.shape[0]):
        now = changed(pixels, change, amount, direction=direction)
        raw, probabilities = _grad_cam(model, inputs_of(now), class_index, layer)
        best = int(probabilities.argmax())
        yield Followed(
            amount, now, raw, float(probabilities[class_index]), best, float(probabilities[best]),
            rank_correlation(moved_map(unchanged, change, amount, pixels.shape[0]), raw),
        )  # fmt: skip


def moved_map(
    raw: NDArray[np.float64], change: str, amount: float, side: int
) -> NDArray[np.float64]:
    """A map moved as the picture was, at its own resolution.

    Args:
        raw: h×w.
        change: One of `CHANGES`.
        amount: How much.
        side: Of the picture, in pixels.
    """
    how = CHANGES[change].matrix
    matrix = None if how is None else how(amount, side)
    if matrix is None or np.allclose(matrix, np.eye(2, 3)):
        return raw
    # Each pixel has the number of its cell, so that whole cells stay what they are.
    rows, columns = (np.arange(side) * cells // side for cells in raw.shape)
    whole = raw[np.ix_(rows, columns)]
    moved = cv2.warpAffine(whole, matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)
    return averaged(np.asarray(moved), raw.shape)


def _grad_cam(
    model: nn.Module, x: Tensor, class_index: int, layer: str
) -> tuple[NDArray[np.float64], Tensor]:
    maps, gradient, logits, _ = maps_and_gradient(model, x, class_index, layer)
    raw = torch.einsum("k,kij->ij", gradient.mean((1, 2)), maps)
    return raw.numpy(), logits.softmax(0)
