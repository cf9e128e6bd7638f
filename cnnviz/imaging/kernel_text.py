"""Kernels as text: what a person types and what a link holds."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.numbers.parsing import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MAX_KERNEL_SIZE = 15
EXAMPLE = "-1 0 1; -2 0 2; -1 0 1"


def parse_kernel(text: str) -> NDArray[np.float32]:
    """Read a kernel typed by a person.

    Rows are separated by new lines or semicolons, numbers by spaces or commas; fractions such as
    1/9 are allowed, and what NumPy, PyTorch, MATLAB and spreadsheets write (`read_rows`).

    Args:
        text: For example ``"-1 0 1; -2 0 2; -1 0 1"``.

    Returns:
        The weights, kh×kw, each side 1 to 15.

    Raises:
        ValueError: With a sentence that says what to change.

    >>> parse_kernel("1/2, 0; 0, -1/2").tolist()
    [[0.5, 0.0], [0.0, -0.5]]
    """
    return read_rows(text, "kernel", MAX_KERNEL_SIZE, EXAMPLE).astype(np.float32)


def format_kernel(weights: NDArray[Any]) -> str:
    """Write a kernel as text that `parse_kernel` reads back to the same numbers.

    Short enough for a link: ``1/9 1/9 1/9;1/9 1/9 1/9;1/9 1/9 1/9``.
    """
    return ";".join(" ".join(format_weight(w) for w in row) for row in weights)


def kernel_file(kernels: Mapping[str, NDArray[Any]]) -> str:
    """Write kernels as a text file: a row a line; of more than one, each below its name.

    >>> print(kernel_file({"Kernel": np.array([[1, 2], [3, 1 / 3]])}))
    1 2
    3 1/3
    <BLANKLINE>
    """
    blocks = [
        ("" if len(kernels) == 1 else f"{name}:\n") + format_kernel(weights).replace(";", "\n")
        for name, weights in kernels.items()
    ]
    return "\n\n".join(blocks) + "\n"


def kernel_json(kernels: Mapping[str, NDArray[Any]], **settings: object) -> str:
    """Write kernels as JSON: lists of rows by name, exactly as float32 has them.

    Args:
        kernels: By name, each kh×kw.
        **settings: What else the file says, such as the border.
    """
    weights = {name: np.asarray(one, dtype=np.float32).tolist() for name, one in kernels.items()}
    return json.dumps({"kernels": weights, **settings}, indent=1) + "\n"


def format_weight(weight: float) -> str:
    """Write one weight so that float32 reads it back: 0.25, else a fraction, else all digits.

    >>> format_weight(1 / 9), format_weight(-2.0), format_weight(0.25), format_weight(0.12345)
    ('1/9', '-2', '0.25', '0.12345')
    """
    single = np.float32(weight)
    decimal = np.format_float_positional(single, trim="-")
    if decimal == "-0":
        return "0"
    if len(decimal.lstrip("-")) > 4:
        fraction = Fraction(float(single)).limit_denominator(1000)
        text = f"{fraction.numerator}/{fraction.denominator}"
        if np.float32(fraction.numerator / fraction.denominator) == single:
            return text
    return decimal
