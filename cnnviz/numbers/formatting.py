"""How numbers are written for people: a real minus sign, and as many digits as the reader needs.

And names, which may be written from right to left.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUS = "\N{MINUS SIGN}"
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def formatted(value: float, spec: str = "g") -> str:
    """Format a number as Python's `format` does, with a real minus, and none before a zero.

    >>> formatted(-0.5), formatted(-0.0001, ".2f"), formatted(-0.0, ".2e"), formatted(float("inf"))
    ('−0.5', '0.00', '0.00e+00', '∞')
    """
    text = format(value, spec)
    if text.startswith("-") and not text.strip("-0.,%e+"):
        text = text[1:]
    return text.replace("-", MINUS).replace("inf", "∞")


def short(value: float, digits: int = 4) -> str:
    """Write a number with some significant digits; with all digits before the decimal point.

    A power of ten is used only where nobody could read the number without one.

    >>> short(123456.7), short(-0.012345), short(2.5), short(1.5e-9), short(2e15)
    ('123457', '−0.01235', '2.5', '1.5e−09', '2e+15')
    """
    size = abs(value)
    if not 1e-7 <= size < 1e15:
        return formatted(value, f".{digits}g")
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = formatted(value, f".{decimals}f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rough(value: float) -> str:
    """Write a number that is not negative with two digits, and never with a power of ten.

    >>> rough(3.44), rough(451), rough(1234567)
    ('3.4', '450', '1,200,000')
    """
    near = float(f"{value:.2g}")
    return short(near, 2) if near < 100 else thousands(near)


def as_typed(value: float) -> str:
    """Write a number as a person would type it into a field: ASCII, without a power of ten.

    >>> as_typed(0.00001), as_typed(32.0), as_typed(-2.5)
    ('0.00001', '32', '-2.5')
    """
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10f}".rstrip("0") if 1e-6 <= abs(value) < 1 else f"{value:.10g}"


def thousands(value: float) -> str:
    """Write a count, or the nearest whole number, with commas.

    >>> thousands(1234567)
    '1,234,567'
    """
    return formatted(value, ",.0f")


def sides(shape: Iterable[int]) -> str:
    """Write the sides of an array.

    >>> sides((96, 55, 55)), sides((1, 4096))
    ('96×55×55', '1×4,096')
    """
    return "×".join(map(thousands, shape))


def picture_size(shape: Iterable[int]) -> str:
    """Write the size of a picture as people read it: width × height.

    Args:
        shape: Height and width, as arrays have them, and perhaps channels.

    >>> picture_size((3000, 4000, 3))
    '4,000×3,000'
    """
    height, width, *_ = shape
    return sides((width, height))


def counted(count: int, noun: str) -> str:
    """Write a count with what is counted.

    >>> counted(1, "row"), counted(1200, "picture")
    ('1 row', '1,200 pictures')
    """
    return f"{thousands(count)} {noun}{'s' * (count != 1)}"


def percent(share: float) -> str:
    """Write a share with one decimal; it is never 0 % or 100 % unless it is exactly that.

    >>> percent(0.5), percent(0.0001), percent(0.99999), percent(1)
    ('50.0%', '< 0.1%', '> 99.9%', '100.0%')
    """
    if 0 < share < 0.0005:
        return "< 0.1%"
    return "> 99.9%" if 0.9995 < share < 1 else f"{share:.1%}"


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it.

    >>> duration(8.2), duration(75), duration(720), duration(9000)
    ('8.2 s', '75 s', '12 min', '2.5 h')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def isolated(name: str) -> str:
    """A name for a sentence: one that is written from right to left turns nothing beside it round.

    It stands between the characters that Unicode's UAX #9 has for this; other names stay as they
    are.

    >>> isolated("cat"), len("گربه"), len(isolated("گربه"))
    ('cat', 4, 6)
    """
    leftwards = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in name)
    return f"{_ISOLATE}{name}{_END}" if leftwards else name
