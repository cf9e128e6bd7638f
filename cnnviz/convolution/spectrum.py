r"""Convolution through the frequency domain, in NumPy.

The convolution theorem: with both zero-padded to a common size,
$\mathcal F(f * g) = \mathcal F(f)\,\mathcal F(g)$, where $*$ is the convolution of mathematics
(the kernel turned by 180°) on a grid that closes in a ring. See Goodfellow, Bengio and Courville,
Deep Learning (2016), section 9.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cnnviz.convolution.arithmetic import correlate2d
from cnnviz.convolution.geometry import ConvolutionError, whole_number
from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


KernelName = Literal["gaussian", "box", "motion", "edges"]


@dataclass(frozen=True, eq=False)
class FrequencyRoute:
    """Every station of a convolution through the frequency domain.

    Attributes:
        image: The image with zeros below and to the right, N×M.
        kernel: The kernel likewise, N×M.
        image_spectrum: Its Fourier transform, N×M complex; frequency 0 comes first.
        kernel_spectrum: That of the kernel.
        product: One times the other, frequency by frequency.
        result: Back from the frequencies, N×M: the convolution on a ring.
        full: The same convolution computed directly, every overlap: (H + kh − 1)×(W + kw − 1).
        wrapped: N×M, which cells of `result` also hold what left at the other side.
    """

    image: NDArray[np.float64]
    kernel: NDArray[np.float64]
    image_spectrum: NDArray[np.complex128]
    kernel_spectrum: NDArray[np.complex128]
    product: NDArray[np.complex128]
    result: NDArray[np.float64]
    full: NDArray[np.float64]
    wrapped: NDArray[np.bool_]

    @property
    def difference(self) -> NDArray[np.float64]:
        """`result` minus the direct convolution, N×M: what wrapped around."""
        rows, columns = self.result.shape
        return self.result - self.full[:rows, :columns]

    @property
    def rounding(self) -> float:
        """A bound on the rounding in `result`: what is not larger cannot be told from 0.

        Each of three transforms of n cells is off by a share of log₂(n) η at most, with
        η = 6.7 · 2⁻⁵³ (Higham, Accuracy and Stability of Numerical Algorithms, 2002, theorem
        24.2), and no cell of the result is larger than ‖image‖₂ ‖kernel‖₁.
        """
        steps = 3 * np.ceil(np.log2(self.image.size)) * 6.7 * 2.0**-53
        size = np.linalg.norm(self.image) * np.abs(self.kernel).sum()
        return float(steps * size)

    def clean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values with 0 for what is rounding, so that no scale begins below it."""
        return np.where(np.abs(values) <= self.rounding, 0, values)


def through_frequencies(image: ArrayLike, kernel: ArrayLike, padding: int) -> FrequencyRoute:
    """Convolve by multiplying spectra.

    Args:
        image: H×W.
        kernel: kh×kw, no larger than the image.
        padding: Zeros added below and to the right; kh − 1 and kw − 1 (the most that is used)
            leave room for every overlap, with fewer the ends wrap around.

    Raises:
        ConvolutionError: The operands are no grids, or the kernel is larger than the image.
    """
    full = correlate2d(image, kernel, padding="full", flip=True)
    given = np.asarray(image, dtype=np.float64)
    weights = np.asarray(kernel, dtype=np.float64)
    if any(k > n for k, n in zip(weights.shape, given.shape, strict=True)):
        raise ConvolutionError(
            f"The kernel is {_size(weights)} and the image {_size(given)}: on a ring the kernel"
            " would meet itself. Make it smaller."
        )
    padding = whole_number(padding, "padding", 0)
    added = tuple(min(padding, k - 1) for k in weights.shape)
    shape = (given.shape[0] + added[0], given.shape[1] + added[1])
    first, second = _widened(given, shape), _widened(weights, shape)
    spectra = np.fft.fft2(first), np.fft.fft2(second)
    product = spectra[0] * spectra[1]
    wraps = [np.arange(size) < whole - size for size, whole in zip(shape, full.shape, strict=True)]
    return FrequencyRoute(
        image=first,
        kernel=second,
        image_spectrum=spectra[0],
        kernel_spectrum=spectra[1],
        product=product,
        result=np.fft.ifft2(product).real,
        full=full,
        wrapped=wraps[0][:, None] | wraps[1],
    )


def log_magnitude(spectrum: ArrayLike) -> NDArray[np.float64]:
    """`log₁₀(1 + |F|)` with frequency 0 in the middle, as spectra are usually shown."""
    centred: NDArray[np.float64] = np.fft.fftshift(np.log10(1 + np.abs(np.asarray(spectrum))))
    return centred


def response(kernel: ArrayLike, size: int = 33) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By how much a kernel multiplies the waves of each frequency.

    Args:
        kernel: H×W, of any size: one larger than `size` is folded, which changes no value.
        size: Frequencies along each side; odd, so that 0 is in the middle.

    Returns:
        The frequencies in cycles per pixel, from just above −½ to just below ½; and size×size
        magnitudes, frequency 0 in the middle.
    """
    values = np.asarray(kernel, dtype=np.float64)
    frequencies = np.fft.fftshift(np.fft.fftfreq(size))
    waves = [np.exp(-2j * np.pi * np.outer(frequencies, np.arange(n))) for n in values.shape]
    return frequencies, np.abs(waves[0] @ values @ waves[1].T)


def separable_kernel(
    name: KernelName, size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A kernel as the outer product of a column and a row.

    Args:
        name: `gaussian` and `box` blur, `motion` smears sideways, `edges` is a Gaussian downwards
            and its derivative across: upright edges.
        size: Weights along each side.

    Returns:
        The column and the row, each of `size` numbers. A blur's weights add up to 1; those of
        `edges` to 0, with magnitudes that add up to 1.
    """
    place = np.arange(size) - (size - 1) / 2
    bell = np.exp(-0.5 * (place / max(size / 6, 0.4)) ** 2)
    bell /= bell.sum()
    flat = np.full(size, 1 / size)
    if name == "gaussian":
        return bell, bell
    if name == "box":
        return flat, flat
    if name == "motion":
        middle = np.zeros(size)
        middle[size // 2] = 1
        return middle, flat
    slope = place * bell
    return bell, slope / (np.abs(slope).sum() or 1)


def _widened(values: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.pad(
        values, [(0, wanted - size) for wanted, size in zip(shape, values.shape, strict=True)]
    )


def _size(values: NDArray[np.float64]) -> str:
    return sides(values.shape)
