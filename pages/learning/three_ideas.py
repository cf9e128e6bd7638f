"""Three ideas, switched: local fields, shared weights, pooling; and overfitting."""

import streamlit as st

from cnnviz.ui.learning.three_ideas.ideas import ideas_section
from cnnviz.ui.learning.three_ideas.overfitting import overfitting_section
from cnnviz.ui.shared.choice import choice

VIEWS = {"ideas": "The three ideas", "overfitting": "Overfitting"}

view = choice(
    st.segmented_control, "Show", VIEWS, "ideas", key="ideas_view", label_visibility="collapsed"
)
if view == "ideas":
    st.markdown(
        "Pictures have **structure nearby**, so units may see small fields; the same edge occurs"
        " **anywhere**, so fields may share weights; and a digit stays the same **a little to the"
        " side**, so neighbouring answers may be pooled. Which of the three helps, and with how"
        " many parameters?"
    )
    ideas_section()
else:
    st.markdown(
        "A network **overfits** if it has so many parameters for so little data that it learns the"
        " training pictures by heart: their loss goes on falling while that of new pictures rises."
        " The two curves part."
    )
    overfitting_section()
