"""Which pictures excite a filter most, and which part of each it sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.imaging.pixels import crisp
from cnnviz.inspection.outputs import outputs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

_GLOW = np.array([74, 151, 210], dtype=np.float64)  # their blue
_FRAME = np.array([221, 122, 31], dtype=np.uint8)  # the orange of the charts


@dataclass(frozen=True, eq=False)
class Peaks:
    """The strongest cell of every filter in every picture.

    Attributes:
        values: N×C `float32`, what the layer gives there, in its own unit.
        means: N×C, the mean over the filter's map.
        rows: N×C, where the cell is in the filter's map; 0 for flat layers.
        columns: N×C, likewise.
    """

    values: NDArray[np.float32]
    means: NDArray[np.float32]
    rows: NDArray[np.int16]
    columns: NDArray[np.int16]

    def best(self, channel: int, count: int = 9) -> NDArray[np.int64]:
        """The pictures that excite a filter most, the strongest first; equal ones in order."""
        order = np.argsort(-self.values[:, channel], kind="stable")
        return order[:count].astype(np.int64)

    def is_constant(self, channel: int) -> bool:
        """Whether the filter gives the same strongest value for every picture: dead, mostly."""
        values = self.values[:, channel]
        return bool(np.ptp(values) == 0)


def peaks(model: nn.Module, layer: str, inputs: Tensor) -> Peaks:
    """Find the strongest cell of every filter of a layer in every picture.

    One pass does it for the whole layer. Each picture has one cell a filter, so that the best nine
    are nine pictures (as in Yosinski et al., *Understanding neural networks through deep
    visualization*, 2015).

    Args:
        model: Any model.
        layer: Name of a layer that gives maps or a flat output.
        inputs: N×C×H×W, preprocessed.

    Returns:
        Values and places. Of equal cells it is the first, row by row.

    Raises:
        InspectionError: There is no such layer, or it gives neither.
    """
    values: list[Tensor] = []
    means: list[Tensor] = []
    rows: list[Tensor] = []
    columns: list[Tensor] = []
    for output in outputs_of(model, layer, inputs):
        width = output.shape[-1] if output.ndim == 4 else 1
        cells = output.reshape(*output.shape[:2], -1)
        strongest, at = cells.max(2)
        values.append(strongest)
        means.append(cells.mean(2))
        rows.append(at // width)
        columns.append(at % width)
    return Peaks(
        torch.cat(values).float().numpy(),
        torch.cat(means).float().numpy(),
        torch.cat(rows).to(torch.int16).numpy(),
        torch.cat(columns).to(torch.int16).numpy(),
    )


def separation(values: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    r"""How well each filter's strongest value tells the classes apart: $\eta^2$.

    The share of the variance of a filter's values that lies between the means of the classes,
    $\sum_c n_c (\bar v_c - \bar v)^2 / \sum_i (v_i - \bar v)^2$ (Fisher, *Statistical methods for
    research workers*, 1925).

    Args:
        values: N×C, one value for each picture and filter.
        labels: N, the classes of the pictures.

    Returns:
        C numbers from 0, no difference, to 1; 0 for a filter that always gives the same.
    """
    v = np.asarray(values, dtype=np.float64)
    centred = v - v.mean(0)
    total = (centred**2).sum(0)
    between = np.zeros(v.shape[1])
    for label in np.unique(labels):
        mine = centred[labels == label]
        between += len(mine) * mine.mean(0) ** 2
    share: NDArray[np.float64] = between / np.where(total > 0, total, 1)
    return share


def field_on(
    image: NDArray[np.uint8], field: tuple[tuple[int, int], tuple[int, int]], side: int = 96
) -> NDArray[np.uint8]:
    """A picture with all that a cell cannot see darkened, and a frame around what it sees.

    Args:
        image: C×H×W with one or three channels.
        field: First and last row, first and last column; they may lie outside the picture.
        side: About how many pixels the longer side of the result gets.

    Returns:
        h×w×3.
    """
    height, width = image.shape[1:]
    large = _coloured(image, side)
    rows, columns = _inside(field, (height, width), large.shape[0] // height)
    shown = large // 3
    shown[rows, columns] = large[rows, columns]
    return _framed(shown, rows, columns)


def cut_out(
    image: NDArray[np.uint8], field: tuple[tuple[int, int], tuple[int, int]]
) -> NDArray[np.uint8]:
    """The part of a picture that a cell sees; black where its field lies outside.

    Args:
        image: C×H×W.
        field: First and last row, first and last column; they may lie outside the picture.

    Returns:
        C×h×w.
    """
    (top, bottom), (left, right) = field
    high, wide = image.shape[1:]
    part = np.zeros((len(image), bottom - top + 1, right - left + 1), np.uint8)
    seen = image[:, max(0, top) : min(high, bottom + 1), max(0, left) : min(wide, right + 1)]
    down, across = max(0, -top), max(0, -left)
    part[:, down : down + seen.shape[1], across : across + seen.shape[2]] = seen
    return part


def glow_on(
    image: NDArray[np.uint8],
    glow: NDArray[np.float64],
    field: tuple[tuple[int, int], tuple[int, int]],
    side: int = 240,
) -> NDArray[np.uint8]:
    """A picture with numbers laid over it in blue, and a frame around a receptive field.

    Args:
        image: C×H×W with one or three channels.
        glow: H×W, nothing negative; the largest has the full colour.
        field: First and last row, first and last column; they may lie outside the picture.
        side: About how many pixels the longer side of the result gets.

    Returns:
        h×w×3.
    """
    large = _coloured(image, side)
    zoom = large.shape[0] // image.shape[1]
    share = glow / (glow.max() or 1.0)
    opacity = 0.85 * np.sqrt(share).repeat(zoom, 0).repeat(zoom, 1)[..., None]
    mixed = large * (1 - opacity) + _GLOW * opacity
    rows, columns = _inside(field, image.shape[1:], zoom)
    return _framed(np.rint(mixed).astype(np.uint8), rows, columns)


def _coloured(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    large = crisp(image, side)
    return np.repeat(large[..., None], 3, axis=2) if large.ndim == 2 else large.copy()


def _inside(
    field: tuple[tuple[int, int], tuple[int, int]], size: tuple[int, ...], zoom: int
) -> tuple[slice, slice]:
    rows, columns = (
        slice(max(0, first) * zoom, (min(last, length - 1) + 1) * zoom)
        for (first, last), length in zip(field, size, strict=True)
    )
    return rows, columns


def _framed(shown: NDArray[np.uint8], rows: slice, columns: slice) -> NDArray[np.uint8]:
    for row in (rows.start, rows.stop - 1):
        shown[row, columns] = _FRAME
    for column in (columns.start, columns.stop - 1):
        shown[rows, column] = _FRAME
    return shown
