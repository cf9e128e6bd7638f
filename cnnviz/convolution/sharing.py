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


def _least_squares(windows: Array, targets: Array) -> Array:
    return np.asarray(np.linalg.lstsq(windows, targets, rcond=None)[0], dtype=np.float64)
