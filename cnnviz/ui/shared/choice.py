"""Selections that keep an option's id in the address instead of the text on screen.

Streamlit's `bind="query-params"` writes the text of the chosen option into the address. Links
would break whenever that text changes, and other pages could not link to an option. Widgets for
numbers and free text do use `bind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.ui.shared import address
from cnnviz.ui.shared.address import Id, one_of, text
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.delta_generator import DeltaGenerator


def choice(
    widget: Callable[..., Id | None],
    label: str,
    titles: Mapping[Id, str],
    default: Id,
    *,
    key: str,
    unknown: str = "",
    notice: DeltaGenerator | None = None,
    **options: Any,
) -> Id:
    """Draw a selection and keep its id in the address.

    If the address changed since the last script run (first visit, a link, Back), it sets the
    widget. Otherwise the widget sets the address.

    Args:
        widget: `st.selectbox`, `st.segmented_control` or the like.
        label: What is chosen.
        titles: What is shown for each id; made `distinct`.
        default: Id at first visit; the address leaves it out.
        key: The address parameter.
        unknown: What to say if the address names none of the ids; `{}` is what it names.
        notice: Where to say it.
        **options: For the widget.

    Returns:
        The chosen id; the default where the address names none of the ids.
    """
    state, widget_key, opened = st.session_state, f"_{key}", arriving(key)
    parameter, titles = one_of(key, titles), distinct(titles)
    refused = plain(parameter.refused())
    chosen = parameter.follow(state.get(widget_key), opened=opened)
    if chosen is None:
        # If the page runs twice in quick succession, the browser may not have the choice yet.
        chosen = parameter.read()
    # Assigned every time, so that the value is sent to the browser: if the page runs twice in quick
    # succession, what the first run sent may be lost, and the widget would show its first option.
    state[widget_key] = chosen if chosen in titles else default
    if widget is st.segmented_control:
        options["required"] = True
    drawn = widget(label, list(titles), format_func=titles.__getitem__, key=widget_key, **options)
    chosen = default if drawn is None else drawn
    parameter.write(None if chosen == default else chosen)
    if unknown:
        with notice or st.container():
            tell(key, chosen, refused and unknown.format(refused), opened=opened)
    return chosen


def distinct(titles: Mapping[Id, str]) -> dict[Id, str]:
    """The titles by id, made unique, because a browser sends back the chosen title.

    Of two equal titles the later one stays as it is, because lists show the newest first: what a
    browser already shows must keep its meaning when something new is added to the list.
    """
    taken: set[str] = set()
    found: dict[Id, str] = {}
    for id, title in reversed(list(titles.items())):
        found[id] = f"{title} · {id}" if title in taken else title
        taken.add(title)
    return {id: found[id] for id in titles}


def choose(key: str, chosen: object) -> None:
    """Set a choice in a callback, on the person's behalf."""
    st.session_state[f"_{key}"] = chosen


def chosen_before(key: str) -> str | None:
    """In a callback: the previous choice; None for the default."""
    return text(key).last()


def arriving(key: str) -> bool:
    """Whether the page of this choice was just opened, as opposed to rerun."""
    return f"_{key}" not in st.session_state


def tell(key: str, chosen: object, problem: str, *, opened: bool) -> None:
    """Say that a link asked for something that does not exist, while its replacement is chosen.

    The sentence stays when a component requests a rerun right after the link was followed.

    Args:
        key: The address parameter.
        chosen: What is shown.
        problem: The sentence, in the script run that follows the link; empty in later runs.
        opened: Whether the page was just opened, as opposed to rerun.
    """
    state, warning = st.session_state, f"_{key}_told"
    if problem or opened:
        state[warning] = (chosen, problem)
    instead, sentence = state.get(warning, (None, ""))
    if sentence and instead == chosen:
        st.warning(sentence)
    else:
        state.pop(warning, None)


def forget(*keys: str) -> None:
    """Drop earlier settings, bound or chosen, so that the link alone decides how a page opens.

    Links leave out settings that have their default value. Without this function, the page would
    keep the values of an earlier visit for those settings.
    """
    address.forget(*keys)
    for key in keys:
        for name in (key, f"_{key}", f"_{key}_told"):
            st.session_state.pop(name, None)
