"""The way from other pages to the run that the presenter shows."""

from __future__ import annotations

import streamlit as st

from cnnviz.pages import page_at
from cnnviz.runs import chosen_run, find_run, shown_run
from cnnviz.training.labels import run_name
from cnnviz.ui.shared.text import plain


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
