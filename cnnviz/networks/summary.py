"""What a network costs and sees, layer by layer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from cnnviz.convolution import WindowLayer
from cnnviz.networks.layers import NetworkError, Shape
from cnnviz.networks.plan import Layer, plan
from cnnviz.networks.spec import Spec

_MOST_WAYS = 64


@dataclass(frozen=True)
class LayerSummary:
    """One line of the table.

    Attributes:
        name: Name in the module; inside a block with its path, as hooks need it.
        kind: Kind of layer.
        output_shape: (C, H, W) or (features,), without the batch.
        parameters: Weights and biases learned.
        macs: Multiply-adds for one picture; convolutions and linear layers alone are counted.
        receptive_field: Height and width, in pixels of the picture, of what one unit of the
            output can depend on. It may exceed the picture: what lies outside is padding. After
            an upsampling it is an upper bound.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    macs: int
    receptive_field: tuple[int, int]


@dataclass(frozen=True)
class _Reach:
    """One axis of a layer's maps, and which pixels its units see.

    After Araujo et al., *Computing receptive fields of convolutional neural networks*, Distill
    2019. A block sees what any of its ways sees, and ways of different strides move differently
    from unit to unit.

    Attributes:
        count: Number of units.
        ways: By their jump, in pixels from unit to unit: first and last pixel that unit 0 sees.
    """

    count: int
    ways: dict[int, tuple[int, int]]

    def slide(self, window: WindowLayer, count: int) -> "_Reach":
        before, after = window.padding, window.dilation * (window.kernel - 1) - window.padding
        return _Reach(
            count,
            {
                jump * window.stride: (first - before * jump, last + after * jump)
                for jump, (first, last) in self.ways.items()
            },
        )

    def repeat(self, factor: int) -> "_Reach":
        """Every unit `factor` times; what one sees is bounded from above by even steps."""
        if any(jump % factor for jump in self.ways):
            ((_, ends),) = self.gather().ways.items()
            return _Reach(self.count * factor, {0: ends})
        ways = {
            jump // factor: (first - (factor - 1) * (jump // factor), last)
            for jump, (first, last) in self.ways.items()
        }
        return _Reach(self.count * factor, ways)

    def gather(self) -> "_Reach":
        """One unit that sees what all of them see."""
        ends = [pixel for unit in (0, self.count - 1) for pixel in self.field(unit)]
        return _Reach(1, {1: (min(ends), max(ends))})

    def join(self, other: "_Reach") -> "_Reach":
        # Past a flatten, a unit is no place: a linear layer's see all, and the others go along.
        if self.count != other.count:
            return self.gather().join(other.gather())
        ways = dict(self.ways)
        for jump, (first, last) in other.ways.items():
            known = ways.get(jump, (first, last))
            ways[jump] = min(first, known[0]), max(last, known[1])
        joined = _Reach(self.count, ways)
        # Of a single unit the jumps do not matter; so many different ones, nobody needs.
        if self.count == 1 or len(ways) > _MOST_WAYS:
            return replace(joined, ways=joined.gather().ways)
        return joined

    def field(self, unit: int) -> tuple[int, int]:
        """First and last pixel that a unit sees."""
        ways = self.ways.items()
        return (
            min(first + unit * jump for jump, (first, _) in ways),
            max(last + unit * jump for jump, (_, last) in ways),
        )

    @property
    def size(self) -> int:
        """What the unit that sees most sees: the first or the last, since fields grow evenly."""
        return max(last - first + 1 for first, last in map(self.field, (0, self.count - 1)))


def summary(spec: Spec, input_shape: Shape) -> list[LayerSummary]:
    """Shapes, parameters, multiply-adds and receptive fields of every layer.

    A block comes after the layers inside it, with no parameters of its own, so the
    columns add up to the whole network's.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.

    Returns:
        One entry per layer, in order.

    Raises:
        NetworkError: The description is not one of a network for that shape.
    """
    return [row for row, _ in _rows(spec, input_shape)]


def field_of(
    spec: Spec, input_shape: Shape, layer: str, unit: tuple[int, int] = (0, 0)
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The pixels that one unit of a layer can depend on: its receptive field, with its place.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.
        layer: Name of the layer, inside a block with its path.
        unit: Row and column in the layer's maps; ignored where the output is flat, since each of
            its units is then taken to see all that any of them sees.

    Returns:
        First and last row, first and last column. They may lie outside the picture, in the
        padding.

    Raises:
        NetworkError: The description is not one of a network for that shape, or there is no such
            layer or unit.
    """
    reaches = {row.name: (row, reach) for row, reach in _rows(spec, input_shape)}
    if layer not in reaches:
        raise NetworkError(f"This network has no layer called “{layer}”.")
    row, reach = reaches[layer]
    if len(row.output_shape) == 1:
        reach, unit = [axis.gather() for axis in reach], (0, 0)
    elif not all(0 <= at < axis.count for at, axis in zip(unit, reach, strict=True)):
        raise NetworkError(f"The maps of {layer} have no cell {unit[0]}, {unit[1]}.")
    rows, columns = (axis.field(at) for axis, at in zip(reach, unit, strict=True))
    return rows, columns


def _rows(spec: Spec, input_shape: Shape) -> list[tuple[LayerSummary, list[_Reach]]]:
    """Every layer, with what its units see along both axes."""
    rows: list[tuple[LayerSummary, list[_Reach]]] = []
    layers = plan(spec, input_shape)
    _walk(layers, [_Reach(side, {1: (0, 0)}) for side in input_shape[1:]], "", rows)
    return rows


def _walk(
    layers: Iterable[Layer],
    reach: list[_Reach],
    within: str,
    rows: list[tuple[LayerSummary, list[_Reach]]],
) -> list[_Reach]:
    for layer in layers:
        if layer.parts:
            # Without a shortcut, the input goes past a residual block's body as it is.
            ways = [reach] if layer.kind == "residual" and len(layer.parts) == 1 else []
            for name, part in layer.parts.items():
                ways.append(_walk(part, reach, f"{within}{layer.name}.{name}.", rows))
            reach = [reduce(_Reach.join, axis) for axis in zip(*ways, strict=True)]
        elif layer.window:
            window, sides = layer.window, layer.output[1:]
            reach = [axis.slide(window, side) for axis, side in zip(reach, sides, strict=True)]
        elif layer.kind == "upsample":
            reach = [axis.repeat(layer.output[1] // layer.input[1]) for axis in reach]
        elif layer.kind in {"gap", "linear", "rbf"}:
            reach = [axis.gather() for axis in reach]
        row = LayerSummary(
            name=within + layer.name,
            kind=layer.kind,
            output_shape=layer.output,
            parameters=layer.parameters,
            macs=layer.macs,
            receptive_field=(reach[0].size, reach[1].size),
        )
        rows.append((row, reach))
    return reach
