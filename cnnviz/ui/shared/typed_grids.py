"""Grids of numbers typed by a person."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.imaging import MAX_KERNEL_SIZE, format_weight
from cnnviz.imaging.kernel_text import EXAMPLE
from cnnviz.numbers.parsing import read_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_INPUT = 32


def parse_grid(text: str) -> NDArray[np.float64]:
    """Read a grid of numbers typed by a person, as `read_rows` does; up to 32×32.

    Raises:
        ValueError: With a sentence that says what to change.

    >>> parse_grid("1 2; 3 4").tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return read_rows(text, "input", LARGEST_INPUT, "1 0 2; 3 1 0; 0 2 1")


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
    blocks = [
        read_rows(block, "kernel", MAX_KERNEL_SIZE, EXAMPLE)
        for block in re.split(r"\n[ \t]*\n", text.strip().replace("\r\n", "\n"))
    ]
    if len(blocks) == 1:
        blocks *= channels
    if len(blocks) != channels:
        raise ValueError(
            f"There are {len(blocks)} kernels for {channels} input grid{'s' * (channels > 1)}: "
            "type one for all, or one for each, with an empty line in between."
        )
    if len({block.shape for block in blocks}) > 1:
        raise ValueError("The kernels of all channels must have the same size.")
    return np.stack(blocks)
