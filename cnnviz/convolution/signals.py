"""Signals to smooth and frames to compare: convolution in one dimension and in three."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.convolution.geometry import ConvolutionError, whole_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Sensor(NamedTuple):
    """A thing on the move and what a noisy sensor says about it, one value a moment."""

    true: NDArray[np.float64]
    measured: NDArray[np.float64]


def sensor(count: int, noise: float, seed: int = 0) -> Sensor:
    """A position that glides, stops and turns, measured with Gaussian noise.

    Args:
        count: Moments.
        noise: Standard deviation of the noise, in units of the position (which spans about 10).
        seed: Of the noise.
    """
    moment = np.linspace(0, 1, whole_number(count, "number of moments", 1))
    true = 10 * np.interp(moment, [0, 0.25, 0.4, 0.7, 0.85, 1], [0, 0.5, 0.5, 1, 0.7, 0.7])
    errors = np.random.default_rng(seed).normal(0, noise, len(true))
    return Sensor(true, true + errors)


def smooth(measured: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Weigh every measurement and the ones before it by their age.

    `s(t) = Σₐ x(a) w(t − a)`: a is the time of a measurement and t − a its age.

    Args:
        measured: x, N values.
        weights: w, K values: of the newest measurement first.

    Returns:
        N − K + 1 values: s at every t with K measurements up to it, the first at t = K − 1.

    Raises:
        ConvolutionError: There are more weights than measurements, or none.
    """
    x, w = np.ravel(measured).astype(np.float64), np.ravel(weights).astype(np.float64)
    if not 0 < len(w) <= len(x):
        raise ConvolutionError(
            f"There are {len(w)} weights for {len(x)} measurements: give at least one weight, and"
            " no more than measurements."
        )
    return np.convolve(x, w, mode="valid")


def rms(errors: ArrayLike) -> float:
    """Root of the mean square, in the unit of the errors."""
    return float(np.sqrt(np.mean(np.square(np.asarray(errors, dtype=np.float64)))))


def moving_blob(frames: int, side: int) -> NDArray[np.float64]:
    """A soft bright spot that moves to the right, one column a frame.

    Args:
        frames: T.
        side: Height and width of a frame.

    Returns:
        T×side×side, 0 to 9, whole numbers.
    """
    rows, columns = np.mgrid[:side, :side]
    middle = (side - 1) / 2
    places = [(rows - middle) ** 2 + (columns - 1 - t) ** 2 for t in range(frames)]
    return np.round(9 * np.exp(-np.stack(places) / 1.5))


def symmetric(kernel: ArrayLike) -> NDArray[np.float64]:
    """The mean of a kernel and of itself turned by 180°: turning the result changes nothing."""
    weights = np.asarray(kernel, dtype=np.float64)
    return (weights + weights[::-1, ::-1]) / 2
