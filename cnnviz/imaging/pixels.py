"""A picture as a list of numbers: painted, moved, shuffled, compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_GROUP = re.compile(r"(\d{1,3}):([\d,-]+)")
_RUN = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


def paint(values: ArrayLike, strokes: str) -> NDArray[np.float64]:
    """Lay painted pixels over a picture.

    Args:
        values: H×W.
        strokes: For each painted value, 0 to 255, where it is, as flat indices row by row and
            runs of them: `0:57-59,70;255:3`. Empty for none.

    Returns:
        H×W, a copy.

    Raises:
        ValueError: With a sentence, for a text that names no pixels of this picture.

    >>> paint([[1, 2], [3, 4]], "0:0-1;255:3").tolist()
    [[0.0, 0.0], [3.0, 255.0]]
    """
    painted = np.array(values, dtype=np.float64)
    for group in filter(None, strokes.split(";")):
        found = _GROUP.fullmatch(group)
        runs = [_RUN.fullmatch(run) for run in found[2].split(",")] if found else [None]
        if found is None or not all(runs) or int(found[1]) > 255:
            raise ValueError(
                f"The painting in this link cannot be read at “{group[:40]}”: paint it again."
            )
        for run in runs:
            assert run is not None
            first, last = int(run[1]), int(run[2] or run[1])
            if not first <= last < painted.size:
                raise ValueError(
                    f"The painting in this link names pixel {last}, but the picture has"
                    f" {painted.size}: it is of another picture. Paint it again."
                )
            painted.flat[first : last + 1] = int(found[1])
    return painted


def shifted(values: ArrayLike, down: int, right: int, *, fill: float = 0.0) -> NDArray[np.float64]:
    """Move a picture; what leaves it is gone, and what comes in is `fill`.

    Args:
        values: …×H×W.
        down: Rows to move by; negative is up.
        right: Columns to move by; negative is left.
        fill: Value of the new cells.

    Returns:
        …×H×W, a copy.

    >>> shifted([[1, 2, 3]], 0, 1).tolist()
    [[0.0, 1.0, 2.0]]
    """
    image = np.asarray(values, dtype=np.float64)
    moved = np.full_like(image, fill)
    to: list[slice] = []
    source: list[slice] = []
    for size, step in zip(image.shape[-2:], (down, right), strict=True):
        to.append(slice(min(max(step, 0), size), max(min(size + step, size), 0)))
        source.append(slice(min(max(-step, 0), size), max(min(size - step, size), 0)))
    moved[..., to[0], to[1]] = image[..., source[0], source[1]]
    return moved


def permutation(count: int, seed: int) -> NDArray[np.int64]:
    """A fixed order of `count` pixels: pixel i of the shuffled picture was `order[i]` before."""
    return np.random.default_rng(seed).permutation(count)


def shuffled(values: ArrayLike, seed: int) -> NDArray[np.float64]:
    """Give every picture's pixels the same new places.

    Args:
        values: …×H×W.
        seed: Names the permutation.

    Returns:
        …×H×W.
    """
    images = np.asarray(values, dtype=np.float64)
    flat = images.reshape(*images.shape[:-2], -1)
    return flat[..., permutation(flat.shape[-1], seed)].reshape(images.shape)


def distance(one: ArrayLike, other: ArrayLike) -> float:
    """Euclidean distance of two pictures as vectors: the root of the sum of squared differences."""
    gap = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    return float(np.sqrt(np.sum(gap * gap)))


def neighbours(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every pixel that has a right neighbour, and that neighbour: two vectors of H(W−1)."""
    image = np.asarray(values, dtype=np.float64)
    return image[:, :-1].ravel(), image[:, 1:].ravel()


def pearson(one: ArrayLike, other: ArrayLike) -> float | None:
    """Pearson's correlation coefficient r of two vectors: their covariance over both spreads.

    Returns:
        From −1 to 1; None where one of them does not vary, because r is 0/0 there.
    """
    x = np.asarray(one, dtype=np.float64)
    y = np.asarray(other, dtype=np.float64)
    if x.size == 0 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1, 1))


class PlaceHistograms(NamedTuple):
    """Shares of the pixels: `shares` 9×B sums to 1 in each row, `edges` has B+1 values."""

    shares: NDArray[np.float64]
    edges: NDArray[np.float64]


def place_histograms(values: ArrayLike, *, of: Literal["grey", "steps"]) -> PlaceHistograms:
    """How pixels are distributed in each of 3×3 parts of a picture.

    Args:
        values: H×W, 0 to 255.
        of: Grey values in 16 bins, or differences between a pixel and its right neighbour in 31
            bins around 0; larger steps than ±62 are counted in the outermost.

    Returns:
        The parts in reading order. A part without a pixel to count has zeros.
    """
    image = np.asarray(values, dtype=np.float64)
    edges = np.linspace(0, 256, 17) if of == "grey" else np.arange(-62.0, 63, 4)
    shares = []
    for band in np.array_split(image, 3, axis=0):
        for part in np.array_split(band, 3, axis=1):
            counted = part if of == "grey" else np.clip(np.diff(part, axis=1), edges[0], edges[-1])
            counts = np.histogram(counted, edges)[0]
            shares.append(counts / max(1, counts.sum()))
    return PlaceHistograms(np.array(shares), edges)


def spaced(image: NDArray[np.uint8], gap: int = 6) -> NDArray[np.uint8]:
    """A picture with a transparent strip at its right, where pictures of a row would touch.

    Args:
        image: H×W, or H×W×3.
        gap: Width of the strip, in pixels.

    Returns:
        H×(W+gap)×4.

    >>> spaced(np.full((1, 1), 7, np.uint8), 1).tolist()
    [[[7, 7, 7, 255], [0, 0, 0, 0]]]
    """
    colours = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    opaque = np.concatenate([colours, np.full_like(colours[..., :1], 255)], axis=2)
    return np.pad(opaque, ((0, 0), (0, gap), (0, 0)))


def crisp(image: NDArray[np.uint8], side: int = 240) -> NDArray[np.uint8]:
    """Enlarge a small picture so that every pixel is a square.

    Args:
        image: C×H×W with one or three channels, as networks read it.
        side: About how many pixels its longer side gets.

    Returns:
        H×W, or H×W×3.
    """
    zoom = max(1, round(side / max(image.shape[1:])))
    pixels = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    return np.ascontiguousarray(pixels.repeat(zoom, 0).repeat(zoom, 1))
