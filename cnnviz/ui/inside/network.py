"""Which network the page Look inside opens: a run, and one of its snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.numbers.formatting import counted
from cnnviz.runs import Run, RunError, list_runs, open_run
from cnnviz.training.labels import run_label
from cnnviz.training.quiz import RUN, last_question
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared import role
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.projecting import wide
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

DEFAULT_RUN = "fashionmnist-gap"


def choose_run(notice: DeltaGenerator) -> Run:
    """Let the person choose one of the runs; stops the page when it cannot be read.

    Args:
        notice: Where to say what a link asks for in vain.
    """
    runs = {run.id: run for run in list_runs()}
    titles = {name: run_label(run) for name, run in runs.items()}
    chosen = choice(
        st.selectbox,
        "Run",
        titles,
        DEFAULT_RUN,
        key="i_run",
        width=wide(365),
        on_change=choose,  # no step of the last run: the new one is shown at its own end
        args=("i_step", ""),
        notice=notice,
        unknown="There is no run called “{}” here. Another one is shown instead.",
    )
    try:
        run = open_run(chosen)
        task_of(run.config)
    except RunError as error:
        st.error(plain(str(error)), icon=":material/folder_off:")
        st.stop()
    return run


def hide_the_answer(run: Run, notice: DeltaGenerator) -> None:
    """Stop the page for those who are just voting on what the network says or looks at.

    Args:
        run: The run.
        notice: Where to say so: not among the settings, which a phone folds.
    """
    question = None if role.is_presenter() else last_question(run)
    if question is None or question.closed or question.revealed or question.kind == RUN:
        return
    notice.info(
        "The class is voting on this run. Vote first, then look inside once voting is closed."
    )
    notice.button("Look again", icon=":material/refresh:", key="_i_voted")
    st.stop()


def choose_step(run: Run, notice: DeltaGenerator, *, hidden: bool) -> int:
    """Let the person choose one of the run's snapshots; stops the page when it has none.

    Args:
        run: The run.
        notice: Where to say that it has none.
        hidden: Whether the choice is not drawn; the last snapshot then.
    """
    steps = {step: str(step) for step in run.snapshot_steps()}
    if not steps:
        if run.known_state().active:
            notice.info(
                "This run has not saved any weights yet: wait a few seconds, then look again."
            )
            notice.button("Look again", icon=":material/refresh:", key="_i_again")
        else:
            notice.info("This run has no saved weights.")
        st.stop()
    last = next(reversed(steps))
    if hidden:
        return last
    if len(steps) == 1:
        st.markdown(f"Training step {last}, the only snapshot so far.")
        return last
    return choice(st.select_slider, "Training step", steps, last, key="i_step")


def show_progress(run: Run, step: int) -> None:
    """Say at which step all this is, and how good the network was if it was tested just there."""
    text = f"After {counted(step, 'step')} of training"
    main = task_of(run.config).measures[0]
    for tested in run.known_state().evaluations:
        if tested.step == step:
            told = f"test accuracy {tested.accuracy:.1%} on {tested.images:,} pictures"
            if run.config.task != "classify":
                value = main.words(tested.measure(main.name))
                told = f"{main.title} {value} on {tested.images:,} test pictures"
            text += f": {told}"
            break
    st.caption(f"{text}.")
