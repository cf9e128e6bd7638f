"""A run on screen, from top to bottom: its buttons, the live view, what was asked for below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.live import live
from cnnviz.pages import page_at
from cnnviz.runs import Run, RunError, RunState, find_run, open_run, shown_run
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import button, say_refusal
from cnnviz.ui.shared.address import STEP
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.projecting import is_large
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.what_is_shown import link_to_race
from cnnviz.ui.train.confusions import clicked_cell
from cnnviz.ui.train.finished import show_finished
from cnnviz.ui.train.manage import copy_training_script, delete_for_good, manage
from cnnviz.ui.train.repeat import overlays
from cnnviz.ui.train.single_step import steps_by_hand
from cnnviz.ui.train.transport import say_who_holds_the_places, steer

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATE = "_t_state"
_LOOKED = "_t_looked_inside"  # the last press that led to Look inside


def show_run(run: Run) -> None:
    """Draw a run that the person chose."""
    try:
        _ = run.config
        state = _state_of(run)
    except RunError as error:
        st.error(f"This run cannot be read: {plain(str(error))}")
        if role.is_presenter():
            button("Delete for good", ":material/delete_forever:", lambda: delete_for_good(run))
        return
    presenter = role.is_presenter()
    # Places of their own for what comes and goes: else all that follows would move by one, and
    # stand there twice until the page has run to its end.
    transport = st.empty()
    if presenter:
        steer(run, state, transport)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="_t_head"):
        manage(run, state)
        link_to_race(run)
        if not is_large():
            _look_inside(run.id)
            copy_training_script(run, state)
    with st.container():
        if presenter and state.status == "waiting":
            say_who_holds_the_places(run)
        say_refusal()
    above, figure = st.container(), st.container()
    with figure:
        news = live(
            run.id,
            key="t_live",
            status=state.status,
            overlay=overlays(run),
            step_parameter=STEP.name,
            presenter=presenter,
        )
    _look_inside_at(run, news.inside)
    _say_thinned(state)
    if run.config.task == "classify":
        clicked_cell(run, news.cell)
    steps_by_hand(run, state, above)
    if not state.active:
        lazy_section("finished", show_finished, run, state)


def show_what_is_shown() -> None:
    """Draw the run that the presenter shows, for somebody who follows."""
    head = st.container(horizontal=True, vertical_alignment="center")
    above, figure, shown = st.container(), st.container(), find_run(shown_run())
    with figure:
        news = live(
            None,
            key="t_live",
            follow=True,
            overlay=overlays(shown) if shown else (),
            step_parameter=STEP.name,
        )
    with head:
        _look_inside(news.run)
    if news.run is None:
        return
    try:
        run = open_run(news.run)
        state = _state_of(run)
    except RunError:
        return  # the live view says what is the matter
    with head:
        link_to_race(run)
    _look_inside_at(run, news.inside)
    _say_thinned(state)
    clicked_cell(run, news.cell)
    steps_by_hand(run, state, above)
    if not state.active:
        lazy_section("finished", show_finished, run, state)


def _state_of(run: Run) -> RunState:
    """The run's state; of one at work, only what is new since this session last looked is read."""
    if not run.is_alive():
        return run.known_state()
    name, state = st.session_state.get(_STATE, ("", None))
    state = run.state(state if name == run.id else None)
    st.session_state[_STATE] = (run.id, state)
    return state


def _look_inside(run_id: str | None) -> None:
    inside = page_at("inside")
    st.page_link(
        inside.script,
        label="Look inside this run",
        icon=inside.icon,
        query_params={"i_run": run_id} if run_id else None,
    )


def _look_inside_at(run: Run, asked: Mapping[str, Any] | None) -> None:
    """Open Look inside at the last snapshot up to a step, once for each press that asks for it.

    The slider moves in the browser alone, so no link on the page knows its step.
    """
    if not asked or asked.get("run") != run.id or asked == st.session_state.get(_LOOKED):
        return
    st.session_state[_LOOKED] = asked
    query = {"i_run": run.id}
    if steps := [step for step in run.snapshot_steps() if step <= asked["step"]]:
        query["i_step"] = str(steps[-1])
    st.switch_page(page_at("inside").script, query_params=query)


def _say_thinned(state: RunState) -> None:
    if state.left_out:
        everything = len(state.progress) + len(state.evaluations) + state.left_out
        st.caption(
            f"This is a long run: its curves are drawn from {everything - state.left_out:,} of "
            f"{everything:,} points. The first, the newest, and the highest and lowest of each "
            "stretch are among them."
        )
