"""Grids of numbers typed by a person."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.imaging import format_weight, parse_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_INPUT = 32


def parse_grid(text: str) -> NDArray[np.float64]:
    """Read a grid of numbers typed by a person; rows end with a new line or a semicolon.

    Raises:
        ValueError: With a sentence that says what to change.

    >>> parse_grid("1 2; 3 4").tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    rows = [line.replace(",", " ").split() for line in re.split(r"[;\n]", text) if line.strip()]
    if not rows:
        raise ValueError("The input is empty: type its rows, for example 1 0 2; 3 1 0; 0 2 1.")
    if max(len(rows), *map(len, rows)) > LARGEST_INPUT:
        raise ValueError(
            f"The input has {len(rows)} rows of up to {max(map(len, rows))} numbers: "
            f"{LARGEST_INPUT}×{LARGEST_INPUT} is the largest."
        )
    # A row is as many one-number kernels, so that both fields read numbers alike.
    try:
        values = [[exact(parse_kernel(word))[0, 0] for word in row] for row in rows]
    except ValueError as error:
        raise ValueError(str(error).replace("a kernel can hold", "the input can hold")) from None
    for number, row in enumerate(values, start=1):
        if len(row) != len(values[0]):
            raise ValueError(
                f"Every row of the input needs as many numbers: row 1 has {len(values[0])}, "
                f"row {number} has {len(row)}."
            )
    return np.array(values)


def exact(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return weights as they are written: 0.1 and 1/9 in float64, not float32."""
    return np.array([[float(Fraction(format_weight(w))) for w in row] for row in weights])


def parse_kernels(text: str, channels: int) -> NDArray[np.float64]:
    """Read one kernel for all channels, or one for each, apart by an empty line.

    Returns:
        C×kh×kw.

    Raises:
        ValueError: With a sentence that says what to change.
    """
    blocks = [exact(parse_kernel(block)) for block in re.split(r"\n[ \t]*\n", text.strip())]
    if len(blocks) == 1:
        blocks *= channels
    if len(blocks) != channels:
        raise ValueError(
            f"There are {len(blocks)} kernels for {channels} input grid{'s' * (channels > 1)}: "
            "type one for all, or one for each with an empty line between."
        )
    if len({block.shape for block in blocks}) > 1:
        raise ValueError("The kernels of the channels need the same size.")
    return np.stack(blocks)
