"""One filter with all of its settings: what a page chooses and a picture goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from cnnviz.imaging import filters
from cnnviz.imaging.kernels import KERNELS, gaussian_kernel, strengthen
from cnnviz.imaging.sobel import sobel
from cnnviz.imaging.window import window_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.imaging.filters import Border, Pixel

CHANNELS = ("red", "green", "blue")

Kind = Literal[
    "kernel", "gaussian", "mean", "median", "bilateral", "sobel-magnitude", "sobel-direction"
]


class Result(NamedTuple):
    """A filtered picture.

    Attributes:
        values: Signed numbers, H×W or H×W×C, neither scaled nor clipped.
        weight: For a direction, how strong the gradient is there; else None.
    """

    values: NDArray[np.float32]
    weight: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Recipe:
    """A filter and its settings; those that its kind does not use are ignored.

    Attributes:
        kind: Which filter.
        weights: The numbers of a "kernel", kh×kw.
        channels: Of a "kernel" that reads a colour picture as a layer of a network does, one for
            each channel, 3×kh×kw: the three results are added up. A grey picture, whose channels
            are equal, goes through `weights`, which are their sum.
        strength: How strongly a "kernel" works whose weights sum to 1, as in `strengthen`.
        size: Side of a "mean", "gaussian" or "median".
        sigma: Standard deviation in pixels of a "gaussian" or "bilateral".
        levels: Standard deviation in grey levels of a "bilateral".
        border: What lies outside the picture. A "median" always repeats the edge pixel, and
            a "bilateral" always reflects, because OpenCV's do.
        flip: Turn the weights by 180° (convolution instead of cross-correlation).
    """

    kind: Kind
    weights: NDArray[np.float32] | None = None
    strength: float = 1.0
    size: int = 3
    sigma: float = 1.0
    levels: float = 40.0
    border: Border = "reflect"
    flip: bool = False
    channels: NDArray[np.float32] | None = None

    @property
    def kernels(self) -> dict[str, NDArray[np.float32]]:
        """The kernels it slides, by name, before any flip; none for a median or a bilateral."""
        if self.channels is not None:
            return dict(zip(CHANNELS, self.channels, strict=True))
        if self.kind == "kernel" and self.weights is not None:
            if self.strength == 1:
                return {"Kernel": self.weights}
            return {"Kernel": strengthen(self.weights, self.strength)}
        if self.kind == "gaussian":
            return {"Kernel": gaussian_kernel(self.sigma, self.size)}
        if self.kind == "mean":
            return {"Kernel": np.full((self.size, self.size), 1 / self.size**2, np.float32)}
        if self.kind in {"sobel-magnitude", "sobel-direction"}:
            return {"x": KERNELS["sobel-x"].weights, "y": KERNELS["sobel-y"].weights}
        return {}

    @property
    def window(self) -> tuple[int, int]:
        """Height and width of the neighbourhood that decides one pixel of the result."""
        if self.kind == "bilateral":
            side = 2 * max(round(1.5 * self.sigma), 1) + 1  # as cv2.bilateralFilter has it
            return side, side
        if self.kind == "median":
            return self.size, self.size
        height, width = next(iter(self.kernels.values())).shape
        return height, width

    @property
    def edge(self) -> Border:
        """The border that is really used."""
        fixed: dict[Kind, Border] = {"median": "replicate", "bilateral": "reflect"}
        return fixed.get(self.kind, self.border)

    def apply(self, image: NDArray[Pixel]) -> Result:
        """Filter a picture, H×W or H×W×3 in 0..255, or what an earlier filter made of one."""
        if self.channels is not None and image.ndim == 3:
            parts = [
                filters.apply_kernel(channel, kernel, border=self.border, flip=self.flip)
                for channel, kernel in zip(np.moveaxis(image, 2, 0), self.channels, strict=True)
            ]
            return Result(parts[0] + parts[1] + parts[2])
        if self.kind == "kernel" and self.weights is not None:
            kernel = self.weights if self.channels is not None else self.kernels["Kernel"]
            return Result(filters.apply_kernel(image, kernel, border=self.border, flip=self.flip))
        if self.kind == "gaussian":
            return Result(filters.gaussian(image, self.sigma, self.size, border=self.border))
        if self.kind == "mean":
            return Result(filters.mean(image, self.size, border=self.border))
        if self.kind == "median":
            return Result(filters.median(image, self.size).astype(np.float32))
        if self.kind == "bilateral":
            return Result(filters.bilateral(image, self.sigma, self.levels))
        gradient = sobel(image, border=self.border)
        if self.kind == "sobel-direction":
            return Result(gradient.direction, gradient.magnitude)
        return Result(gradient.magnitude)

    def read(self, image: NDArray[Any], row: int, column: int) -> NDArray[Any]:
        """Cut out the neighbourhood that decides one pixel of the result."""
        return window_at(image, row, column, self.window, self.edge)
