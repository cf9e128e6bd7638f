"""Selections that keep an option's id in the address instead of the text on screen.

Streamlit's `bind="query-params"` writes the text of the chosen option into the address. Links
would break whenever that text changes, and other pages could not link to an option. Widgets for
numbers and free text do use `bind`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_ECHO_SECONDS = 5.0


def choice(
    widget: Callable[..., str | None],
    label: str,
    titles: Mapping[str, str],
    default: str,
    *,
    key: str,
    **options: Any,
) -> str:
    """Draw a selection and keep its id in the address.

    If the address changed since the last script run (first visit, a link, Back), it sets the
    widget. Otherwise the widget sets the address.

    Args:
        widget: `st.selectbox`, `st.segmented_control` or the like.
        label: What is chosen.
        titles: What is shown for each id; made `distinct`.
        default: Id at first visit; the address leaves it out.
        key: The address parameter.
        **options: For the widget.

    Returns:
        The chosen id; the default where the address names none of the ids.
    """
    state, shown, seen = st.session_state, f"_{key}", f"_{key}_seen"
    linked, titles = st.query_params.get(key), distinct(titles)
    if shown not in state:
        state[shown] = linked or state.get(seen)
    elif address_changed(key, linked):
        state[shown] = linked
    if state[shown] is None and linked in titles:
        # If the page runs twice in quick succession, the browser may not have the choice yet.
        state[shown] = linked
    elif state[shown] not in titles:
        state[shown] = default
    # Assigned every time, so that the value is sent to the browser: if the page runs twice in quick
    # succession, what the first run sent may be lost, and the widget would show its first option.
    state[shown] = state[shown]
    if widget is st.segmented_control:
        options["required"] = True
    chosen = widget(label, list(titles), format_func=titles.__getitem__, key=shown, **options)
    chosen = default if chosen is None else chosen
    kept = None if chosen == default else chosen
    if kept is None:
        st.query_params.pop(key, None)
    elif kept != linked:
        st.query_params[key] = kept
    wrote(key, kept)
    return chosen


def distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """The titles by id, made unique, because a browser sends back the chosen title.

    Of two equal titles the later one stays as it is, because lists show the newest first: what a
    browser already shows must keep its meaning when something new is added to the list.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for id, title in reversed(list(titles.items())):
        found[id] = f"{title} · {id}" if title in taken else title
        taken.add(title)
    return {id: found[id] for id in titles}


def address_changed(key: str, linked: str | None) -> bool:
    """Whether the address of a choice changed since the last script run, other than by `wrote`.

    For a few seconds, the value before the last one that this session wrote does not count as a
    change either: a component can request a rerun with the address that its browser had at that
    moment, and this must not undo what was chosen in between.
    """
    state, left = st.session_state, f"_{key}_left"
    if linked == state.get(f"_{key}_seen"):
        state.pop(left, None)
        return False
    before, when = state.get(left, (linked, -_ECHO_SECONDS))
    return bool(linked != before or time.monotonic() - when > _ECHO_SECONDS)


def wrote(key: str, kept: str | None) -> None:
    """Remember what this session wrote into the address for a choice."""
    state, seen = st.session_state, f"_{key}_seen"
    if seen in state and state[seen] != kept:
        state[f"_{key}_left"] = (state[seen], time.monotonic())
    state[seen] = kept


def choose(key: str, chosen: str) -> None:
    """Set a choice in a callback, on the person's behalf."""
    st.session_state[f"_{key}"] = chosen


def chosen_before(key: str) -> str | None:
    """In a callback: the previous choice; None for the default."""
    return st.session_state.get(f"_{key}_seen")


def arriving(key: str) -> bool:
    """Whether the page of this choice was just opened, as opposed to rerun."""
    return f"_{key}" not in st.session_state


def tell(key: str, chosen: str, problem: str, *, opened: bool) -> None:
    """Say that a link asked for something that does not exist, while its replacement is chosen.

    The sentence stays when a component requests a rerun right after the link was followed.

    Args:
        key: The address parameter.
        chosen: What is shown.
        problem: The sentence, in the script run that follows the link; empty in later runs.
        opened: Whether the page was just opened, as opposed to rerun.
    """
    state, told = st.session_state, f"_{key}_told"
    if problem or opened:
        state[told] = (chosen, problem)
    instead, sentence = state.get(told, (None, ""))
    if sentence and instead == chosen:
        st.warning(sentence)
    else:
        state.pop(told, None)


def forget(keys: Iterable[str]) -> None:
    """Drop earlier settings, bound or chosen, so that the link alone decides how a page opens.

    Links leave out settings that have their default value. Without this function, the page would
    keep the values of an earlier visit for those settings.
    """
    for key in keys:
        for name in (key, f"_{key}", f"_{key}_seen", f"_{key}_left", f"_{key}_told"):
            if name in st.session_state:
                del st.session_state[name]
