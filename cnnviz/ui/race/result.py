"""The answer to a race's question, and where to go from a race."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.numbers.formatting import isolated
from cnnviz.pages import page_at
from cnnviz.runs import RunError
from cnnviz.training.labels import run_name
from cnnviz.training.race.result import verdict
from cnnviz.training.race.runs import at_work
from cnnviz.training.tasks import CLASSIFY, task_of
from cnnviz.ui.shared.run_list import tells_classes
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Run
    from cnnviz.training.tasks import Task


def say_result(runs: Sequence[Run]) -> None:
    """Draw the answer to the race's question, once all lanes are through."""
    states, pictures = [], set()
    task: Task = CLASSIFY
    for run in runs:
        try:
            states.append(run.known_state())
            pictures.add((run.config.dataset, run.config.dataset_title))
            task = task_of(run.config)
        except RunError:
            return
    if len(pictures) > 1:
        titles = " and ".join(sorted(title for _, title in pictures))
        st.markdown(
            f"These runs learn from different pictures ({plain(titles)}), so neither how well"
            " they do nor their losses can be compared."
        )
        return
    names = [isolated(run_name(run)) for run in runs]
    if text := verdict(names, states, task):
        st.markdown(f"**Result.** {plain(text)}")


def go_on(runs: Sequence[Run]) -> None:
    """Draw a link for each run to what comes next: watching it, or, at its end, looking inside.

    A run that gives pictures is looked at where its pictures are.
    """
    going = bool(at_work(runs))
    with st.container(horizontal=True, gap="small"):
        for run in runs:
            page, parameter, words = page_at("train"), "t_run", "Watch" if going else "Look at"
            if not going and tells_classes(run):
                page, parameter, words = page_at("inside"), "i_run", "Look inside"
            st.page_link(
                page.script,
                label=f"{words}: {plain(run_name(run))}",
                icon=page.icon,
                query_params={parameter: run.id},
            )
