"""A run on screen: the presenter's buttons, and the live view that draws everything else."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import classroom
from cnnviz.catalogue import page_at
from cnnviz.components.live import live
from cnnviz.components.reveal import reveal
from cnnviz.networks import NetworkError, summary
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import (
    Run,
    RunError,
    RunState,
    delete_run,
    find_run,
    list_runs,
    open_run,
    show_run_to_all,
    shown_run,
)
from cnnviz.training import resume, stop
from cnnviz.training.script import training_script
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import attempt, button, say_refusal
from cnnviz.ui.shared.address import CONFUSED, STEP
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.recipe import RATE
from cnnviz.ui.shared.run_list import leave, run_label
from cnnviz.ui.shared.text import plain
from cnnviz.ui.train.confusions import show_confused
from cnnviz.ui.train.finished import show_finished
from cnnviz.ui.train.questions import ask_the_class
from cnnviz.ui.train.repeat import again_button, overlays
from cnnviz.ui.train.single_step import show_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

_CELL = "_t_cell"
_CELL_NUMBERS = ("step", "true", "predicted")
_STATE = "_t_state"
_CHANGE, _MORE = "_t_change", "_t_more"
_PATIENCE = 3.0
_PACE = Limits(0, 1000)
_CELL_PANEL, _STEP_PANEL, _CELL_ASKED, _STEP_ASKED = (
    "_t_confused", "_t_by_hand", "_t_confused_asked", "_t_by_hand_asked"
)  # fmt: skip
_STYLE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-_t_transport) {
    position: sticky;
    top: 3.75rem; /* below Streamlit's own bar */
    z-index: 50;
    padding: 0.5rem 0;
    background: light-dark(#fff, #171614); /* Streamlit's own */
}
@media (max-width: 640px) {
    .st-key-_t_transport { flex-wrap: nowrap; overflow-x: auto }
    .st-key-_t_transport > * { flex: none }
}
.st-key-_t_view { scroll-margin-top: 4.5rem }
.st-key-_t_confused, .st-key-_t_by_hand { scroll-margin-top: 8rem }
</style>"""


def show_run(run: Run) -> None:
    """Draw a run that the person chose."""
    try:
        _ = run.config
        state = _follow(run)
    except RunError as error:
        st.error(f"This run cannot be read: {plain(str(error))}")
        if role.is_presenter():
            button("Delete for good", ":material/delete_forever:", lambda: _delete(run))
        return
    _head(run, state)
    above = st.container()
    result = live(
        run.id,
        key="t_live",
        overlay=overlays(run),
        step_parameter=STEP.name,
        presenter=role.is_presenter(),
    )
    _say_thinned(state)
    _more(run, state, result.cell, above)
    if not state.active:
        show_finished(run, state)


def show_what_is_shown() -> None:
    """Draw the run that the presenter shows, for somebody who follows."""
    head = st.container(horizontal=True, vertical_alignment="center")
    above, shown = st.container(), find_run(shown_run())
    result = live(
        None,
        key="t_live",
        follow=True,
        overlay=overlays(shown) if shown else (),
        step_parameter=STEP.name,
    )
    with head:
        _look_inside(result.run)
    if result.run is None:
        return
    try:
        run = open_run(result.run)
        state = _follow(run)
    except RunError:
        return  # the live view says what is the matter
    _say_thinned(state)
    _more(run, state, result.cell, above)
    if not state.active:
        show_finished(run, state)


def _follow(run: Run) -> RunState:
    """The run's state, reading only what is new since this session last looked."""
    name, state = st.session_state.get(_STATE, ("", None))
    state = run.state(state if name == run.id else None)
    st.session_state[_STATE] = (run.id, state)
    return state


def _head(run: Run, state: RunState) -> None:
    """Draw what can be done with the run, by whoever may do it."""
    presenter = role.is_presenter()
    st.html(_STYLE)
    # What comes and goes has a place of its own: else all that follows would move by one, and
    # stand there twice until the page has run to its end.
    place = st.empty()
    if presenter and state.active:
        with _row("_t_transport", place):  # stays in reach while one scrolls
            _transport(run, state)
    with _row("_t_head"):
        if presenter and not run.shipped:
            first = st.empty()
            if state.can_resume:
                with first:
                    button("Resume", ":material/play_arrow:", lambda: resume(run))
            ask_the_class(run)
            again_button(run)
            _manage(run, state)
        elif presenter:
            again_button(run)
        elif state.active and role.owns(run):
            button("Stop", ":material/stop:", lambda: stop(run), owner_of=run)
        if presenter and classroom.is_open() and shown_run() != run.id:
            button(
                "Show to all",
                ":material/cast_for_education:",
                lambda: show_run_to_all(run.id),
                primary=True,
                help="From now on, everybody who follows you sees this run.",
            )
        _look_inside(run.id)
        _training_code(run, state)
    if presenter and state.status == "waiting":
        _holders(run)
    say_refusal()


def _training_code(run: Run, state: RunState) -> None:
    """Draw the button for a script that trains as this run did."""
    try:
        code = training_script(run.config, state.threads)
    except NetworkError:
        return
    note = "This script trains the same network on the same data in the same way."
    if state.changes:
        note += " What was changed by hand during this run is not in it."
    copy_code("Copy the training script", code, note=note)


def _holders(run: Run) -> None:
    """Say which runs hold the places that a run waits for, and offer to end them or go on."""
    found = []
    for other in list_runs():
        if other.id != run.id and other.is_alive():
            with contextlib.suppress(RunError):
                found.append((other, other.state().status))
    if not found:
        return
    st.caption("This run starts as soon as one of these ends or is paused:")
    for other, status in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{plain(run_label(other))}: {status}", width="content")
            if status == "paused":
                button("Resume", ":material/play_arrow:", partial(resume, other),
                       name=f"resume_{other.id}")  # fmt: skip
            button("Stop", ":material/stop:", partial(stop, other), name=f"stop_{other.id}")


def _row(key: str, place: DeltaGenerator | None = None) -> DeltaGenerator:
    draw = st.container if place is None else place.container
    return draw(horizontal=True, vertical_alignment="center", gap="small", key=key)


def _transport(run: Run, state: RunState) -> None:
    if state.status == "running":
        button("Pause", ":material/pause:", lambda: run.control("pause"))
    if state.status == "paused":
        button("Resume", ":material/play_arrow:", lambda: resume(run))
        button(
            "One step",
            ":material/skip_next:",
            lambda: _step(run, _now("t_filter", 0)),
            help="Trains on one mini-batch and shows below how it changed one filter.",
        )
    button("Stop", ":material/stop:", lambda: stop(run))
    if state.status == "paused":
        _filter_to_follow(run)
    if state.status in ("starting", "running", "paused"):
        _change(run, state)


def _filter_to_follow(run: Run) -> None:
    count = _first_filters(run)
    if count > 1:
        st.selectbox(
            "Filter of the first layer to follow", range(count), key="t_filter", width=170,
            format_func=lambda filter_: f"Follow filter {filter_}", label_visibility="collapsed",
        )  # fmt: skip


def _step(run: Run, filter_: int) -> None:
    """Ask for one mini-batch, and wait for it: the page that follows shows it."""
    before = len(run.state().batches)
    run.control("step", filter=filter_)
    deadline = time.monotonic() + _PATIENCE
    while len(run.state().batches) == before and time.monotonic() < deadline:
        time.sleep(0.03)
    st.session_state[_STEP_ASKED] = f"{run.id} {before + 1}"


def _first_filters(run: Run) -> int:
    """How many filters the first convolution has; 0 if there is none."""
    try:
        layers = summary(run.config.spec, run.config.input_shape)
    except NetworkError:
        return 0
    return next((layer.output_shape[0] for layer in layers if layer.kind == "conv"), 0)


def _change(run: Run, state: RunState) -> None:
    """Draw what can be changed while it trains."""
    recipe = run.config.recipe
    with st.popover(
        "Change", icon=":material/tune:", help=(
            "Change the peak learning rate or the pace right now"
        ),
        key=_CHANGE, on_change="rerun",
    ):  # fmt: skip
        rate, pace = f"_t_rate_{run.id}", f"_t_pace_{run.id}"
        last_rate = _last(state, "learning_rate", recipe.learning_rate)
        last_pace = _last(state, "pace", run.config.pace)
        new_rate = number_field(
            "New peak learning rate", RATE, last_rate, key=rate,
            help="The rest of the learning rate schedule continues with the new peak.",
        )  # fmt: skip
        button(
            "Set the peak learning rate",
            ":material/speed:",
            lambda: run.control("learning_rate", value=typed_number(rate, RATE, last_rate)),
            disabled=new_rate is None,
            closes=_CHANGE,
        )
        new_pace = number_field(
            "Steps per second, 0 for no limit", _PACE, last_pace, key=pace,
            help="Slows down a fast machine so that you can watch.",
        )  # fmt: skip
        button(
            "Set the pace",
            ":material/directions_walk:",
            lambda: run.control("pace", value=typed_number(pace, _PACE, last_pace)),
            disabled=new_pace is None,
            closes=_CHANGE,
        )


def _last(state: RunState, name: str, begun: float) -> float:
    """What was set last while it trained, else what it began with."""
    values = [getattr(change, name) for change in state.changes]
    return float(next((v for v in reversed(values) if v is not None), begun))


def _manage(run: Run, state: RunState) -> None:
    """Draw the button for a name and for deleting."""
    with st.popover("More", icon=":material/more_horiz:", key=_MORE, on_change="rerun"):
        name = f"_t_name_{run.id}"
        # Enter is enough; the button is for who looks for one.
        st.text_input(
            "Name of this run", run.name, max_chars=80, key=name,
            on_change=_rename, args=(run, name),
        )  # fmt: skip
        button("Rename", ":material/edit:", lambda: run.rename(_now(name)), closes=_MORE)
        st.divider()
        if state.active:
            st.caption("You can delete a run once it has ended.")
        else:
            st.write("Delete this run and its weights permanently?")
            button("Delete for good", ":material/delete_forever:", lambda: _delete(run),
                   closes=_MORE)  # fmt: skip


def _rename(run: Run, key: str) -> None:
    attempt(lambda: run.rename(_now(key)))


def _now(key: str, default: Any = None) -> Any:
    """In a callback: a field's value, also when it was typed just before the button was pressed."""
    return st.session_state.get(key, default)


def _delete(run: Run) -> None:
    delete_run(run)
    leave()


def _look_inside(run_id: str | None) -> None:
    inside = page_at("inside")
    st.page_link(
        inside.script,
        label="Look inside this run",
        icon=inside.icon,
        query_params={"i_run": run_id} if run_id else None,
    )


def _more(
    run: Run, state: RunState, clicked: Mapping[str, Any] | None, above: DeltaGenerator
) -> None:
    """Draw what was asked for beside the live view: a cell's pictures, a step by hand."""
    if clicked:
        st.session_state[_CELL] = dict(clicked)
        st.session_state[_CELL_ASKED] = f"{time.monotonic()}"
    cell = st.session_state.get(_CELL) or _linked_cell(run)
    if cell and cell.get("run", run.id) == run.id:
        # Each time: the page may have run again with the address as the browser knew it.
        CONFUSED.write(tuple(cell[name] for name in _CELL_NUMBERS))
        with st.container(border=True, key=_CELL_PANEL):
            show_confused(run, cell)
        reveal(_CELL_PANEL, st.session_state.get(_CELL_ASKED))
    else:
        CONFUSED.write(None)  # it was a cell of another run
    if state.batches:
        # While somebody steps by hand, what the step did is what they want to see.
        place = above if state.status == "paused" else st.container()
        with place.container(border=True, key=_STEP_PANEL):
            show_step(run)
        reveal(_STEP_PANEL, st.session_state.get(_STEP_ASKED))


def _say_thinned(state: RunState) -> None:
    if state.left_out:
        everything = len(state.progress) + len(state.evaluations) + state.left_out
        st.caption(
            f"This is a long run: its curves are drawn from {everything - state.left_out:,} of "
            f"{everything:,} points. The first, the newest, and the highest and lowest of each "
            "stretch are among them."
        )


def _linked_cell(run: Run) -> dict[str, Any] | None:
    """The cell of the confusion matrix that the address names, at first visit."""
    found = CONFUSED.read()
    if found is None:
        return None
    cell = dict(zip(_CELL_NUMBERS, found, strict=True)) | {"run": run.id}
    st.session_state[_CELL] = cell
    return cell
