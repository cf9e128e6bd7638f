"""A row of steps that is put in another order by dragging, with a finger too, or by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.sources import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_component = register("order")


def order(
    steps: Sequence[tuple[str, str]],
    *,
    key: str,
    label: str,
    on_order: Callable[[list[str]], None],
) -> None:
    """Draw the steps in a row; the arrow keys move the one in focus, Escape ends a drag.

    Args:
        steps: The id and the title of each, in their order; two may be equal.
        key: Streamlit key.
        label: What they are, for screen readers.
        on_order: Called with the ids in their new order, before the page runs again.
    """

    def told() -> None:
        asked = st.session_state[key]["order"]
        # It comes from a browser, perhaps one that still shows other steps.
        if sorted(map(str, asked)) == sorted(name for name, _ in steps):
            on_order(list(map(str, asked)))

    _component(key=key, data=payload(steps, label=label), on_order_change=told)


def payload(steps: Sequence[tuple[str, str]], *, label: str) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {"steps": [{"id": name, "title": title} for name, title in steps], "label": label}
