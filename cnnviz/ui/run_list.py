"""The list of runs, and which of them is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.networks import NETWORKS
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.ui.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN, _CHOSEN, _SEEN = "t_run", "_t_run", "_t_run_seen"


def choose_run() -> Run | None:
    """Draw the list of runs and keep the chosen one in the address; None if there are none."""
    runs = {run.id: run for run in list_runs()}
    if not runs:
        st.info("No run yet: press Start training, and watch it learn here.")
        return None
    state, asked = st.session_state, st.query_params.get(_RUN)
    if _CHOSEN not in state or asked != state.get(_SEEN):
        # Opened now, by a link, or by Back: the address decides, then the last visit.
        state[_CHOSEN] = asked or state.get(_SEEN)
    if state[_CHOSEN] not in runs:
        if state[_CHOSEN]:
            st.warning(f"There is no run called “{plain(state[_CHOSEN][:100])}” here (any more).")
        state[_CHOSEN] = next(iter(runs))
    labels = _labels(runs.values())
    chosen: str = st.selectbox("Run", list(runs), format_func=labels.__getitem__, key=_CHOSEN)
    st.query_params[_RUN] = state[_SEEN] = chosen
    return runs[chosen]


def go_to(run: Run) -> None:
    """Choose a run; before `choose_run` is called."""
    st.session_state[_CHOSEN] = run.id
    st.session_state[_SEEN] = st.query_params.get(_RUN)


def leave() -> None:
    """Choose no run in particular, because the chosen one is gone."""
    st.session_state[_CHOSEN] = None


def _labels(runs: Iterable[Run]) -> dict[str, str]:
    """What each run is called in the list, by id.

    A name must not change, nor name two runs: it is what the browser sends back.
    """
    labels: dict[str, str] = {}
    for run in runs:
        label = _label(run, str(run.path))
        labels[run.id] = f"{label} · {run.id}" if label in labels.values() else label
    return labels


@st.cache_data(max_entries=500, show_spinner=False)
def _label(_run: Run, path: str) -> str:  # noqa: ARG001 - the key
    try:
        config = _run.config
    except RunError:
        return f"{_run.id} · cannot be read"
    network = NETWORKS[config.network].title if config.network in NETWORKS else config.network
    when = "came with cnnviz" if _run.shipped else config.created[:19].replace("T", ", ")
    return f"{config.dataset_title} · {network} · {when}"


def compare_runs() -> None:
    """Draw a table of all runs, folded away until somebody wants it."""
    table = st.expander(
        "Compare all runs", icon=":material/table_rows:", key="_t_compare", on_change="rerun"
    )
    if not table.open:
        return
    rows = [_row(run, str(run.path), _size(run), run.is_alive()) for run in list_runs()]
    with table:
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "Test images right": st.column_config.NumberColumn(format="percent"),
                "Training time": st.column_config.NumberColumn(format="%.1f s"),
            },
            alt="All runs with their outcome",
        )


def _size(run: Run) -> int:
    events = run.path / "events.jsonl"
    return events.stat().st_size if events.exists() else 0


@st.cache_data(max_entries=500, show_spinner=False)
def _row(_run: Run, path: str, size: int, alive: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001
    row: dict[str, Any] = {"Run": _label(_run, path)}
    try:
        config, state = _run.config, _run.state()
    except RunError as error:
        return row | {"Status": str(error)}
    recipe = config.recipe
    return row | {
        "Status": state.status,
        "Test images right": state.evaluations[-1].accuracy if state.evaluations else None,
        "Training time": state.seconds,
        "Epochs": recipe.epochs,
        "Learning rate": recipe.learning_rate,
        "Optimiser": recipe.optimiser,
        "Batch": recipe.batch_size,
        "Seed": recipe.seed,
    }
