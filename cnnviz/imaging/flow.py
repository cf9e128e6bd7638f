"""Optical flow: how far each pixel moves from one frame to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Motion(NamedTuple):
    """Two frames and the motion between them.

    Attributes:
        first: H×W grey.
        second: H×W grey: the first, turned about its middle, enlarged and moved.
        flow: H×W×2: pixels to the right and down, as estimated from the frames alone.
        truth: H×W×2: the motion that made the second frame.
    """

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    flow: NDArray[np.float64]
    truth: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Mean distance of estimated and true motion in pixels, without an eighth at each edge."""
        rows, columns = (slice(side // 8, side - side // 8) for side in self.first.shape)
        gap = (self.flow - self.truth)[rows, columns]
        return float(np.hypot(gap[..., 0], gap[..., 1]).mean())


def motion(
    grey: NDArray[np.uint8], *, right: float = 0, down: float = 0, degrees: float = 0,
    larger: float = 1,
) -> Motion:  # fmt: skip
    """Move a picture and estimate how (Farnebäck, SCIA 2003, OpenCV's).

    Args:
        grey: H×W.
        right: Pixels to the right.
        down: Pixels down.
        degrees: Turned counter-clockwise about the middle.
        larger: Enlarged about the middle by this factor.
    """
    height, width = grey.shape
    move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, larger)
    move[:, 2] += np.array([right, down])
    second = cv2.warpAffine(grey, move, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    estimate = cv2.calcOpticalFlowFarneback(grey, second, None, 0.5, 4, 21, 5, 7, 1.5, 0)  # type: ignore[call-overload]
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    there = np.stack([x, y, np.ones_like(x)], axis=2) @ move.T
    return Motion(
        grey,
        np.asarray(second, dtype=np.uint8),
        np.asarray(estimate, dtype=np.float64),
        there - np.stack([x, y], axis=2),
    )


def flow_code(*, right: float = 0, down: float = 0, degrees: float = 0, larger: float = 1) -> str:
    """OpenCV code for `motion` of a grey `picture.png`; it leaves `flow`, `truth` and `error`."""
    return f"""import cv2
import numpy as np

grey = cv2.imread("picture.png", cv2.IMREAD_GRAYSCALE)
height, width = grey.shape
move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), {degrees}, {larger})
move[:, 2] += ({right}, {down})
second = cv2.warpAffine(grey, move, (width, height), borderMode=cv2.BORDER_REFLECT_101)
flow = cv2.calcOpticalFlowFarneback(grey, second, None, 0.5, 4, 21, 5, 7, 1.5, 0)
y, x = np.indices(grey.shape)
truth = np.stack([x, y, np.ones_like(x)], axis=2) @ move.T - np.stack([x, y], axis=2)
rows, columns = (slice(side // 8, side - side // 8) for side in grey.shape)
error = np.linalg.norm((flow - truth)[rows, columns], axis=2).mean()
print(f"{{error:.2f}} pixels")
"""
