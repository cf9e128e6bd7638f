"""What can be done with a run besides steering it: repeat, rename, delete, show it to all."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks import NetworkError
from cnnviz.runs import Run, RunState, delete_run
from cnnviz.training import resume, stop
from cnnviz.training.script import training_script
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import attempt, button, popover_key
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.projecting import is_large
from cnnviz.ui.shared.run_list import leave
from cnnviz.ui.shared.what_is_shown import show_to_all
from cnnviz.ui.train.questions import ask_the_class
from cnnviz.ui.train.repeat import again_button

_MORE = "_t_more"


def manage(run: Run, state: RunState) -> None:
    """Draw the buttons that the person may press, of which a viewer has few."""
    presenter = role.is_presenter()
    if presenter and not run.shipped:
        first = st.empty()  # for what comes and goes, so that the buttons after it stay in place
        if state.can_resume:
            with first:
                button("Resume", ":material/play_arrow:", lambda: resume(run))
        if run.config.task == "classify":
            ask_the_class(run)
        if not is_large():
            again_button(run)
            _more(run, state)
    elif presenter:
        if not is_large():
            again_button(run)
    elif state.active and role.owns(run):
        button("Stop", ":material/stop:", lambda: stop(run), owner_of=run)
    show_to_all([run])


def _more(run: Run, state: RunState) -> None:
    """Draw the button for a name and for deleting."""
    with st.popover(
        "More", icon=":material/more_horiz:", key=popover_key(_MORE), on_change="rerun"
    ):
        name = f"_t_name_{run.id}"
        # Enter is enough; the button is for who looks for one.
        st.text_input(
            "Name of this run", run.name, max_chars=80, key=name,
            on_change=_rename, args=(run, name),
        )  # fmt: skip
        button(
            "Rename", ":material/edit:", lambda: run.rename(st.session_state[name]), closes=_MORE
        )
        st.divider()
        if state.active:
            st.caption("You can delete a run once it has ended.")
        else:
            st.write("Delete this run and its weights permanently?")
            button("Delete for good", ":material/delete_forever:", lambda: delete_for_good(run),
                   closes=_MORE)  # fmt: skip


def _rename(run: Run, key: str) -> None:
    attempt(lambda: run.rename(st.session_state[key]), place=_MORE)


def delete_for_good(run: Run) -> None:
    """Delete a run, and leave the page without a choice.

    Raises:
        RunError: It is at work, or the disk refused.
    """
    delete_run(run)
    leave()


def copy_training_script(run: Run, state: RunState) -> None:
    """Draw the button for a script that trains as this run did."""
    try:
        code = training_script(run.config, state.threads)
    except NetworkError:
        return
    note = "This script trains the same network on the same data in the same way."
    if state.changes:
        note += " What was changed by hand during this run is not in it."
    copy_code("Copy the training script", code, note=note)
