"""A limit to the memory that the pictures of all people take together, so that a class fits."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from cnnviz.classroom import is_open

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A photo of 12 megapixels whole for one person; in a class, four: no page draws more than about a
# million pixels at a time, and with four a photo can still be enlarged.
MOST_PIXELS_ALONE, MOST_PIXELS = 12_500_000, 4_000_000
FEWEST_PIXELS = 100_000
BUDGET = 600 * 2**20  # bytes
# A newcomer gets at most this share of what is left: so there is always room for one more, smaller.
_SHARE = 12
_PIXEL = 3  # bytes


def most_pixels() -> int:
    """How many pixels a picture may have, however much room there is."""
    return MOST_PIXELS if is_open() else MOST_PIXELS_ALONE


class Room:
    """Counts the bytes of the pictures that are alive."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held: dict[int, int] = {}

    @property
    def used(self) -> int:
        """Bytes of all pictures that are held."""
        return sum(list(self._held.values()))

    def max_pixels(self) -> int:
        """How many pixels the next picture may have; 0 where there is no room for one."""
        most = (self._budget - self.used) // (_SHARE * _PIXEL)
        return min(most_pixels(), most) if most >= FEWEST_PIXELS else 0

    def hold(self, pixels: NDArray[np.uint8]) -> None:
        """Count a picture until nothing refers to it any more."""
        self.hold_bytes(pixels, pixels.nbytes)

    def has_room_for(self, size: int) -> bool:
        """Whether so many bytes fit in."""
        return self.used + size <= self._budget

    def hold_bytes(self, thing: object, size: int) -> None:
        """Count so many bytes until nothing refers to a thing any more."""
        # Each line changes the dictionary in one step: another thread, or a picture that is
        # released meanwhile, spoils no sum.
        self._held[id(thing)] = size
        weakref.finalize(thing, self._held.pop, id(thing), None)
