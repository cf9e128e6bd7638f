"""A catalogue of small kernels, and how to make others from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.numbers.formatting import short

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Kernel:
    """A named kernel.

    Attributes:
        id: Name used in links.
        title: Name shown on screen.
        weights: The numbers, kh×kw.
        does: What it does to a picture, in one sentence.
    """

    id: str
    title: str
    weights: NDArray[np.float32]
    does: str

    @property
    def sum(self) -> float:
        """The sum of the weights: the answer on a flat area, as a share of its brightness."""
        return kernel_sum(self.weights)


def kernel_sum(weights: NDArray[Any]) -> float:
    """Sum the weights in float64, without the dust that float32 ninths leave.

    >>> kernel_sum(np.full((3, 3), 1 / 9, dtype=np.float32))
    1.0
    """
    return round(float(np.sum(weights, dtype=np.float64)), 6) + 0.0


def explain_sum(weights: NDArray[Any]) -> str:
    """Say in one sentence what the sum of the weights means for the picture."""
    total = kernel_sum(weights)
    if total == 0:
        return "The weights sum to 0: flat areas become 0, and only edges and detail remain."
    if total == 1:
        return "The weights sum to 1: the brightness stays the same."
    number = short(total)
    if total < 0:
        return f"The weights sum to {number}: flat areas become negative."
    return f"The weights sum to {number}: flat areas become {number} times as bright."


def strengthen(weights: NDArray[Any], strength: float) -> NDArray[np.float32]:
    """Weaken or strengthen a kernel whose weights sum to 1: identity + strength × the rest.

    Args:
        weights: kh×kw.
        strength: 0 gives the identity, 1 the kernel itself, 2 twice its effect.

    Returns:
        The new weights, kh×kw.
    """
    same = np.zeros_like(weights)
    same[(weights.shape[0] - 1) // 2, (weights.shape[1] - 1) // 2] = 1
    return np.asarray(same + (weights - same) * strength, dtype=np.float32)


def separability(weights: NDArray[Any]) -> str:
    """Say in one sentence of how many separable kernels a kernel is the sum: its rank."""
    height, width = weights.shape
    rank = int(np.linalg.matrix_rank(np.asarray(weights, dtype=np.float64), rtol=1e-5))
    if rank <= 1:
        return f"Separable: a column of {height} times a row of {width} (rank {rank})."
    return f"Not separable: it is a sum of {rank} separable kernels (rank {rank})."


def symmetrised(weights: NDArray[Any]) -> NDArray[np.float32]:
    """Average a kernel with its mirror images, of a square one also across the diagonals.

    >>> symmetrised(np.array([[4, 0], [0, 0]])).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    kernel = np.asarray(weights, dtype=np.float64)
    kernel = (kernel + kernel[::-1]) / 2
    kernel = (kernel + kernel[:, ::-1]) / 2
    if kernel.shape[0] == kernel.shape[1]:
        kernel = (kernel + kernel.T) / 2
    return kernel.astype(np.float32)


def normalised(weights: NDArray[Any]) -> NDArray[np.float32]:
    """Divide a kernel by its sum; where that is 0, by the sum of its positive weights.

    >>> normalised(np.array([[1, 2, 1]])).tolist(), normalised(np.array([[-2, 2]])).tolist()
    ([[0.25, 0.5, 0.25]], [[-1.0, 1.0]])
    """
    kernel = np.asarray(weights, dtype=np.float64)
    total = kernel_sum(kernel) or kernel_sum(np.maximum(kernel, 0))
    return (kernel / (total or 1)).astype(np.float32)


def turned(weights: NDArray[Any]) -> NDArray[np.float32]:
    """Turn a kernel by 45° clockwise: each ring of cells moves on by an eighth of its length.

    Eight turns give the kernel itself, and no weight changes.

    Args:
        weights: k×k, k odd.

    Raises:
        ValueError: If the kernel is not square or has no middle.

    >>> turned(np.array([[0, 1, 0], [0, 0, 0], [0, -1, 0]])).tolist()
    [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]
    """
    side = len(weights)
    if weights.shape != (side, side) or side % 2 == 0:
        raise ValueError("Only a square kernel of an odd size can be turned by 45°.")
    result = np.array(weights, dtype=np.float32)
    for ring in range(side // 2):
        last, steps = side - 1 - ring, range(ring, side - 1 - ring)
        top, right = [(ring, at) for at in steps], [(at, last) for at in steps]
        bottom, left = [
            [(side - 1 - row, side - 1 - column) for row, column in edge] for edge in (top, right)
        ]
        rows, columns = np.array([*top, *right, *bottom, *left]).T
        result[rows, columns] = np.roll(result[rows, columns], len(steps) // 2)
    return result


def resize_kernel(weights: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """Cut a kernel or surround it with zeros, keeping its middle in the middle."""
    result = np.zeros((height, width), dtype=np.float32)
    rows = _overlap(weights.shape[0], height)
    columns = _overlap(weights.shape[1], width)
    result[rows[1], columns[1]] = weights[rows[0], columns[0]]
    return result


def _overlap(old: int, new: int) -> tuple[slice, slice]:
    """Say which part of the old axis lands on which part of the new one."""
    shift = (new - 1) // 2 - (old - 1) // 2
    start, stop = max(0, -shift), min(old, new - shift)
    return slice(start, stop), slice(start + shift, stop + shift)


def gaussian_kernel(sigma: float, size: int | None = None) -> NDArray[np.float32]:
    """Sample a Gaussian on a square grid and make it sum to 1.

    Each weight is proportional to exp(-(x² + y²) / 2σ²), x and y being the
    distances in pixels to the centre of the grid.

    Args:
        sigma: Standard deviation σ in pixels, above 0.
        size: Side of the grid; by default the odd number that reaches 3σ on each side.

    Returns:
        The kernel, size×size.

    Raises:
        ValueError: If sigma or size is not positive.
    """
    if not (sigma > 0 and math.isfinite(sigma)):
        raise ValueError(f"σ must be above 0, but it is {sigma:g}.")
    if size is None:
        size = 2 * math.ceil(3 * sigma) + 1
    if size < 1:
        raise ValueError(f"The size must be at least 1, but it is {size}.")
    x = np.arange(size) - (size - 1) / 2
    row = np.exp(-(x**2) / (2 * sigma**2))
    row /= row.sum()
    return np.outer(row, row).astype(np.float32)


def _kernel(
    id_: str,
    title: str,
    rows: list[list[float]],
    does: str,
    *,
    over: float = 1,
) -> Kernel:
    weights = np.array(rows, dtype=np.float64) / over
    single = weights.astype(np.float32)
    single.setflags(write=False)
    return Kernel(id_, title, single, does)


def _box(size: int) -> Kernel:
    ones = [[1.0] * size] * size
    does = f"Replaces each pixel by the mean of its {size}×{size} neighbourhood: a plain blur."
    return _kernel(f"box-{size}", f"Box blur {size}×{size}", ones, does, over=size * size)


_BINOMIAL_5 = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])
_UNSHARP_5 = -_BINOMIAL_5 + 512 * (np.arange(25).reshape(5, 5) == 12)

_ALL = (
    _kernel(
        "identity",
        "Identity",
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "Copies the picture: a good start for a kernel of your own.",
    ),
    _box(3),
    _box(5),
    _box(7),
    _kernel(
        "gaussian-3",
        "Gaussian blur 3×3",
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
        "Blurs gently: nearby pixels count more than distant ones.",
        over=16,
    ),
    _kernel(
        "gaussian-5",
        "Gaussian blur 5×5",
        _BINOMIAL_5.tolist(),
        "Blurs more: nearby pixels count more than distant ones.",
        over=256,
    ),
    _kernel(
        "sharpen",
        "Sharpen",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "Adds to each pixel its difference from its four neighbours, so edges stand out.",
    ),
    _kernel(
        "unsharp-5",
        "Unsharp mask 5×5",
        _UNSHARP_5.tolist(),
        "Twice the picture minus its Gaussian blur: sharpens coarser detail than the 3×3 kernel.",
        over=256,
    ),
    _kernel(
        "laplacian-4",
        "Laplacian, 4 neighbours",
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        "Second derivative: positive on the dark side of an edge, negative on the bright side.",
    ),
    _kernel(
        "laplacian-4-neg",
        "Laplacian, 4 neighbours, negated",
        [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
        "Second derivative with the opposite sign: positive on bright spots.",
    ),
    _kernel(
        "laplacian-8",
        "Laplacian, 8 neighbours",
        [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
        "Second derivative that also looks along the diagonals.",
    ),
    _kernel(
        "laplacian-8-neg",
        "Laplacian, 8 neighbours, negated",
        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        "Outlines: positive wherever a pixel is brighter than the mean of its eight neighbours.",
    ),
    _kernel(
        "sobel-x",
        "Sobel x",
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        "Change from left to right: responds to vertical edges.",
    ),
    _kernel(
        "sobel-y",
        "Sobel y",
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
        "Change from top to bottom: responds to horizontal edges.",
    ),
    _kernel(
        "prewitt-x",
        "Prewitt x",
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
        "Change from left to right; all three rows count equally.",
    ),
    _kernel(
        "prewitt-y",
        "Prewitt y",
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        "Change from top to bottom; all three columns count equally.",
    ),
    _kernel(
        "scharr-x",
        "Scharr x",
        [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
        "Change from left to right, with weights that treat slanted edges more evenly than Sobel.",
    ),
    _kernel(
        "scharr-y",
        "Scharr y",
        [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
        "Change from top to bottom, with weights that treat slanted edges more evenly than Sobel.",
    ),
    _kernel(
        "roberts-x",
        "Roberts, falling diagonal",
        [[1, 0], [0, -1]],
        "Difference along one diagonal, from four pixels only: fine, but noisy.",
    ),
    _kernel(
        "roberts-y",
        "Roberts, rising diagonal",
        [[0, 1], [-1, 0]],
        "Difference along the other diagonal, from four pixels only.",
    ),
    _kernel(
        "emboss",
        "Emboss",
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        "Looks like a relief lit from the top left: the picture plus its diagonal change.",
    ),
)

KERNELS: dict[str, Kernel] = {kernel.id: kernel for kernel in _ALL}
