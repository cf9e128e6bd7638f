"""A small grid of numbers on colours, to read or to edit in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.sources import register
from cnnviz.imaging import format_weight

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_component = register("number_grid")


def number_grid(
    values: NDArray[Any],
    *,
    key: str,
    label: str,
    write: Callable[[float], str],
    stops: tuple[tuple[float, str], ...],
    limits: tuple[float, float] | None = None,
    note: str = "",
    on_edit: Callable[[str], None] | None = None,
    follows: bool = False,
) -> None:
    """Draw numbers on colours.

    Args:
        values: The numbers, H×W.
        key: Streamlit key.
        label: What they are, for screen readers.
        write: Turns a number into the short text of its cell.
        stops: Colours, each with its place in 0..1.
        limits: The numbers at the ends of the colours; by default symmetric about 0.
        note: Written below.
        on_edit: Makes the cells text fields; called with the numbers as text that
            `parse_kernel` reads, once all cells hold numbers. A cell that nobody touched
            keeps its number exactly.
        follows: Whether it shows what a hand makes of it elsewhere, though nobody edits it here.
    """

    def edited() -> None:
        if on_edit is not None:
            on_edit(st.session_state[key]["edited"])

    data = payload(
        values, label=label, write=write, stops=stops, limits=limits, note=note,
        name=key if on_edit or follows else "", editable=on_edit is not None,
    )  # fmt: skip
    _component(key=key, data=data, on_edited_change=edited)


def payload(
    values: NDArray[Any],
    *,
    label: str,
    write: Callable[[float], str],
    stops: tuple[tuple[float, str], ...],
    limits: tuple[float, float] | None = None,
    note: str = "",
    name: str = "",
    editable: bool | None = None,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data: each number as it is shown, and exactly.

    The name of a grid is the one by which `kit/hand.js` tells of its numbers. One with a name is
    editable unless something else is said.
    """
    low, high = limits or (None, None)
    return {
        "cells": [[write(float(value)) for value in row] for row in values],
        "exact": [[format_weight(float(value)) for value in row] for row in values],
        "label": label,
        "stops": stops,
        "low": low,
        "high": high,
        "note": note,
        "name": name,
        "editable": bool(name) if editable is None else editable,
    }
