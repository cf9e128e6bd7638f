"""How long a convolution takes on this machine: direct, separable, through the frequencies.

All three are SciPy's, in float64 and on one thread, so that they differ by the method alone.
"""

from __future__ import annotations

import itertools
import os
import platform
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

KERNELS = (2, 3, 5, 7, 9, 11, 15, 19, 23, 27, 31)


class Timing(NamedTuple):
    """Medians in seconds for one picture and a square kernel of side `kernel`."""

    kernel: int
    direct: float
    separable: float
    fft: float


def direct(image: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolve with the kernel `rowᵀ · row`, every overlap: H×W and k give (H+k−1)×(W+k−1)."""
    from scipy.signal import convolve2d  # noqa: PLC0415 - a quarter of a second, for one page

    result: NDArray[np.float64] = convolve2d(image, np.outer(row, row))
    return result


def separable(image: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same with two kernels of k weights, one down and one across."""
    from scipy.signal import convolve2d  # noqa: PLC0415

    result: NDArray[np.float64] = convolve2d(convolve2d(image, row[:, None]), row[None])
    return result


def by_fft(image: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same as a product of spectra, both zero-padded to at least the size of the result."""
    from scipy.signal import fftconvolve  # noqa: PLC0415

    result: NDArray[np.float64] = fftconvolve(image, np.outer(row, row))
    return result


WAYS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "direct": direct,
    "separable": separable,
    "fft": by_fft,
}


def measure(
    side: int = 128, kernels: Sequence[int] = KERNELS, *, rounds: int = 5, budget: float = 0.6
) -> list[Timing]:
    """Time the three ways on a random side×side picture.

    In each round every way meets every kernel once, so that a busy moment of the computer hits
    all of them.

    Args:
        side: Of the picture.
        kernels: Sides of the kernels.
        rounds: At most this many after one to warm up; the median of each cell counts.
        budget: Seconds after which no further round is begun.
    """
    numbers = np.random.default_rng(0)
    image = numbers.random((side, side))
    rows = [numbers.random(kernel) for kernel in kernels]
    for way in WAYS.values():
        way(image, rows[0])
    seconds: dict[tuple[int, str], list[float]] = {}
    started = time.perf_counter()
    for _ in range(rounds):
        for row, (name, way) in itertools.product(rows, WAYS.items()):
            before = time.perf_counter()
            way(image, row)
            seconds.setdefault((len(row), name), []).append(time.perf_counter() - before)
        if time.perf_counter() - started > budget:
            break
    medians = {cell: statistics.median(runs) for cell, runs in seconds.items()}
    return [Timing(k, *(medians[k, name] for name in WAYS)) for k in kernels]


TIE = 0.2  # two times that differ by a smaller share change places from one measurement to the next


def crossover(timings: Sequence[Timing]) -> int | None:
    """The smallest kernel from which on the FFT was clearly faster than direct; None if none is."""
    found = None
    for timing in reversed(timings):
        if timing.fft > (1 - TIE) * timing.direct:
            break
        found = timing.kernel
    return found


def ties(timings: Sequence[Timing]) -> list[int]:
    """The kernels for which the FFT and direct took about the same time."""
    return [
        timing.kernel
        for timing in timings
        if abs(timing.fft - timing.direct) <= TIE * max(timing.fft, timing.direct)
    ]


def machine() -> str:
    """This computer's processor, in words."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")  # Linux: the only place with the model's name
    if info.exists():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = next(filter(None, models), name)
    return f"{name}, {os.cpu_count() or 1} cores"
