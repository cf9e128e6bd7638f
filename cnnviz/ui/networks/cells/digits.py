"""A digit that is moved to the right, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnviz.inspection.digits import digits

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 16


def shifted_digits() -> dict[str, NDArray[np.float32]]:
    """A real 7 as 1×16×16 numbers from 0 to 1, by how far it is moved."""
    samples = digits()
    seven = samples.images[int(np.flatnonzero(np.asarray(samples.labels) == 7)[0])]
    digit = (np.asarray(seven, dtype=np.float32).reshape(8, 8) / 255).round(2)
    found = {}
    for shift in range(7):
        canvas = np.zeros((1, SIDE, SIDE), np.float32)
        canvas[0, 4:12, 1 + shift : 9 + shift] = digit
        found[f"{shift} {'pixel' if shift == 1 else 'pixels'}"] = canvas
    return found
