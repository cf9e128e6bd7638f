"""What steers a run at work: pause, one step, stop, another learning rate, another pace."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.networks import NetworkError, summary
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Run, RunError, RunState, list_runs
from cnnviz.training import resume, stop
from cnnviz.training.labels import run_label
from cnnviz.ui.shared.actions import button, popover_key
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.recipe import RATE
from cnnviz.ui.shared.text import plain
from cnnviz.ui.train.single_step import made_by_hand

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_CHANGE = "_t_change"
_FILTER = "t_filter"
_PACE = Limits(0, 1000)
_PATIENCE = 3.0


def steer(run: Run, state: RunState, place: DeltaGenerator) -> None:
    """Draw the presenter's buttons for a run that is active.

    Args:
        run: The run.
        state: Its state.
        place: Where; empty if the run has ended. It stays in reach while one scrolls, see
            `main.css`.
    """
    if not state.active:
        return
    with place.container(
        horizontal=True, vertical_alignment="center", gap="small", key="_t_transport"
    ):
        if state.status == "running":
            button("Pause", ":material/pause:", lambda: run.control("pause"))
        if state.status == "paused":
            button("Resume", ":material/play_arrow:", lambda: resume(run))
            button(
                "One step",
                ":material/skip_next:",
                lambda: _step(run, st.session_state.get(_FILTER, 0)),
                help="Trains on one mini-batch and shows below how it changed one filter."
                if run.config.task == "classify"
                else "Trains on one mini-batch.",
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
            "Filter of the first layer to follow", range(count), key=_FILTER, width=170,
            format_func=lambda filter_: f"Follow filter {filter_}", label_visibility="collapsed",
        )  # fmt: skip


def _step(run: Run, filter_: int) -> None:
    """Ask for one mini-batch, and wait for it: the page that follows shows it."""
    before = len(run.state().batches)
    run.control("step", filter=filter_)
    deadline = time.monotonic() + _PATIENCE
    while len(run.state().batches) == before and time.monotonic() < deadline:
        time.sleep(0.03)
    made_by_hand(run, before + 1)


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
        key=popover_key(_CHANGE), on_change="rerun",
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


def say_who_holds_the_places(run: Run) -> None:
    """Say which runs hold the places that a run waits for, and offer to stop or resume them."""
    found = []
    for other in list_runs():
        if other.id != run.id and other.is_alive():
            with contextlib.suppress(RunError):
                found.append((other, other.known_state().status))
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
