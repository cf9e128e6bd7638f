"""A run that has ended: its curves and its confusion matrix, to zoom into and to compare."""

from __future__ import annotations

from typing import NamedTuple, cast

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.confusion_matrix import confusion_difference_figure, confusion_figure
from cnnviz.figures.curves import Along, curves_figure
from cnnviz.runs import Run, RunError, RunState, list_runs
from cnnviz.training.labels import run_label
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.text import plain
from cnnviz.ui.train.repeat import overlays

_NOBODY, _LAST = "none", "_t_with_run"
_ALONG = {"step": "Steps", "seconds": "Seconds", "epoch": "Epochs"}
_MATRICES = {"this": "This run", "other": "The other run", "difference": "Difference"}


class _Matrix(NamedTuple):
    """The last confusion matrix of a run, and the step and the number of pictures it is from."""

    step: int
    images: int
    counts: tuple[tuple[int, ...], ...]


def show_finished(run: Run, state: RunState) -> None:
    """Draw the curves and the confusion matrix of a run, beside those of another one.

    Args:
        run: A run that has ended.
        state: Its state.
    """
    if not state.evaluations:
        return
    st.header("Zoom in and compare", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other, other_state = _choose_other(run)
        along = choice(st.segmented_control, "Horizontal axis", _ALONG, "step", key="t_along")
        log = st.toggle("Logarithmic loss", key="t_log", bind="query-params")
    task = task_of(run.config)
    measure = task.measures[0]
    runs = [(run_label(run), state)]
    if other and other_state:
        runs.append((run_label(other), other_state))
    chart(
        curves_figure(
            runs,
            along=cast("Along", along),
            log=log,
            measure=(measure.name, measure.title, measure.unit),
        ),
        key="_t_curves",
        alt=f"Loss and {measure.title} of {' and '.join(name for name, _ in runs)}",
    )
    mine, theirs = (_matrix(one) if one else None for one in (state, other_state))
    if mine and task.output == "class":
        comparable = other is not None and other.config.classes == run.config.classes
        _show_matrix(run.config.classes, mine, theirs if comparable else None)


def _choose_other(run: Run) -> tuple[Run | None, RunState | None]:
    """Draw the list of runs to compare with; a copy is at first compared with its original."""
    runs = {one.id: one for one in list_runs() if one.id != run.id and _alike(one, run)}
    titles = {_NOBODY: "No other run"} | {id: run_label(one) for id, one in runs.items()}
    usual = next((id for id in overlays(run) if id in runs), _NOBODY)
    if st.session_state.get(_LAST, run.id) != run.id:
        choose("t_with", usual)
    st.session_state[_LAST] = run.id
    other = runs.get(choice(st.selectbox, "Compare with", titles, usual, key="t_with", width=380))
    if other is None:
        return None, None
    try:
        _ = other.config
        return other, other.known_state()
    except RunError as error:
        st.warning(f"The other run cannot be read: {plain(str(error))}")
        return None, None


def _alike(one: Run, other: Run) -> bool:
    """Whether two runs were asked for the same kind of thing."""
    try:
        return one.config.task == other.config.task
    except RunError:
        return True  # choosing it says why it cannot be read


def _show_matrix(classes: tuple[str, ...], mine: _Matrix, theirs: _Matrix | None) -> None:
    asked = "this"
    words = f"The matrix was counted at step {mine.step:,} on {mine.images:,} test pictures."
    if theirs:
        asked = choice(
            st.segmented_control, "Confusion matrix of", _MATRICES, "this", key="t_matrix"
        )
        words += f" That of the other run was counted at step {theirs.step:,} on {theirs.images:,}."
    if theirs and asked == "difference":
        figure = confusion_difference_figure(mine.counts, theirs.counts, classes)
        words += (
            " The difference is in percentage points of each true class: blue is more often in this"
            " run, orange more often in the other one."
        )
    else:
        counted = theirs if theirs and asked == "other" else mine
        figure = confusion_figure(counted.counts, classes)
    chart(figure, key="_t_matrix_chart", alt=f"Confusion matrix: {_MATRICES[asked].lower()}")
    st.caption(words)


def _matrix(state: RunState) -> _Matrix | None:
    for tested in reversed(state.evaluations):
        if tested.confusion:
            return _Matrix(tested.step, tested.images, tested.confusion)
    return None
