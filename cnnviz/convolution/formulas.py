"""The output-size formula with its numbers filled in.

It comes in parts, so that a page can give each symbol the colour of its control.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from cnnviz.convolution.geometry import Pair, output_size, transposed_size
from cnnviz.numbers.formatting import MINUS

TIMES = "\N{MIDDLE DOT}"

Role = Literal["input", "padding", "kernel", "dilation", "stride", "output", "sign"]


class FormulaPart(NamedTuple):
    """A piece of a formula, and the quantity it stands for ("sign" for the rest)."""

    text: str
    role: Role


def size_formula(
    size: int, kernel: int, stride: int, pads: Pair, dilation: int
) -> tuple[FormulaPart, ...]:
    """Fill in PyTorch's output-size formula along one axis.

    Joined, the texts read for instance "⌊(7 + 2·1 - 3)/2⌋ + 1 = 4", with a real minus sign.
    Dilation is shown when it is not 1, and different pads on the two sides are shown one by one.
    """
    before, after = pads
    padding: list[tuple[object, Role]] = (
        [(f"2{TIMES}", "sign"), (before, "padding")]
        if before == after
        else [(before, "padding"), (" + ", "sign"), (after, "padding")]
    )
    covered: list[tuple[object, Role]] = (
        [(kernel, "kernel")]
        if dilation == 1
        else [*_reach(kernel, dilation), (f" {MINUS} 1", "sign")]
    )
    return _parts(
        [
            ("⌊(", "sign"),
            (size, "input"),
            (" + ", "sign"),
            *padding,
            (f" {MINUS} ", "sign"),
            *covered,
            (")/", "sign"),
            (stride, "stride"),
            ("⌋ + 1 = ", "sign"),
            (output_size(size, kernel, stride, pads, dilation).size, "output"),
        ]
    )


def transposed_size_formula(
    size: int, kernel: int, stride: int, padding: int, dilation: int
) -> tuple[FormulaPart, ...]:
    """Fill in the output-size formula of a transposed convolution along one axis."""
    covered: list[tuple[object, Role]] = (
        [(kernel, "kernel")] if dilation == 1 else [*_reach(kernel, dilation), (" + 1", "sign")]
    )
    return _parts(
        [
            ("(", "sign"),
            (size, "input"),
            (f" {MINUS} 1){TIMES}", "sign"),
            (stride, "stride"),
            (f" {MINUS} 2{TIMES}", "sign"),
            (padding, "padding"),
            (" + ", "sign"),
            *covered,
            (" = ", "sign"),
            (transposed_size(size, kernel, stride, padding, dilation), "output"),
        ]
    )


def _reach(kernel: int, dilation: int) -> list[tuple[object, Role]]:
    return [
        (dilation, "dilation"),
        (f"{TIMES}(", "sign"),
        (kernel, "kernel"),
        (f" {MINUS} 1)", "sign"),
    ]


def _parts(pieces: Iterable[tuple[object, Role]]) -> tuple[FormulaPart, ...]:
    return tuple(FormulaPart(str(text), role) for text, role in pieces)
