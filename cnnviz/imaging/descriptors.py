"""Features that people designed before networks learned them: HOG cells and SIFT keypoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BINS = 9
_RATIO = 0.75
_NEAR = 3  # pixels


def hog_cells(grey: ArrayLike, cell: int) -> NDArray[np.float64]:
    """Histograms of gradient directions, one for each cell (Dalal and Triggs, CVPR 2005).

    Gradients are differences of the two neighbours; a pixel counts with its gradient's length for
    the ninth of 180° in which its direction lies, whatever its sign.

    Args:
        grey: H×W.
        cell: Side of a cell, in pixels; what is left over at the right and below is dropped.

    Returns:
        rows×columns×9: the means over each cell, not yet normalised.

    Raises:
        ValueError: No cell fits into the picture.
    """
    image = np.asarray(grey, dtype=np.float64)
    rows, columns = (side // cell for side in image.shape)
    if not rows or not columns:
        size = sides(image.shape)
        raise ValueError(f"A cell of {cell}×{cell} does not fit into {size} pixels.")
    down, right = np.zeros_like(image), np.zeros_like(image)
    down[1:-1] = image[2:] - image[:-2]
    right[:, 1:-1] = image[:, 2:] - image[:, :-2]
    degrees = np.rad2deg(np.arctan2(down, right)) % 180
    bins = np.minimum((degrees / (180 / BINS)).astype(int), BINS - 1)
    votes = np.eye(BINS)[bins] * np.hypot(down, right)[..., None]
    cut = votes[: rows * cell, : columns * cell]
    return np.asarray(cut.reshape(rows, cell, columns, cell, BINS).mean((1, 3)), dtype=np.float64)


def hog_code(cell: int) -> str:
    """PyTorch code for `hog_cells` of a grey `picture.png`; it leaves 9×rows×columns in `cells`."""
    return f"""import cv2
import torch
from torch.nn import functional as F

grey = torch.from_numpy(cv2.imread("picture.png", cv2.IMREAD_GRAYSCALE)).double()
down, right = torch.zeros_like(grey), torch.zeros_like(grey)
down[1:-1] = grey[2:] - grey[:-2]
right[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
degrees = torch.rad2deg(torch.atan2(down, right)) % 180
bins = (degrees / {180 // BINS}).long().clamp(max={BINS - 1})
votes = F.one_hot(bins, {BINS}) * torch.hypot(down, right)[..., None]
cells = F.avg_pool2d(votes.permute(2, 0, 1), {cell})
print(cells)
"""


def hog_features(images: ArrayLike, cell: int) -> NDArray[np.float64]:
    """HOG as a classifier gets it: cells normalised in blocks of 2×2 (L2-Hys), in a row.

    Args:
        images: N×H×W.
        cell: Side of a cell, in pixels.

    Returns:
        N×F.
    """
    from skimage.feature import hog  # noqa: PLC0415 - it takes a while, for one page

    return np.stack(
        [
            hog(one, orientations=BINS, pixels_per_cell=(cell, cell), cells_per_block=(2, 2))
            for one in np.asarray(images, dtype=np.float64)
        ]
    )


def hog_drawn(grey: ArrayLike, cell: int) -> NDArray[np.uint8]:
    """Draw the cells as stars: a line for each direction, along the edge, bright where strong.

    Args:
        grey: H×W.
        cell: Side of a cell, in pixels.

    Returns:
        H×W.
    """
    from skimage.feature import hog  # noqa: PLC0415

    _, stars = hog(
        np.asarray(grey, dtype=np.float64),
        orientations=BINS,
        pixels_per_cell=(cell, cell),
        cells_per_block=(1, 1),
        visualize=True,
    )
    top = float(np.percentile(stars, 99.5)) or 1.0
    return np.asarray(np.clip(stars / top * 255, 0, 255), dtype=np.uint8)


class Keypoints(NamedTuple):
    """Points that SIFT finds again (Lowe, IJCV 2004), the strongest first.

    Attributes:
        table: K×5: x and y in pixels, diameter, direction in degrees, response.
        drawn: H×W×3, the picture with a circle and its direction for each.
        found_again: How many of them match a keypoint of the turned picture at the right place.
        turned: H×W×3, the turned picture with the keypoints that were found again.
    """

    table: NDArray[np.float64]
    drawn: NDArray[np.uint8]
    found_again: int
    turned: NDArray[np.uint8]


def sift_keypoints(grey: NDArray[np.uint8], most: int, degrees: float) -> Keypoints:
    """Find keypoints in a picture and look for them in the picture turned about its middle.

    A match is one whose descriptor is much nearer than the second nearest (ratio 0.75). It counts
    as right if it lies within 3 pixels of where the turn has moved the point.

    Args:
        grey: H×W.
        most: How many keypoints at most.
        degrees: How far the picture is turned, counter-clockwise. Its corners are cut off.
    """
    sift = cv2.SIFT.create(nfeatures=most)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    turned = np.asarray(cv2.warpAffine(grey, turn, (width, height)), dtype=np.uint8)
    points, descriptors = sift.detectAndCompute(grey, None)
    others, described = sift.detectAndCompute(turned, None)
    again = []
    if descriptors is not None and described is not None and len(others) > 1:
        for pair in cv2.BFMatcher().knnMatch(descriptors, described, k=2):
            best, second = pair
            there = others[best.trainIdx].pt
            expected = turn @ np.array([*points[best.queryIdx].pt, 1.0])
            near = np.hypot(*(np.array(there) - expected)) <= _NEAR
            if best.distance < _RATIO * second.distance and near:
                again.append(others[best.trainIdx])
    rows = sorted(points, key=lambda one: -one.response)
    table = np.array([[*one.pt, one.size, one.angle, one.response] for one in rows])
    return Keypoints(table.reshape(-1, 5), _drawn(grey, points), len(again), _drawn(turned, again))


def sift_code(most: int, degrees: float) -> str:
    """OpenCV code for `sift_keypoints` of a grey `picture.png`; `again` is `found_again`."""
    return f"""import cv2
import numpy as np

grey = cv2.imread("picture.png", cv2.IMREAD_GRAYSCALE)
height, width = grey.shape
turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), {degrees}, 1.0)
turned = cv2.warpAffine(grey, turn, (width, height))
sift = cv2.SIFT.create(nfeatures={most})
points, descriptors = sift.detectAndCompute(grey, None)
others, described = sift.detectAndCompute(turned, None)
again = 0
for best, second in cv2.BFMatcher().knnMatch(descriptors, described, k=2):
    gap = np.array(others[best.trainIdx].pt) - turn @ [*points[best.queryIdx].pt, 1]
    again += best.distance < {_RATIO} * second.distance and np.hypot(*gap) <= {_NEAR}
print(again, "of", len(points))
"""


def _drawn(grey: NDArray[np.uint8], points: object) -> NDArray[np.uint8]:
    rich = cv2.DRAW_MATCHES_FLAGS_DRAW_RICH_KEYPOINTS
    picture = cv2.drawKeypoints(grey, points, None, (255, 160, 0), rich)  # type: ignore[call-overload]
    return np.asarray(picture, dtype=np.uint8)
