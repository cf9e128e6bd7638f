"""The neighbourhood that a filter reads for a pixel, and where in a picture one is worth seeing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cnnviz.imaging.colour import to_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging.filters import Border


def window_at(
    image: NDArray[Any], row: int, column: int, shape: tuple[int, int], border: Border
) -> NDArray[Any]:
    """Cut out the window that ends up in one pixel of the result.

    Args:
        image: H×W or H×W×C.
        row: Row of the pixel, 0 at the top.
        column: Column of the pixel, 0 at the left.
        shape: kh×kw; an even side reaches one pixel further down or right than up or left.
        border: What lies outside the picture, as in `apply_kernel`.

    Returns:
        kh×kw or kh×kw×C, of the type of the image.
    """
    rows, inside_rows = _positions(row, shape[0], image.shape[0], border)
    columns, inside_columns = _positions(column, shape[1], image.shape[1], border)
    window = image[np.ix_(rows, columns)].copy()
    window[~np.logical_and.outer(inside_rows, inside_columns)] = 0
    return window


def block_of_most_contrast(image: NDArray[np.uint8], side: int) -> tuple[int, int]:
    """Find the block whose grey levels differ most, of those that lie side by side from the corner.

    Measured by their variance, the mean of the squares less the square of the mean: it is largest
    where an edge parts a block into dark and light.

    Args:
        image: H×W or H×W×3.
        side: Of a block, in pixels.

    Returns:
        Row and column of its first pixel; 0, 0 where the picture is smaller than a block.
    """
    high, wide = (length // side for length in image.shape[:2])
    if not (high and wide):
        return 0, 0
    grey = to_grey(image[: high * side, : wide * side])
    mean, squares = (
        cv2.resize(levels, (wide, high), interpolation=cv2.INTER_AREA) for levels in (grey, grey**2)
    )
    row, column = divmod(int((squares - mean**2).argmax()), wide)
    return row * side, column * side


def _positions(
    centre: int, size: int, length: int, border: Border
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Say for each place of the window which pixel it reads, and whether there is one."""
    places = centre - (size - 1) // 2 + np.arange(size)
    inside = np.ones(size, dtype=bool)
    if border == "circular":
        return places % length, inside
    if border == "reflect" and length > 1:
        period = 2 * (length - 1)
        return length - 1 - np.abs(places % period - (length - 1)), inside
    if border == "zero":
        inside = (places >= 0) & (places < length)
    return np.clip(places, 0, length - 1), inside
