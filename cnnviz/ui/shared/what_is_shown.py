"""The way from other pages to the run that the presenter shows."""

from __future__ import annotations

import streamlit as st

from cnnviz.pages import page_at
from cnnviz.runs import chosen_run, find_run, shown_run
from cnnviz.training.labels import run_name
from cnnviz.ui.shared.text import plain


def link_to_what_is_shown() -> None:
    """Draw a link to Train that says which run is to be seen there; nothing if there is none."""
    run = find_run(shown_run())
    if run is None or (run.shipped and run.id != chosen_run()):
        return
    train, name = page_at("train"), plain(run_name(run))
    st.page_link(
        train.script,
        label=f"**{name} is training now: watch it**"
        if run.is_alive()
        else f"**The presenter shows {name}: watch it**",
        icon=train.icon,
    )
