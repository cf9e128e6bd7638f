"""The list of runs, and the choice of one of them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.runs import Run, RunError, list_runs, shown_run
from cnnviz.training.labels import run_label
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared.address import RUN, STEP
from cnnviz.ui.shared.choice import distinct, tell
from cnnviz.ui.shared.projecting import is_large
from cnnviz.ui.shared.text import plain

FOLLOW = ""
_CHOSEN = "_t_run"
_STARTED, _FOLLOWED = "_t_run_started", "_t_run_followed"


def started_runs() -> list[str]:
    """The ids of the runs that this session has started; `choose_run` goes to a new one.

    Get the list before starting a run and append to it afterwards. A second press of the button
    ends the script at its next use of the session state or of an element; appending is neither.
    """
    runs: list[str] = st.session_state.setdefault(_STARTED, [])
    return runs


def choose_run(*, follow: bool = False) -> Run | None:
    """Draw the list of runs and keep the chosen one in the address.

    Args:
        follow: Whether the list begins with “what the presenter shows”, for viewers.

    Returns:
        The chosen run; None when there is none, or for what the presenter shows.
    """
    runs = {run.id: run for run in list_runs()}
    if not runs:
        st.info("There is no run yet. Press Start training to watch a network learn here.")
        return None
    state, scrubbed = st.session_state, STEP.read()
    opened = _CHOSEN not in state
    chosen = RUN.follow(state.get(_CHOSEN), opened=opened)
    if opened and not RUN.read() and scrubbed and scrubbed.run:
        chosen = scrubbed.run
    started = started_runs()
    if len(started) > state.get(_FOLLOWED, 0):
        chosen, state[_FOLLOWED] = started[-1], len(started)
    chosen = RUN.last() if chosen is None else chosen
    options, problem = [*([FOLLOW] if follow else []), *runs], ""
    if chosen not in options:
        if chosen:
            problem = (
                f"There is no run called “{plain(chosen[:100])}” here. It may have been deleted."
            )
        first = FOLLOW if follow else shown_run()
        chosen = first if first in options else options[0]
    tell(RUN.name, chosen, problem, opened=opened)
    # Written every time: the browser remembers the label, but the run may have been renamed.
    state[_CHOSEN] = chosen
    titles = distinct({id: run_label(run) for id, run in runs.items()})
    titles[FOLLOW] = "What the presenter shows"
    chosen = st.selectbox(
        "Run", options, format_func=titles.__getitem__, key=_CHOSEN,
        label_visibility="collapsed" if is_large() else "visible",
    )  # fmt: skip
    RUN.write(None if chosen == FOLLOW else chosen)
    return runs.get(chosen)


def leave() -> None:
    """Forget the chosen run: it was deleted, or the person follows the presenter again."""
    st.session_state[_CHOSEN] = None
    RUN.write(None)


def tells_classes(run: Run) -> bool:
    """Whether a run was trained to tell classes apart; one that cannot be read counts, too."""
    try:
        return run.config.task == "classify"
    except RunError:
        return True


def compare_runs() -> None:
    """Draw a table of all runs in an expander that is closed at first."""
    table = st.expander(
        "Compare all runs", icon=":material/table_rows:", key="_t_compare", on_change="rerun"
    )
    if not table.open:
        return
    rows = [
        _row(run, run_label(run), str(run.path), log_size(run), run.is_alive())
        for run in list_runs()
    ]
    with table:
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "Test accuracy": st.column_config.NumberColumn(format="percent"),
                "Training time": st.column_config.NumberColumn(format="%.1f s"),
            },
            alt="All runs and their results",
        )


def log_size(run: Run) -> int:
    """Bytes of what happened in a run: while they stay, so does its state."""
    events = run.path / "events.jsonl"
    return events.stat().st_size if events.exists() else 0


@st.cache_data(max_entries=500, show_spinner=False)
def _row(_run: Run, label: str, path: str, size: int, alive: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001
    row: dict[str, Any] = {"Run": label}
    try:
        config, state = _run.config, _run.known_state()
    except RunError as error:
        return row | {"Status": str(error)}
    recipe, task = config.recipe, task_of(config)
    last = state.evaluations[-1] if state.evaluations else None
    main = task.measures[0]
    return row | {
        "Status": state.status,
        "Test accuracy": last.accuracy if last and config.task == "classify" else None,
        "Other measure": f"{main.title} {main.words(last.measure(main.name))}"
        if last and config.task != "classify"
        else "",
        "Training time": state.seconds,
        "Epochs": recipe.epochs,
        "Peak learning rate": recipe.learning_rate,
        "Optimiser": recipe.optimiser,
        "Batch size": recipe.batch_size,
        "Seed": recipe.seed,
    }
