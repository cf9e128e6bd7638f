"""Buttons that act on a run: who may press them, and the sentence for whoever may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.inspection import InspectionError
from cnnviz.networks import NetworkError
from cnnviz.runs import Run, RunError
from cnnviz.training import TrainingError
from cnnviz.ui.shared import role
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

_REFUSED, _PRESSED = "_t_refused", "_t_done"
_REFUSALS = (InspectionError, NetworkError, RunError, TrainingError, role.NotPresenterError)


def button(
    label: str,
    icon: str,
    action: Callable[[], object],
    *,
    owner_of: Run | None = None,
    help: str | None = None,
    primary: bool = False,
    disabled: bool = False,
    name: str = "",
    closes: str = "",
) -> None:
    """Draw a button whose action only the presenter may take.

    Args:
        label: Its words.
        icon: A Material icon.
        action: What it does; what it refuses is said on the page.
        owner_of: A run whose owner may take the action too.
        help: Tooltip.
        primary: Whether it is the one to press next.
        disabled: Whether it is drawn but cannot be pressed.
        name: Tells buttons of one label apart.
        closes: Name of the popover that it stands in, if that closes once the action was done;
            see `popover_key`. What was refused is then said in there: it would cover the page.
    """
    key = f"_t_do_{name or label}"
    pressed = st.button(
        label,
        icon=icon,
        key=key,
        on_click=_press,
        args=(key, action, owner_of, closes),
        help=help,
        type="primary" if primary else "secondary",
        disabled=disabled,
    )
    if closes:
        say_refusal(closes)
    if pressed and st.session_state.pop(_PRESSED, None) != key:
        # The server was started anew since the page was drawn: to the new session this press is
        # the first it hears of, and it knows of no callback yet.
        attempt(action, owner_of, closes)
        st.rerun()


def _press(key: str, action: Callable[[], object], owner_of: Run | None, closes: str) -> None:
    st.session_state[_PRESSED] = key
    if attempt(action, owner_of, closes) and closes:
        st.session_state[closes] = st.session_state.get(closes, 0) + 1


def popover_key(name: str) -> str:
    """Return the key of a popover that a button closes by `closes=name`.

    After each press it is another one, for a popover that nobody has opened. If the state of one
    popover were set to closed, a browser that tells of something else a moment later, such as the
    end of a run, would tell that it is still open, too, and it would stay so.
    """
    return f"{name}_{st.session_state.get(name, 0)}"


def attempt(action: Callable[[], object], owner_of: Run | None = None, place: str = "") -> bool:
    """Call an action if this session may; if not, or if it fails, keep the reason for the page.

    The question is asked here, when the action is taken: that its button was never drawn for a
    viewer would be no protection against a viewer who sends what the button sends.

    Returns:
        Whether it was done.
    """
    try:
        if owner_of is None or not role.owns(owner_of):
            role.presenter_only()
        action()
    except _REFUSALS as error:
        st.session_state[_REFUSED] = place, str(error)
        return False
    return True


def say_refusal(place: str = "") -> None:
    """Say once why the last action was refused, on the page or in the popover of its button."""
    where, refused = st.session_state.get(_REFUSED, ("", ""))
    if refused and where == place:
        del st.session_state[_REFUSED]
        st.error(plain(refused), icon=":material/block:")
