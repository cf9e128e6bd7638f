"""Race: several ways to train on the same pictures, all curves on one chart."""

import streamlit as st

from cnnviz.components.live import race as draw_race
from cnnviz.training.race.runs import at_work, stop_all, uneven
from cnnviz.ui.race.result import go_on, say_result
from cnnviz.ui.race.runs import ANY, choose_runs
from cnnviz.ui.race.start import FORM, new_race
from cnnviz.ui.shared import actions, role
from cnnviz.ui.shared.phone import behind_a_button, was_opened
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.what_is_shown import show_to_all

form, notice = settings(), st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen, runs = choose_runs(notice)
    if role.is_presenter() and at_work(runs):
        actions.button("Stop the race", ":material/stop:", lambda: stop_all(runs), name="stop_race")
    if chosen != ANY:
        show_to_all(runs)

if role.is_presenter():
    fresh = chosen == ANY  # else the race comes first
    with form:
        place = behind_a_button("Set up a new race", FORM)
    opened = fresh or was_opened(FORM)
    with place.expander("Set up a new race", icon=":material/flag:", expanded=opened):
        new_race()

if runs:
    above, figure = st.container(), st.container()
    with above:
        go_on(runs)
        say_result(runs)
    with figure:
        draw_race(
            [run.id for run in runs],
            key="r_view",
            status="running" if at_work(runs) else "finished",
            uneven=uneven(runs),
        )
    st.caption(
        "Point at a curve to read its values. Steps compare what the networks learn from the same"
        " number of pictures; seconds compare what that costs, if this computer does nothing else."
    )
else:
    st.info("Choose up to six runs to see their curves on one chart.")
