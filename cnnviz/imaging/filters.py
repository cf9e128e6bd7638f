"""Filters: what a kernel, a mean, a Gaussian, a median or a bilateral does to a picture.

Every function takes H×W or H×W×C, `uint8` or `float32`, works on each channel
alone and keeps the size. An even kernel has no middle: its window then starts
(k - 1) // 2 pixels before the output pixel and ends k // 2 after it, which is
where PyTorch's ``padding="same"`` puts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import cv2
import numpy as np

from cnnviz.imaging.kernels import gaussian_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

Border = Literal["zero", "reflect", "replicate", "circular"]

Pixel = TypeVar("Pixel", np.uint8, np.float32)

# PyTorch's reflect does not repeat the edge pixel: OpenCV calls that 101.
_BORDERS: dict[Border, int] = {
    "zero": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "circular": cv2.BORDER_WRAP,
}
_LARGEST_FLOAT_MEDIAN = 5
_BY_FOURIER = 50  # weights, from which on cv2.filter2D goes through the frequency domain


def apply_kernel(
    image: NDArray[Any],
    weights: NDArray[Any],
    *,
    border: Border = "reflect",
    flip: bool = False,
) -> NDArray[np.float32]:
    """Slide a kernel over a picture: at each pixel the sum of window × weights.

    This is cross-correlation, which deep learning calls convolution. A sum that cannot be told
    from 0 is 0: on a flat area a kernel whose weights sum to 0 would otherwise leave rounding
    (`rounding_bound`), and a scale that fits its largest number would paint it as a signal.

    Args:
        image: H×W or H×W×C.
        weights: kh×kw, odd or even.
        border: What lies outside the picture. "reflect" mirrors without repeating
            the edge; a border wider than the picture is mirrored again and again,
            as NumPy does (PyTorch refuses it).
        flip: Turn the kernel by 180° first: convolution as mathematics has it.

    Returns:
        The signed result, same shape as the picture, neither scaled nor clipped.
    """
    kernel = np.asarray(weights, dtype=np.float32)
    if flip:
        kernel = kernel[::-1, ::-1]
    # OpenCV takes a Fourier transform for large kernels, whose rounding has no simple bound: in
    # float64, which is as fast there, it is beneath notice.
    depth = np.float32 if kernel.size < _BY_FOURIER else np.float64
    source = _supported(image, depth)
    sums = _slide(source, kernel.astype(depth), border, depth)
    result = np.ascontiguousarray(sums, dtype=np.float32).reshape(image.shape)
    bound = rounding_bound(kernel, source)
    if bound:
        flat = result.reshape(len(result), -1)
        flat[cv2.inRange(flat, -bound, bound).view(np.bool_)] = 0
    return result


def _slide(
    source: NDArray[Any], kernel: NDArray[Any], border: Border, depth: type[np.floating]
) -> NDArray[Any]:
    """Sum window × weights at each pixel, in float32 or float64."""
    height, width = kernel.shape
    top, left = (height - 1) // 2, (width - 1) // 2
    kernel = np.ascontiguousarray(kernel)
    code = cv2.CV_32F if depth is np.float32 else cv2.CV_64F
    if border == "circular":  # filter2D has no such border
        padded = cv2.copyMakeBorder(
            source, top, height // 2, left, width // 2, borderType=cv2.BORDER_WRAP
        )
        rows, columns = source.shape[:2]
        full = cv2.filter2D(padded, code, kernel, anchor=(left, top))
        return full[top : top + rows, left : left + columns]
    return cv2.filter2D(source, code, kernel, anchor=(left, top), borderType=_BORDERS[border])


def rounding_bound(weights: NDArray[Any], image: NDArray[Any]) -> float:
    """Bound the rounding in the sums of window × weights that `apply_kernel` makes.

    A weight held in float32, a product and each of n − 1 additions in float32 are off by a share
    of at most u = 2⁻²⁴, so a sum is off by at most (n + 1) u Σ|w| max|x| (Higham, Accuracy and
    Stability of Numerical Algorithms, 2002, section 3.1). In float64 the weights' rounding alone
    counts. Whole numbers below 2²⁴ are not rounded at all.

    Args:
        weights: kh×kw.
        image: What they slide over, of any shape.

    Returns:
        The bound: a sum that is not larger cannot be told from 0.
    """
    largest = max(float(image.max()), -float(image.min()))
    total = float(np.abs(weights, dtype=np.float64).sum()) * largest
    if weights.size >= _BY_FOURIER:
        return 1.001 * 2.0**-24 * total
    whole = image.dtype == np.uint8 and np.array_equal(weights, np.rint(weights))
    return 0.0 if whole and total < 2**24 else (weights.size + 1) * 2.0**-24 * total


def _supported(image: NDArray[Any], otherwise: type[np.floating]) -> NDArray[Any]:
    """Keep uint8, which OpenCV filters fastest; everything else becomes another type."""
    return np.ascontiguousarray(image, dtype=np.uint8 if image.dtype == np.uint8 else otherwise)


def gaussian(
    image: NDArray[Any], sigma: float, size: int | None = None, *, border: Border = "reflect"
) -> NDArray[np.float32]:
    """Blur with a Gaussian, one axis after the other.

    Args:
        image: H×W or H×W×C.
        sigma: Standard deviation in pixels, above 0.
        size: Side of the kernel; by default it reaches 3σ on each side.
        border: As in `apply_kernel`.

    Returns:
        The blurred picture: what `apply_kernel` gives with `gaussian_kernel(sigma, size)`, sooner.
    """
    row = gaussian_kernel(sigma, size).sum(axis=0, keepdims=True)
    return apply_kernel(apply_kernel(image, row, border=border), row.T, border=border)


def mean(image: NDArray[Any], size: int, *, border: Border = "reflect") -> NDArray[np.float32]:
    """Replace each pixel by the mean of its size×size neighbourhood."""
    row = np.full((1, size), 1 / size, dtype=np.float32)
    return apply_kernel(apply_kernel(image, row, border=border), row.T, border=border)


def median(image: NDArray[Pixel], size: int) -> NDArray[Pixel]:
    """Replace each pixel by the median of its neighbourhood; the edge pixel is repeated outside.

    Args:
        image: H×W or H×W×3, uint8 or float32.
        size: Odd side of the neighbourhood, 3 or more; of float32 3 or 5, as OpenCV's.

    Raises:
        ValueError: If the size is another.
    """
    if size < 3 or size % 2 == 0:
        raise ValueError(f"A median needs an odd size of at least 3, but it is {size}.")
    if image.dtype != np.uint8 and size > _LARGEST_FLOAT_MEDIAN:
        raise ValueError(f"A median of numbers that are no grey levels is 3 or 5, not {size}.")
    source = np.ascontiguousarray(image)
    return np.asarray(cv2.medianBlur(source, size), dtype=image.dtype).reshape(image.shape)


def bilateral(image: NDArray[Any], sigma_space: float, sigma_colour: float) -> NDArray[np.float32]:
    """Blur that stops at edges (Tomasi & Manduchi, 1998).

    The weight of a neighbour is a Gaussian of its distance times a Gaussian of
    the difference of the two colours.

    Args:
        image: H×W or H×W×3, 0..255.
        sigma_space: In pixels; the window reaches 1.5 times as far.
        sigma_colour: In grey levels: how different a neighbour may be and still count.
    """
    source = _supported(image, np.float32)
    result = cv2.bilateralFilter(source, 0, sigma_colour, sigma_space)
    return np.asarray(result, dtype=np.float32).reshape(image.shape)
