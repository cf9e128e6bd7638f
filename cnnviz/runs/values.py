"""Values from files that anybody may have written: what they are is found out, not trusted."""

from __future__ import annotations

import json
import math
import reprlib
from typing import Any, NoReturn, TypeGuard

NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What taking values of unknown kinds apart can raise."""

_LARGEST = 2**53  # whole numbers up to here are exact in a browser too
_LONGEST = 100_000


def parse_json(data: bytes) -> Any:
    """Read JSON that anybody may have written.

    Raises:
        ValueError: It is not JSON in UTF-8, holds `NaN` or an infinity (which browsers refuse),
            or is nested too deeply.
    """
    try:
        return json.loads(data.decode(), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def shorten(value: object) -> str:
    """Any value in a few characters, for a sentence that refuses it."""
    try:
        return reprlib.repr(value)[:80]
    except NONSENSE:  # such as a whole number of 5,000 digits
        return "a value"


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite number that fits into 64 bits; `True` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _LARGEST if isinstance(value, int) else math.isfinite(value)


def number(value: object) -> float:
    """A finite number.

    Raises:
        ValueError: It is something else.
    """
    if not is_number(value):
        raise ValueError("not a number")
    return float(value)


def whole(value: object) -> int:
    """A whole number from 0.

    Raises:
        ValueError: It is something else.
    """
    if not is_number(value) or value < 0 or int(value) != value:
        raise ValueError("not a whole number")
    return int(value)


def text(value: object) -> str:
    """A string that can be shown.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - of the same kind as the others
    if len(value) > _LONGEST:
        raise ValueError("too long")
    if "\0" in value:
        raise ValueError("not a text")
    value.encode()  # half of a surrogate pair cannot be sent to a browser
    return value
