"""What a network costs and sees, layer by layer."""

from dataclasses import dataclass, replace

from cnnviz.convolution import WindowLayer
from cnnviz.networks.layers import Shape
from cnnviz.networks.plan import Layer, Spec, plan


@dataclass(frozen=True)
class LayerSummary:
    """One line of the table.

    Attributes:
        name: Name in the module; inside a residual block with its path, as hooks need it.
        kind: Kind of layer.
        output_shape: (C, H, W) or (features,), without the batch.
        parameters: Weights and biases learnt.
        macs: Multiply-adds for one picture; convolutions and linear layers alone are counted.
        receptive_field: Height and width, in pixels of the picture, of what one unit of the
            output can depend on. It may exceed the picture: what lies outside is padding.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    macs: int
    receptive_field: tuple[int, int]


@dataclass(frozen=True)
class _Reach:
    """One axis: units ``jump`` pixels apart, the first of which sees ``first`` … ``last``.

    After Araujo et al., *Computing receptive fields of convolutional neural networks*, Distill
    2019. ``count`` is the number of units. The two ends are kept, not the size alone, because a
    residual block sees what either of its ways sees.
    """

    count: int
    jump: int = 1
    first: int = 0
    last: int = 0

    def slide(self, window: WindowLayer, count: int) -> "_Reach":
        return _Reach(
            count=count,
            jump=self.jump * window.stride,
            first=self.first - window.padding * self.jump,
            last=self.last + (window.dilation * (window.kernel - 1) - window.padding) * self.jump,
        )

    def gather(self) -> "_Reach":
        """One unit that sees what all of them see."""
        return replace(self, count=1, last=self.last + (self.count - 1) * self.jump)

    def join(self, other: "_Reach") -> "_Reach":
        return replace(self, first=min(self.first, other.first), last=max(self.last, other.last))

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def summary(spec: Spec, input_shape: Shape) -> list[LayerSummary]:
    """Shapes, parameters, multiply-adds and receptive fields of every layer.

    A residual block comes after the layers inside it, with no parameters of its own, so the
    columns add up to the whole network's.

    Args:
        spec: The layers.
        input_shape: C, H, W of one picture.

    Returns:
        One entry per layer, in order.

    Raises:
        NetworkError: The description is not one of a network for that shape.
    """
    rows: list[LayerSummary] = []
    _walk(plan(spec, input_shape), (_Reach(input_shape[1]), _Reach(input_shape[2])), "", rows)
    return rows


def _walk(
    layers: list[Layer] | tuple[Layer, ...],
    reach: tuple[_Reach, _Reach],
    within: str,
    rows: list[LayerSummary],
) -> tuple[_Reach, _Reach]:
    for layer in layers:
        if layer.kind == "residual":
            body = _walk(layer.body, reach, f"{within}{layer.name}.body.", rows)
            past = _walk(layer.shortcut, reach, f"{within}{layer.name}.shortcut.", rows)
            reach = (body[0].join(past[0]), body[1].join(past[1]))
        elif layer.window:
            reach = (
                reach[0].slide(layer.window, layer.output[1]),
                reach[1].slide(layer.window, layer.output[2]),
            )
        elif layer.kind in {"gap", "linear"}:
            reach = (reach[0].gather(), reach[1].gather())
        rows.append(
            LayerSummary(
                name=within + layer.name,
                kind=layer.kind,
                output_shape=layer.output,
                parameters=layer.parameters,
                macs=layer.macs,
                receptive_field=(reach[0].size, reach[1].size),
            )
        )
    return reach
