"""Numbers that look like chance, as `cnnviz/components/kit/chance.js` gives them in browsers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def uniforms(count: int, seed: int) -> NDArray[np.float64]:
    """Numbers from 0 to below 1, equally likely: T. Ettinger's mulberry32.

    Args:
        count: How many.
        seed: The same seed gives the same numbers, of which a longer row has more.
    """
    state = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
    state += np.uint32(seed % 2**32)
    mixed = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
    mixed ^= mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))
    whole: NDArray[np.uint32] = mixed ^ (mixed >> np.uint32(14))
    return whole.astype(np.float64) / 2**32


@functools.lru_cache(maxsize=4)  # more noise on a picture is more of the same
def normals(count: int, seed: int) -> NDArray[np.float32]:
    """Numbers of a normal distribution of mean 0 and deviation 1, as Box and Muller make them.

    Args:
        count: How many.
        seed: As of `uniforms`.

    Returns:
        They cannot be written to.
    """
    draws = uniforms(2 * count, seed)
    lengths = np.sqrt(-2 * np.log(1 - draws[::2]))
    numbers: NDArray[np.float32] = (lengths * np.cos(2 * np.pi * draws[1::2])).astype(np.float32)
    numbers.setflags(write=False)
    return numbers
