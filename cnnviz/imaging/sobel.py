"""The gradient of a picture by Sobel's two kernels: how strong an edge is, and its direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from cnnviz.imaging.filters import apply_kernel
from cnnviz.imaging.kernels import KERNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging.filters import Border


class Sobel(NamedTuple):
    """The gradient of a picture, each part of the picture's shape in float32.

    Attributes:
        x: Change from left to right.
        y: Change from top to bottom.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]

    @property
    def magnitude(self) -> NDArray[np.float32]:
        """sqrt(x² + y²)."""
        return np.asarray(cv2.magnitude(self.x, self.y), dtype=np.float32).reshape(self.x.shape)

    @property
    def direction(self) -> NDArray[np.float32]:
        """Where brightness rises, in degrees: 0 right, 90 down, in -180..180; 0 without a rise."""
        return np.degrees(np.arctan2(self.y, self.x, dtype=np.float32))


def sobel(image: NDArray[Any], *, border: Border = "reflect") -> Sobel:
    """Estimate the gradient with the two Sobel kernels.

    Args:
        image: H×W or H×W×C.
        border: As in `apply_kernel`.

    Returns:
        The gradient.
    """
    x = apply_kernel(image, KERNELS["sobel-x"].weights, border=border)
    y = apply_kernel(image, KERNELS["sobel-y"].weights, border=border)
    return Sobel(x, y)
