"""A field for one number that an action needs.

It is a text field, because a browser keeps to itself what it refuses in a number field: the
server would go on with the value before, while the person looks at another one in red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from cnnviz.numbers.formatting import as_typed
from cnnviz.numbers.parsing import Limits, parse_number
from cnnviz.runs import RunError
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


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
            as_typed(default),
            key=key,
            max_chars=40,
            help=help,
            bind="query-params" if linked else None,
        )
        try:
            return parse_number(text, limits)
        except ValueError as error:
            st.markdown(f":red[{plain(str(error))}]")
            return None


def typed_number(key: str, limits: Limits, default: float) -> float:
    """In a callback: the number in a field, also when it was typed just before the press.

    Raises:
        RunError: It cannot be used.
    """
    try:
        return parse_number(st.session_state.get(key, as_typed(default)), limits)
    except ValueError as error:
        raise RunError(str(error)) from error


def number_or(key: str, limits: Limits, default: float) -> float:
    """The number in a field; the default while there is none that can be used."""
    try:
        return typed_number(key, limits, default)
    except RunError:
        return default
