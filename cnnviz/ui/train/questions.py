"""The presenter's buttons that ask the class about a run, and reveal the answer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.imaging.pixels import crisp
from cnnviz.runs import Run, RunError
from cnnviz.runs.votes import close_voting, pose
from cnnviz.training.labels import labels
from cnnviz.training.quiz import (
    CLASS,
    CLASS_TEXT,
    FILTER,
    LETTERS,
    RUN,
    class_question,
    contestants,
    filter_question,
    last_question,
    reveal_now,
    run_question,
)
from cnnviz.ui.shared.actions import button, popover_key
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

_ASK = "_t_ask"
_TITLES = {CLASS: "Which class?", FILTER: "Which filter?", RUN: "Which run wins?"}
_ENDED = " The winner is known when all of these runs have ended."


def ask_the_class(run: Run) -> None:
    """Draw the presenter's buttons that ask a question, close the voting on it and reveal it."""
    last = last_question(run)
    question = None if last is None or last.revealed else last
    # Until all of its runs have ended may be long: meanwhile something else can be asked.
    may_ask = question is None or question.kind == RUN
    asked = st.popover(
        "Ask the class", icon=":material/how_to_vote:", key=popover_key(_ASK), on_change="rerun",
        disabled=not may_ask,
    )  # fmt: skip
    with asked:
        if asked.open and may_ask:
            _choose(run)
    if last is None:
        return
    # From the first question on they stay, each in its place: if one went when it was pressed,
    # a second click would press what took its place.
    button(
        "Reveal",
        ":material/visibility:",
        lambda: reveal_now(run),
        primary=True,
        disabled=question is None,
        help="Until then, everybody who follows this run can vote; the count is shown below."
        + (_ENDED if last.kind == RUN else ""),
    )
    button(
        "Close voting",
        ":material/lock:",
        lambda: close_voting(run, last.id),
        disabled=last.closed,
        help="No more votes count; they stay hidden until you reveal them.",
    )


def _choose(run: Run) -> None:
    kind = st.segmented_control(
        "Ask", list(_TITLES), format_func=_TITLES.__getitem__, default=CLASS, required=True,
        key="_t_ask_kind", label_visibility="collapsed",
    )  # fmt: skip
    if kind == CLASS:
        try:
            images, _ = run.load_probes()
        except RunError:
            st.caption("The pictures appear once training has started.")
            return
        st.caption(CLASS_TEXT)
        key = "_t_ask_probe"
        probe = st.selectbox(
            "Picture", range(len(images)), format_func=LETTERS.__getitem__, key=key
        )
        picture = crisp(images[probe].numpy(), 160)
        st.image(picture, output_format="PNG", alt=f"Picture {LETTERS[probe]}")
        action: Callable[[], object] = lambda: pose(  # noqa: E731
            run, class_question(run, st.session_state[key])
        )
    elif kind == FILTER:
        st.caption(
            "Which of four first-layer filters made this feature map? They are drawn at random."
        )
        action = lambda: pose(run, filter_question(run, random.Random()))  # noqa: E731
    else:
        names = labels(contestants(run))
        if len(names) < 2:
            st.caption("This needs a second run: start a race, or repeat this run with one change.")
            return
        st.caption(
            f"Which run will have the best test accuracy? {plain('; '.join(names))}." + _ENDED
        )
        action = lambda: pose(run, run_question(run))  # noqa: E731
    button("Ask", ":material/how_to_vote:", action, primary=True, closes=_ASK)
