"""Controls that several pages use."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.address import Id, between
from cnnviz.ui.shared.choice import choice, tell
from cnnviz.ui.shared.text import plain, without_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

Number = TypeVar("Number", int, float)


def _mirror(source: str, target: str) -> None:
    st.session_state[target] = st.session_state[source]


def select(
    label: str, titles: Mapping[Id, str], default: Id, *, key: str, width: int | None = None
) -> Id:
    """Draw a `choice` from a list with a coloured label, as wide as its place or `width`."""
    return choice(st.selectbox, label, titles, default, key=key, width=width or "stretch")


def paired(
    label: str,
    minimum: Number,
    maximum: Number,
    default: Number,
    *,
    key: str,
    step: Number | None = None,
    format: str | None = None,  # noqa: A002 - as Streamlit calls it
    help: str | None = None,
    bound: bool = True,
) -> Number:
    """Draw a slider and a number field that always show the same value.

    Streamlit has no such pair, so each sets the other in its callback.
    What a link asks for in vain is said below, until another value is set.

    Args:
        label: What the number is, with its unit.
        minimum: Smallest value.
        maximum: Largest value; a remembered value outside the limits is moved to the nearer one.
        default: Value at first visit.
        key: The URL parameter that holds the value.
        step: Distance between two values; 1 for integers and 0.01 for floats by default.
        format: How the number is written, such as `%g`.
        help: Tooltip.
        bound: Whether the value is kept in the address; else the caller does so.

    Returns:
        The value, of the type of `default`.
    """
    field, opened = f"_{key}_field", key not in st.session_state
    refused = between(key, minimum, maximum).refused() if opened else ""
    if key in st.session_state:
        value = min(max(st.session_state[key], minimum), maximum)
        if value != st.session_state[key]:
            st.session_state[key] = value
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        value = st.slider(
            label, minimum, maximum, default, step=step, key=key,
            bind="query-params" if bound else None, format=format, help=help,
            on_change=_mirror, args=(key, field),
        )  # fmt: skip
        st.session_state[field] = value
        st.number_input(
            without_colour(label), minimum, maximum, step=step, key=field, format=format,
            label_visibility="collapsed", width=112, on_change=_mirror, args=(field, key),
        )  # fmt: skip
    low, high, this = formatted(minimum), formatted(maximum), formatted(value)
    problem = (
        f"{label}: the link asks for “{plain(refused)}”, which is not possible."
        f" It goes from {low} to {high}; this is {this}."
    )
    tell(key, value, refused and problem, opened=opened)
    return value + 0  # −0 is 0
