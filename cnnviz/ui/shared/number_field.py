"""A field for one number that an action needs.

It is a text field, because a browser keeps to itself what it refuses in a number field: the
server would go on with the value before, while the person looks at another one in red.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import streamlit as st

from cnnviz.runs import RunError
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NO-BREAK SPACE}": " ",
                        "\N{NARROW NO-BREAK SPACE}": " ", "\N{FULLWIDTH COMMA}": ","})  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class Limits(NamedTuple):
    """What a number may be: from `low` to `high`, whole or not."""

    low: float
    high: float
    whole: bool = False

    def __str__(self) -> str:
        return f"a {'whole ' * self.whole}number from {written(self.low)} to {written(self.high)}"


def written(value: float) -> str:
    """A number as it stands in a field, without an exponent where that is readable."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10f}".rstrip("0") if 1e-6 <= abs(value) < 1 else f"{value:.10g}"


def parse_number(text: str, limits: Limits) -> float:
    """Read a number as people write it: `0.02`, `0,02`, `2e-2`.

    Args:
        text: What was typed.
        limits: What it may be.

    Returns:
        The number; a whole one as an `int`.

    Raises:
        RunError: It is none, or not within the limits; the message says what to write.

    >>> parse_number("0,5", Limits(0, 1))
    0.5
    """
    if not text.strip():
        raise RunError(f"The field is empty: write {limits}.")
    shown = f"“{text[:20]}”"
    typed = text.translate(_SIGNS).strip()
    if _EITHER.fullmatch(typed):
        raise RunError(
            f"{shown} could be read in two ways: write {typed.replace(',', '.')} or "
            f"{typed.replace(',', '')}."
        )
    typed = typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed
    if not _NUMBER.fullmatch(typed):
        raise RunError(f"{shown} is not a number: write {limits}.")
    value = float(typed)
    if not math.isfinite(value) or not limits.low <= value <= limits.high:
        raise RunError(f"{shown} is out of range: write {limits}.")
    if limits.whole and not value.is_integer():
        raise RunError(f"{shown} is not whole: write {limits}.")
    return int(value) if limits.whole else value


def number_field(
    label: str,
    limits: Limits,
    default: float,
    *,
    key: str,
    linked: bool = False,
    place: DeltaGenerator | None = None,
    width: int | Literal["stretch"] = "stretch",
    help: str | None = None,
) -> float | None:
    """Draw the field, and under it what is wrong with what was typed.

    Args:
        label: Its name.
        limits: What the number may be.
        default: What it is at first.
        key: Of the text, in the session.
        linked: Whether it is kept in the address under its key.
        place: Where to draw it.
        width: In pixels.
        help: Tooltip.

    Returns:
        The number; None for one that cannot be used: nothing may begin with another one.
    """
    with place or st.container(width=width):
        text = st.text_input(
            label,
            written(default),
            key=key,
            max_chars=40,
            help=help,
            bind="query-params" if linked else None,
        )
        try:
            return parse_number(text, limits)
        except RunError as error:
            st.markdown(f":red[{plain(str(error))}]")
            return None


def typed_number(key: str, limits: Limits, default: float) -> float:
    """In a callback: the number in a field, also when it was typed just before the press.

    Raises:
        RunError: It cannot be used.
    """
    return parse_number(st.session_state.get(key, written(default)), limits)


def number_or(key: str, limits: Limits, default: float) -> float:
    """The number in a field; the default while there is none that can be used."""
    try:
        return typed_number(key, limits, default)
    except RunError:
        return default
