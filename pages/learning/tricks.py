"""The tricks, one by one: dropout, batch norm, response norm, augmentation, optimisers."""

import streamlit as st

from cnnviz.catalogue import page_at
from cnnviz.ui.learning.tricks.sections import SECTIONS
from cnnviz.ui.shared.choice import choice

trick = choice(
    st.segmented_control, "Trick", {id: one.title for id, one in SECTIONS.items()}, "dropout",
    key="trick", label_visibility="collapsed",
)  # fmt: skip
section = SECTIONS[trick]
st.markdown(section.about)
section.show()
st.caption("What each trick does to a whole run:")
with st.container(horizontal=True):
    for preset, label in section.races.items():
        st.page_link(
            page_at("race").script, label=label, icon=page_at("race").icon,
            query_params={"r_preset": preset},
        )  # fmt: skip
