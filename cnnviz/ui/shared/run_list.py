"""The list of runs, and the choice of one of them."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import streamlit as st

from cnnviz.runs import Run, RunError, list_runs, shown_run
from cnnviz.training import labels
from cnnviz.ui.shared.address import RUN, STEP
from cnnviz.ui.shared.choice import distinct, tell
from cnnviz.ui.shared.text import plain

FOLLOW = ""
_CHOSEN, _ARRIVAL = "_t_run", "_t_run_arrival"
_PATIENCE = 10.0


@dataclasses.dataclass
class Arrival:
    """The run that this session started last, and whether the page has yet to switch to it.

    A rerun, which the live view may request at any time, ends the current script at its next use
    of the session state or of a Streamlit element. A script that starts a run must not end between
    starting it and noting it. So get this object with `arrival()` before starting the run, and call
    `at` afterwards: `at` uses neither, and the next script run finds the note.
    """

    run_id: str | None = None
    pending: bool = False
    since: float = 0.0

    def at(self, run: Run) -> None:
        """Note a run that was just started, for the next call of `choose_run`."""
        self.run_id, self.pending, self.since = run.id, True, time.monotonic()

    def due(self, asked: str | None) -> str | None:
        """The run to switch to, until the browser knows about it; then None.

        Until then, the page may rerun with the browser's old address and list of runs, and must
        not switch back to the previous run.
        """
        if asked == self.run_id or time.monotonic() - self.since > _PATIENCE:
            self.pending = False
        return self.run_id if self.pending else None


def arrival() -> Arrival:
    """The `Arrival` of this session."""
    there: Arrival = st.session_state.setdefault(_ARRIVAL, Arrival())
    return there


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
    chosen = arrival().due(RUN.read()) or (RUN.last() if chosen is None else chosen)
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
    chosen = st.selectbox("Run", options, format_func=titles.__getitem__, key=_CHOSEN)
    RUN.write(None if chosen == FOLLOW else chosen)
    return runs.get(chosen)


def leave() -> None:
    """Forget the chosen run, because it was deleted."""
    arrival().pending = False
    st.session_state[_CHOSEN] = None


def run_label(run: Run) -> str:
    """`labels.run_label`, remembered."""
    try:
        named = (run.path / "name.txt").stat().st_mtime_ns
    except OSError:
        named = 0
    return _label(run, str(run.path), named)


@st.cache_data(max_entries=500, show_spinner=False)
def _label(_run: Run, path: str, named: int) -> str:  # noqa: ARG001 - the key
    return labels.run_label(_run)


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
        config, state = _run.config, _run.state()
    except RunError as error:
        return row | {"Status": str(error)}
    recipe = config.recipe
    return row | {
        "Status": state.status,
        "Test accuracy": state.evaluations[-1].accuracy if state.evaluations else None,
        "Training time": state.seconds,
        "Epochs": recipe.epochs,
        "Peak learning rate": recipe.learning_rate,
        "Optimiser": recipe.optimiser,
        "Batch size": recipe.batch_size,
        "Seed": recipe.seed,
    }
