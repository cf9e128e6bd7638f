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
    """The titles by id, no two alike: a browser sends back the words that were chosen.

    Of two that are alike the later one keeps its title, since lists are newest first: what a
    browser shows must not come to mean another thing when something new is listed.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for id, title in reversed(list(titles.items())):
        found[id] = f"{title} · {id}" if title in taken else title
        taken.add(title)
    return {id: found[id] for id in titles}


def address_changed(key: str, linked: str | None) -> bool:
    """Whether the address says something new about a choice since the last run of the page.

    Not new is what this session wrote there last. Nor is what stood there before, for a moment:
    a component can make the page run again by itself, with the address that its browser had
    when it asked, and that must not undo what was chosen in between.
    """
    state, left = st.session_state, f"_{key}_left"
    if linked == state.get(f"_{key}_seen"):
        state.pop(left, None)
        return False
    before, when = state.get(left, (linked, -_ECHO_SECONDS))
    return bool(linked != before or time.monotonic() - when > _ECHO_SECONDS)


def wrote(key: str, kept: str | None) -> None:
    """Remember what the address says from now on about a choice."""
    state, seen = st.session_state, f"_{key}_seen"
    if seen in state and state[seen] != kept:
        state[f"_{key}_left"] = (state[seen], time.monotonic())
    state[seen] = kept


def choose(key: str, chosen: str) -> None:
    """Choose for the person, in a callback."""
    st.session_state[f"_{key}"] = chosen


def chosen_before(key: str) -> str | None:
    """In a callback: what was chosen until now; None for the default."""
    return st.session_state.get(f"_{key}_seen")


def arriving(key: str) -> bool:
    """Whether the page of this choice is opened now, rather than run again."""
    return f"_{key}" not in st.session_state


def tell(key: str, chosen: str, problem: str, *, opened: bool) -> None:
    """Say what a link asked for in vain, as long as what is shown instead stays chosen.

    A component can make the page run again by itself at once: the sentence outlives that.

    Args:
        key: The address parameter.
        chosen: What is shown.
        problem: The sentence, when the link is followed; nothing in later runs.
        opened: Whether the page is opened, rather than run again.
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
    """Drop what was set before, bound or chosen, so that a link alone says how a page opens.

    Without this a link would leave out every setting that has its default, and the page would
    keep the value of an earlier visit.
    """
    for key in keys:
        for name in (key, f"_{key}", f"_{key}_seen", f"_{key}_left", f"_{key}_told"):
            if name in st.session_state:
                del st.session_state[name]
