"""Stacks of sliding windows as short text, and which cells of one layer the next one reads."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.geometry import ConvolutionError, ReceptiveField, WindowLayer, output_size
from cnnviz.convolution.windows import window_reads

LayerKind: TypeAlias = Literal["conv", "max", "mean"]

LETTERS: dict[str, LayerKind] = {"c": "conv", "p": "max", "a": "mean"}
NAMES: dict[LayerKind, str] = {"conv": "conv", "max": "max pool", "mean": "average pool"}
MOST_LAYERS = 6
_LAYER = re.compile(r"([cpa])(\d{1,2})((?:[spd]\d{1,2})*)")
_OPTION = re.compile(r"([spd])(\d{1,2})")


class StackLayer(NamedTuple):
    """One layer of a stack; square, the same along both axes, zeros as padding."""

    kind: LayerKind
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def window(self) -> WindowLayer:
        """What the receptive field needs to know of it."""
        return WindowLayer(self.kernel, self.stride, self.padding, self.dilation)

    @property
    def title(self) -> str:
        """Its name in words, such as "conv 3×3, rate 2"."""
        words = [f"{NAMES[self.kind]} {self.kernel}×{self.kernel}"]
        if self.stride != (1 if self.kind == "conv" else self.kernel):
            words.append(f"stride {self.stride}")
        if self.padding:
            words.append(f"padding {self.padding}")
        if self.dilation > 1:
            words.append(f"rate {self.dilation}")
        return ", ".join(words)


def parse_stack(text: str) -> tuple[StackLayer, ...]:
    """Read a stack such as ``c3 p2 c3d2``.

    A layer is its letter (``c`` convolution, ``p`` max pooling, ``a`` average pooling) and its
    kernel, then if wanted ``s`` and its stride, ``p`` and its padding, ``d`` and its dilation.
    The stride of a pooling is its kernel if not given.

    Raises:
        ConvolutionError: with a sentence that says what to change.

    Example:
        >>> [layer.title for layer in parse_stack("c3 p2 c3d2")]
        ['conv 3×3', 'max pool 2×2', 'conv 3×3, rate 2']
    """
    words = text.lower().replace(",", " ").split()
    if not 1 <= len(words) <= MOST_LAYERS:
        raise ConvolutionError(
            f"A stack has 1 to {MOST_LAYERS} layers, not {len(words)}: type them with spaces "
            "between, such as c3 p2 c3."
        )
    return tuple(_layer(word) for word in words)


def _layer(word: str) -> StackLayer:
    found = _LAYER.fullmatch(word)
    if not found:
        raise ConvolutionError(
            f"{word[:40]!r} is not a layer: write c3 for a 3×3 convolution, p2 for max and a2 for "
            "average pooling, then s2, p1 or d2 for stride, padding and dilation."
        )
    kind, kernel = LETTERS[found[1]], int(found[2])
    options = {letter: int(number) for letter, number in _OPTION.findall(found[3])}
    stride = options.get("s", 1 if kind == "conv" else kernel)
    padding, dilation = options.get("p", 0), options.get("d", 1)
    if min(kernel, stride, dilation) < 1:
        raise ConvolutionError(f"{word}: kernel, stride and dilation are at least 1.")
    if kind == "mean" and dilation > 1:
        raise ConvolutionError(
            f"{word}: average pooling has no dilation; take c{kernel}d{dilation}."
        )
    if padding > (most := kernel // 2 if kind != "conv" else dilation * (kernel - 1)):
        raise ConvolutionError(
            f"{word}: a padding of at most {most}, or some windows would see nothing but padding."
        )
    return StackLayer(kind, kernel, stride, padding, dilation)


def format_stack(layers: Sequence[StackLayer]) -> str:
    """Write a stack as text that `parse_stack` reads back."""
    words = []
    for layer in layers:
        letter = next(letter for letter, kind in LETTERS.items() if kind == layer.kind)
        usual = 1 if layer.kind == "conv" else layer.kernel
        words.append(
            f"{letter}{layer.kernel}"
            + (f"s{layer.stride}" if layer.stride != usual else "")
            + (f"p{layer.padding}" if layer.padding else "")
            + (f"d{layer.dilation}" if layer.dilation > 1 else "")
        )
    return " ".join(words)


def stack_sizes(layers: Sequence[StackLayer], side: int) -> tuple[int, ...]:
    """Side of the input and of every layer's map.

    Raises:
        ConvolutionError: naming the layer whose window fits no more.
    """
    sizes = [side]
    for number, layer in enumerate(layers, start=1):
        try:
            size = output_size(sizes[-1], layer.kernel, layer.stride, layer.padding, layer.dilation)
        except ConvolutionError as error:
            raise ConvolutionError(f"Layer {number}, {layer.title}: {error}") from None
        sizes.append(size.size)
    return tuple(sizes)


def layer_reads(layer: StackLayer, side: int) -> NDArray[np.int32]:
    """Which cells of a side×side map every unit of the layer reads.

    Returns:
        Units × k² flat indices into the map without its padding; -1 for padding.
    """
    padded = side + 2 * layer.padding
    reads = window_reads(
        (1, padded, padded),
        (layer.kernel, layer.kernel),
        (layer.stride, layer.stride),
        (layer.dilation, layer.dilation),
    )
    row, column = np.divmod(reads, padded)
    row, column = row - layer.padding, column - layer.padding
    inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
    return np.where(inside, row * side + column, -1).astype(np.int32)


def cells_seen(layers: Sequence[StackLayer], side: int, unit: int) -> NDArray[np.bool_]:
    """Trace a unit of the last layer back to the input.

    Args:
        layers: the stack up to the unit's layer.
        side: of the square input.
        unit: flat index into the last map.

    Returns:
        side×side: whether the unit can see the cell, through any path.
    """
    sizes = stack_sizes(layers, side)
    seen = np.array([unit])
    for layer, below in zip(reversed(layers), reversed(sizes[:-1]), strict=True):
        reads = layer_reads(layer, below)[seen]
        seen = np.unique(reads[reads >= 0])
    mask = np.zeros(side * side, dtype=bool)
    mask[seen] = True
    return mask.reshape(side, side)


def inside(field: ReceptiveField, unit: tuple[int, int], side: int) -> NDArray[np.bool_]:
    """The part of a unit's theoretical field that is inside the side×side input."""
    mask = np.ones((side, side), dtype=bool)
    for axis, at in enumerate(unit):
        first, last = field.bounds(at)
        cells = np.arange(side)
        seen = (cells >= first) & (cells <= last)
        mask &= seen[:, np.newaxis] if axis == 0 else seen
    return mask


def extent(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The smallest rectangle that holds all cells of a mask, as a mask."""
    box = np.zeros_like(mask)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows):
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box
