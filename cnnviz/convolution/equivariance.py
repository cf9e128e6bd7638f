"""Shift, then convolve; convolve, then shift: where the two are the same, and where not."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.arithmetic import correlate2d
from cnnviz.convolution.geometry import ConvolutionError, Padding, Pair
from cnnviz.convolution.pooling import pool2d
from cnnviz.convolution.windows import Array

Edges: TypeAlias = Literal["zero", "circular", "valid"]
Pooling: TypeAlias = Literal["none", "max", "mean"]


@dataclass(frozen=True, eq=False)
class Scene:
    """An object on a canvas, and what is done with it.

    Attributes:
        object: h x w, inside a side x side canvas.
        side: of the canvas.
        home: row and column of the object's corner before it is moved.
        background: what the canvas holds elsewhere.
        kernel: kh x kw.
        stride: of the convolution.
        edges: "zero" and "circular" pad so that stride 1 keeps the size; "valid" does not pad.
            With "circular" whatever leaves on one side comes back on the other.
        pooling: over 2 x 2, after the convolution.
    """

    object: Array
    side: int
    home: Pair
    background: float
    kernel: Array
    stride: int = 1
    edges: Edges = "zero"
    pooling: Pooling = "none"

    def __post_init__(self) -> None:
        if max(self.object.shape) > self.side:
            raise ConvolutionError(
                f"The object has {self.object.shape[0]}×{self.object.shape[1]} cells: it needs a "
                f"canvas of at least {max(self.object.shape)}."
            )
        if max(self.kernel.shape) > self.side:
            raise ConvolutionError("The kernel is larger than the canvas: choose a smaller one.")
        if (
            self.pooling != "none"
            and min(self.output(self.picture((0, 0)), pooled=False).shape) < 2
        ):
            raise ConvolutionError("Too few cells are left to pool: choose a larger canvas.")

    @property
    def step(self) -> int:
        """How many input cells one output cell stands for."""
        return self.stride * (1 if self.pooling == "none" else 2)

    def picture(self, shift: Pair) -> Array:
        """The canvas with the object moved down and right by ``shift``; side x side."""
        canvas = np.full((self.side, self.side), float(self.background))
        for (row, column), value in np.ndenumerate(self.object):
            y, x = self.home[0] + shift[0] + row, self.home[1] + shift[1] + column
            if self.edges == "circular":
                y, x = y % self.side, x % self.side
            if 0 <= y < self.side and 0 <= x < self.side:
                canvas[y, x] = value
        return canvas

    def output(self, picture: ArrayLike, *, pooled: bool = True) -> Array:
        """Convolve, and pool if asked for."""
        high, wide = self.kernel.shape
        pads = tuple(((k - 1) // 2, k - 1 - (k - 1) // 2) for k in (high, wide))
        padding = {
            "zero": Padding((pads[0], pads[1])),
            "circular": Padding((pads[0], pads[1]), "circular"),
            "valid": Padding(0),
        }[self.edges]
        mapped = correlate2d(picture, self.kernel, stride=self.stride, padding=padding)
        if self.pooling == "none" or not pooled:
            return mapped
        return pool2d(mapped, 2, reduction=self.pooling)

    def moved_output(self, shift: Pair) -> Array:
        """Convolve the object at home, then move the output by whole cells.

        Returns:
            Like an output; NaN in cells about which the output at home says nothing.
        """
        home = self.output(self.picture((0, 0)))
        down, right = (int(amount / self.step) for amount in shift)  # towards 0
        if self.edges == "circular":
            return np.roll(home, (down, right), (0, 1))
        moved = np.full(home.shape, np.nan)
        for (row, column), value in np.ndenumerate(home):
            y, x = row + down, column + right
            if 0 <= y < home.shape[0] and 0 <= x < home.shape[1]:
                moved[y, x] = value
        return moved

    def difference(self, shift: Pair) -> float:
        """Largest difference between shift-then-convolve and convolve-then-shift."""
        gap = np.abs(self.output(self.picture(shift)) - self.moved_output(shift))
        known = gap[~np.isnan(gap)]
        return float(known.max()) if known.size else 0.0

    def differences(self) -> Array:
        """`difference` with the object's corner on every cell where it is whole; rows x columns."""
        rows, columns = (self.side - size + 1 for size in self.object.shape)
        return np.array(
            [
                [self.difference((y - self.home[0], x - self.home[1])) for x in range(columns)]
                for y in range(rows)
            ]
        )
