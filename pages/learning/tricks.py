"""The tricks, one by one: dropout, batch norm, response norm, augmentation, optimisers."""

import streamlit as st

from cnnviz.pages import page_at
from cnnviz.ui.learning.tricks.tricks import TRICKS
from cnnviz.ui.shared.choice import choice

chosen = choice(
    st.segmented_control, "Trick", {id: one.title for id, one in TRICKS.items()}, "dropout",
    key="trick", label_visibility="collapsed",
)  # fmt: skip
trick = TRICKS[chosen]
st.markdown(trick.about)
trick.show()
st.caption("What each trick does to a whole run:")
with st.container(horizontal=True):
    for preset, label in trick.races.items():
        st.page_link(
            page_at("race").script, label=label, icon=page_at("race").icon,
            query_params={"r_preset": preset},
        )  # fmt: skip
