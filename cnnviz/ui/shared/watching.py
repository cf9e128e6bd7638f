"""Watching a contest: it is trained beside the pages, for all who watch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnviz.training.experiments.side_by_side import Contest

_EVERY = 1.5  # seconds: two charts are drawn anew each time


def watch(contest: Contest, draw: Callable[[], None], *, key: str) -> None:
    """Train a contest while it is watched, and draw it again and again.

    Whoever opens the same one joins in, or finds it trained. Nobody trains it after the last
    browser has left, or while everybody has paused it.

    Args:
        contest: What to train; shared by all sessions.
        draw: Draws how far it is.
        key: Of its button.
    """
    going = not contest.done and not _is_paused(key)
    st.fragment(_turn, run_every=_EVERY if going else None)(contest, draw, key, going)


def _turn(contest: Contest, draw: Callable[[], None], key: str, going: bool) -> None:  # noqa: FBT001
    if not contest.done and going == _is_paused(key):
        st.rerun()  # the button was pressed in here, and decides how often this runs
    if going:
        contest.go_on()
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Round {contest.round} of {contest.rounds}, {contest.step} steps each"
        st.progress(contest.round / contest.rounds, text=label, width=380)
        if not contest.done:
            st.button(
                "Pause" if going else "Continue",
                icon=":material/pause:" if going else ":material/play_arrow:",
                key=key,
                on_click=_set_paused,
                args=(key, going),
            )
    draw()
    if going and contest.done:
        st.rerun()


def _is_paused(key: str) -> bool:
    return bool(st.session_state.get(f"_{key}_paused", False))


def _set_paused(key: str, paused: bool) -> None:  # noqa: FBT001
    st.session_state[f"_{key}_paused"] = paused
