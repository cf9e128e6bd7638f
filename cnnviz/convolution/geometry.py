"""Sizes of sliding windows: output size, padding and receptive field.

The formulas are those of Dumoulin and Visin, *A guide to convolution arithmetic for deep
learning* (arXiv:1603.07285), with the floor that PyTorch takes when a stride does not divide.
"""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

Pair: TypeAlias = tuple[int, int]
Size2d: TypeAlias = int | Pair
Pads: TypeAlias = tuple[Pair, Pair]
Scheme: TypeAlias = Literal["valid", "same", "full"]
PaddingMode: TypeAlias = Literal["zero", "reflect", "replicate", "circular"]


class ConvolutionError(ValueError):
    """A window, size or image that cannot be used; the message says what to do about it."""


def whole_number(value: object, name: str, minimum: int) -> int:
    """Return ``value`` as an int of at least ``minimum``, or raise ``ConvolutionError``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # refuses 2.0 and "2", takes np.int64
    except TypeError:
        number = None
    if number is None or number < minimum:
        raise ConvolutionError(
            f"The {name} must be a whole number of at least {minimum}, not {value!r}."
        )
    return number


def as_pair(value: Size2d, name: str, minimum: int = 1) -> Pair:
    """Return an int or a (height, width) pair as a checked pair."""
    if not isinstance(value, Sequence):
        return (whole_number(value, name, minimum),) * 2
    if len(value) != 2:
        raise ConvolutionError(f"The {name} must be one number or a (height, width) pair.")
    return (whole_number(value[0], name, minimum), whole_number(value[1], name, minimum))


def span(kernel: int, dilation: int = 1) -> int:
    """How many positions a dilated kernel covers: ``dilation * (kernel - 1) + 1``."""
    return dilation * (kernel - 1) + 1


class OutputSize(NamedTuple):
    """Number of window positions, and the padded input positions left over at the far end."""

    size: int
    remainder: int


def output_size(
    size: int, kernel: int, stride: int = 1, padding: int | Pair = 0, dilation: int = 1
) -> OutputSize:
    r"""Count the positions of a sliding window along one axis.

    :math:`\lfloor (n + p_b + p_a - d (k - 1) - 1) / s \rfloor + 1`, as in PyTorch's ``Conv2d``.
    A stride that does not divide is no error: the positions after the last window are never
    read, and ``remainder`` says how many there are.

    Args:
        size: input positions n, without padding.
        kernel: kernel positions k.
        stride: step s between windows.
        padding: positions added on both sides, or (before, after).
        dilation: distance d between neighbouring kernel positions.

    Raises:
        ConvolutionError: if a number is out of range or no window fits.

    Example:
        >>> output_size(7, 3, stride=3)
        OutputSize(size=2, remainder=1)
    """
    size = whole_number(size, "input size", 1)
    kernel = whole_number(kernel, "kernel size", 1)
    stride = whole_number(stride, "stride", 1)
    dilation = whole_number(dilation, "dilation", 1)
    padded = size + sum(as_pair(padding, "padding", 0))
    room = padded - span(kernel, dilation)
    if room < 0:
        dilated = f" (size {kernel}, dilation {dilation})" if dilation > 1 else ""
        raise ConvolutionError(
            f"The kernel covers {span(kernel, dilation)} positions{dilated} but the input with its "
            f"padding has only {padded}: choose a smaller kernel{' or dilation' * (dilation > 1)}, "
            "a larger input or more padding."
        )
    return OutputSize(room // stride + 1, room % stride)


def transposed_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Output size of a transposed convolution: ``(n - 1) s - 2 p + d (k - 1) + 1``.

    Raises:
        ConvolutionError: if a number is out of range or the padding crops everything away.
    """
    size = whole_number(size, "input size", 1)
    kernel = whole_number(kernel, "kernel size", 1)
    stride = whole_number(stride, "stride", 1)
    dilation = whole_number(dilation, "dilation", 1)
    full = (size - 1) * stride + span(kernel, dilation)
    out = full - 2 * whole_number(padding, "padding", 0)
    if out < 1:
        raise ConvolutionError(
            f"A padding of {padding} crops away all {full} output positions: "
            f"use at most {(full - 1) // 2}."
        )
    return out


@dataclass(frozen=True)
class Padding:
    """How much is added around an image, and with what.

    ``amount`` is a number of pixels for every side, a (vertical, horizontal) pair,
    ((top, bottom), (left, right)), or a scheme: ``valid`` adds nothing, ``same`` keeps the size
    (stride 1), ``full`` lets the kernel overlap the image by a single pixel.
    """

    amount: Size2d | Pads | Scheme = 0
    mode: PaddingMode = "zero"

    def __post_init__(self) -> None:
        if self.mode not in get_args(PaddingMode):
            raise ConvolutionError(
                f"The padding mode must be zero, reflect, replicate or circular, not {self.mode!r}."
            )
        if isinstance(self.amount, str) and self.amount not in get_args(Scheme):
            raise ConvolutionError(
                f"The padding must be a number, valid, same or full, not {self.amount!r}."
            )

    def resolve(self, kernel: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> Pads:
        """Return ((top, bottom), (left, right)) in pixels for this kernel.

        For an even kernel ``same`` adds the extra pixel at the bottom and on the right, as
        PyTorch's ``padding="same"`` does.

        Args:
            kernel: (height, width).
            stride: (vertical, horizontal).
            dilation: (vertical, horizontal).

        Raises:
            ConvolutionError: for ``same`` with a stride, or an amount out of range.
        """
        spans = (span(kernel[0], dilation[0]), span(kernel[1], dilation[1]))
        if self.amount == "valid":
            return ((0, 0), (0, 0))
        if self.amount == "full":
            return ((spans[0] - 1,) * 2, (spans[1] - 1,) * 2)
        if self.amount == "same":
            if tuple(stride) != (1, 1):
                raise ConvolutionError(
                    "Same padding needs stride 1: set the stride to 1, or give the padding as a "
                    "number of pixels."
                )
            return (_same(spans[0]), _same(spans[1]))
        if isinstance(self.amount, tuple) and len(self.amount) == 2:
            vertical, horizontal = self.amount
            return (as_pair(vertical, "padding", 0), as_pair(horizontal, "padding", 0))
        side = whole_number(self.amount, "padding", 0)
        return ((side, side), (side, side))


def _same(covered: int) -> Pair:
    before = (covered - 1) // 2
    return before, covered - 1 - before


def as_padding(padding: Padding | Size2d | Pads | Scheme) -> Padding:
    """Wrap a bare amount or scheme; zeros are then what is added."""
    return padding if isinstance(padding, Padding) else Padding(padding)


class WindowLayer(NamedTuple):
    """One convolution or pooling layer along one axis; ``padding`` is what is added before."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


class ReceptiveField(NamedTuple):
    """What one unit sees of the input, in input pixels along one axis.

    ``size`` is the extent seen, ``jump`` the distance between neighbouring units and ``centre``
    the pixel position at the middle of what unit 0 sees (pixel 0 is centred at 0.0).
    """

    size: int = 1
    jump: int = 1
    centre: float = 0.0

    def bounds(self, unit: int = 0) -> Pair:
        """First and last input pixel that ``unit`` sees; outside the image they are padding."""
        first = self.centre + unit * self.jump - (self.size - 1) / 2
        return round(first), round(first) + self.size - 1


def receptive_fields(layers: Iterable[WindowLayer]) -> tuple[ReceptiveField, ...]:
    """Return the receptive field after each layer of a stack.

    With jump j: ``size += d (k - 1) j; centre += (d (k - 1) / 2 - p) j; j *= s`` (Araujo, Norris
    and Sim, *Computing receptive fields of convolutional neural networks*, Distill 2019).

    Example:
        >>> [field.size for field in receptive_fields([WindowLayer(3), WindowLayer(2, 2)])]
        [3, 4]
    """
    field = ReceptiveField()
    fields = []
    for layer in layers:
        reach = layer.dilation * (layer.kernel - 1)
        field = ReceptiveField(
            field.size + reach * field.jump,
            field.jump * layer.stride,
            field.centre + (reach / 2 - layer.padding) * field.jump,
        )
        fields.append(field)
    return tuple(fields)
