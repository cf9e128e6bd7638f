"""One kernel for all places, or a kernel for each: which fits better, and generalises better."""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from cnnviz.convolution.geometry import ConvolutionError
from cnnviz.convolution.windows import Array

World: TypeAlias = Literal["same", "place"]
EDGE, MEAN = np.array([-1.0, 0.0, 1.0]), np.full(3, 1 / 3)


class Data(NamedTuple):
    """Signals (N x n) and what should come out of them (N x n - 2)."""

    signals: Array
    targets: Array


class SharingFit(NamedTuple):
    """``shared`` k weights and ``local`` m x k, with their mean squared errors on new data."""

    shared: Array
    local: Array
    shared_error: float
    local_error: float


def make_data(world: World, count: int, size: int, *, noise: float, seed: int) -> Data:
    """Draw random signals and targets that follow from windows of three, with noise.

    Args:
        world: "same": an edge filter everywhere; "place": an edge filter in the left half and a
            mean in the right half.
        count: how many signals.
        size: length of a signal.
        noise: standard deviation of what is added to the targets.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    signals = rng.normal(size=(count, size))
    windows = np.lib.stride_tricks.sliding_window_view(signals, 3, axis=1)
    targets = windows @ EDGE
    if world == "place":
        half = targets.shape[1] // 2
        targets[:, half:] = windows[:, half:] @ MEAN
    return Data(signals, targets + noise * rng.normal(size=targets.shape))


def fit_sharing(train: Data, test: Data, kernel: int = 3) -> SharingFit:
    """Fit one shared kernel and a kernel for each place by least squares, and try both.

    Args:
        train: to fit.
        test: to measure the errors on.
        kernel: how many inputs an output sees.

    Raises:
        ConvolutionError: if the targets have another length than the outputs.
    """
    windows = np.lib.stride_tricks.sliding_window_view(train.signals, kernel, axis=1)
    if windows.shape[:2] != train.targets.shape:
        raise ConvolutionError(
            f"Windows of {kernel} give {windows.shape[1]} outputs, not {train.targets.shape[1]}."
        )
    shared = _least_squares(windows.reshape(-1, kernel), train.targets.ravel())
    places = range(windows.shape[1])
    local = np.stack([_least_squares(windows[:, at], train.targets[:, at]) for at in places])
    new = np.lib.stride_tricks.sliding_window_view(test.signals, kernel, axis=1)
    return SharingFit(
        shared,
        local,
        float(((new @ shared - test.targets) ** 2).mean()),
        float((((new * local).sum(2) - test.targets) ** 2).mean()),
    )


class PixelFit(NamedTuple):
    """Filters that guess a pixel from its eight neighbours, with 0 in their middle.

    ``local`` is h x w x 3 x 3, one for each inner pixel, ``shared`` 3 x 3; the errors are mean
    squares on new pictures.
    """

    local: Array
    shared: Array
    local_error: float
    shared_error: float


def fit_pixels(train: Array, test: Array) -> PixelFit:
    """Guess every inner pixel from its neighbours, by least squares with a little weight decay.

    Args:
        train: pictures to fit, N x H x W.
        test: pictures to measure the errors on, M x H x W.
    """
    known, new = (_neighbourhoods(pictures) for pictures in (train, test))
    rows, columns = known.shape[1:3]
    others = [0, 1, 2, 3, 5, 6, 7, 8]
    local = np.zeros((rows, columns, 9))
    shared = np.zeros(9)
    shared[others] = _ridge(known[..., others].reshape(-1, 8), known[..., 4].ravel())
    for row, column in np.ndindex(rows, columns):
        here = known[:, row, column]
        local[row, column, others] = _ridge(here[:, others], here[:, 4])
    return PixelFit(
        local.reshape(rows, columns, 3, 3),
        shared.reshape(3, 3),
        float(((np.einsum("nijk,ijk->nij", new, local) - new[..., 4]) ** 2).mean()),
        float(((new @ shared - new[..., 4]) ** 2).mean()),
    )


def moved_at_random(pictures: Array, *, seed: int) -> Array:
    """Move each picture by its own number of rows and columns; what leaves comes in opposite.

    Args:
        pictures: N x H x W.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    by = rng.integers(0, pictures.shape[1:], (len(pictures), 2))
    return np.stack(
        [np.roll(picture, tuple(move), (0, 1)) for picture, move in zip(pictures, by, strict=True)]
    )


def _neighbourhoods(pictures: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(pictures, (3, 3), axis=(1, 2))
    return windows.reshape(*windows.shape[:3], 9)


def _ridge(inputs: Array, targets: Array, decay: float = 0.1) -> Array:
    gram = inputs.T @ inputs + decay * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(gram, inputs.T @ targets), dtype=np.float64)


def _least_squares(windows: Array, targets: Array) -> Array:
    return np.asarray(np.linalg.lstsq(windows, targets, rcond=None)[0], dtype=np.float64)
