"""The run that the presenter shows: choosing it, and the way to it from other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz import classroom
from cnnviz.pages import page_at
from cnnviz.runs import chosen_run, find_run, show_run_to_all, shown_run
from cnnviz.training.labels import run_name
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import button
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Run


def link_to_what_is_shown() -> None:
    """Draw a link to Train, where a viewer sees what the presenter shows, or waits for it."""
    run = find_run(shown_run())
    if run is None or (run.shipped and run.id != chosen_run()):
        # Home does not follow: who comes early is sent to the page that does.
        label = "Follow the presenter"
    elif run.is_alive():
        label = f"{plain(run_name(run))} is training now: watch it"
    else:
        label = f"The presenter shows {plain(run_name(run))}: watch it"
    train = page_at("train")
    st.page_link(train.script, label=f"**{label}**", icon=train.icon)


def show_to_all(runs: Sequence[Run]) -> None:
    """Draw the presenter's button that shows the first of some runs, unless one of them is shown.

    Args:
        runs: A run, or the lanes of a race: whoever is shown a lane is led to the race from there.
    """
    if not (classroom.is_open() and role.is_presenter()) or shown_run() in [r.id for r in runs]:
        return
    race = len(runs) > 1
    button(
        "Show to all",
        ":material/cast_for_education:",
        lambda: show_run_to_all(runs[0].id),
        primary=True,
        help="From now on, everybody who follows you sees a lane of this race on Train, with a link"
        " to the whole race."
        if race
        else "From now on, everybody who follows you sees this run.",
    )


def link_to_race(run: Run) -> None:
    """Draw a link from a lane to its race; nothing for a run of no race."""
    if run.config.group:
        race = page_at("race")
        st.page_link(
            race.script,
            label="Watch the whole race",
            icon=race.icon,
            query_params={"r_race": run.config.group},
        )
