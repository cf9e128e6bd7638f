"""Numbers of any size to grey levels: what is black, what is white, and what is no number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.numbers.formatting import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# Numbers that programs write where there is none, beside the largest that a format holds.
_MARKERS = (-999.0, -9999.0, -99999.0, -999999.0, -32767.0, -32768.0)
_HUGE = 1e30


@dataclass
class Levels:
    """Which numbers become black and white.

    Attributes:
        low: Black, as everything below.
        high: White, as everything above.
        no_data: Numbers that stand for none.
        notes: What a person should know of it: sentences.
    """

    low: float
    high: float
    no_data: tuple[float, ...] = ()
    notes: list[str] = field(default_factory=list)

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Turn numbers into levels from 0 to 255; where there is no number, into 0."""
        if values.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return np.asarray(values, dtype=np.uint8)
        # Of 64 bits, no difference of two finite numbers overflows here.
        numbers = values.astype(np.float64)
        missing = _missing(numbers, self.no_data)
        numbers[missing] = self.low
        numbers -= self.low
        numbers *= 255 / ((self.high - self.low) or 1)
        return np.asarray(np.rint(numbers.clip(0, 255)), dtype=np.uint8)


def _missing(numbers: NDArray[np.float64], no_data: tuple[float, ...]) -> NDArray[np.bool_]:
    missing = ~(np.abs(numbers) < _HUGE)  # also where it is not a number
    for marker in no_data:
        missing |= numbers == marker
    return missing


def of_bits(largest: int, bits: int) -> Levels:
    """Say which whole number is white: the largest of its bits, or of those that are in use.

    Cameras and scanners write numbers of 10, 12 or 14 bits into files of 16.

    Args:
        largest: The largest number in the picture.
        bits: Of each number in the file.
    """
    used = next((n for n in (8, 10, 12, 14) if bits == 16 and 0 < largest < 2**n), bits)
    levels = Levels(0, 2**used - 1)
    if used < bits:
        levels.notes.append(
            f"The numbers of this 16-bit picture end at {largest:,} of 65,535. They are taken for"
            f" {used}-bit numbers, so {2**used - 1:,} is drawn white."
        )
    return levels


def stretched(bands: Iterable[NDArray[Any]], no_data: float | None, *, unit: bool) -> Levels:
    """Find the range of numbers that have no agreed black and white.

    Infinite numbers, those beyond 1e30 and the file's no-data value are left out, and so is a
    usual marker such as −9999 that lies further from all other numbers than they from each other.

    Args:
        bands: The numbers, in parts.
        no_data: What the file says stands for no number.
        unit: Whether numbers that all lie in 0..1 keep these as black and white: so do colours.
    """
    given = () if no_data is None or not math.isfinite(no_data) else (no_data,)
    low, high = np.inf, -np.inf
    markers: dict[float, bool] = {}
    missing = count = 0
    for band in bands:
        numbers = band.astype(np.float64)
        absent = _missing(numbers, given)
        missing += int(absent.sum())
        count += numbers.size
        absent |= np.isin(numbers, _MARKERS)
        for marker in np.unique(numbers[np.isin(numbers, _MARKERS)]).tolist():
            markers[marker] = True
        present = numbers[~absent]
        if present.size:
            low, high = min(low, float(present.min())), max(high, float(present.max()))
    span = high - low
    far = tuple(
        marker
        for marker in markers
        if marker not in given and span >= 0 and low - marker > max(span, abs(low))
    )
    for marker in set(markers) - set(far) - set(given):
        low, high = min(low, marker), max(high, marker)
    levels = Levels(0.0, 1.0, given + far)
    if low <= high and not (unit and low >= 0 and high <= 1):
        levels.low, levels.high = low, high
        levels.notes.append(
            f"The file does not say which numbers are black and white: {short(low, 6)} is drawn"
            f" black and {short(high, 6)} white."
        )
    if missing or far:
        what = " or ".join(["not a number", *(short(marker, 6) for marker in given + far)])
        levels.notes.append(f"Missing values ({what}) are drawn black.")
    return levels
