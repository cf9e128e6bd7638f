"""Two streams, Deep Fried: two networks that the lectures name, by the idea of each."""

import streamlit as st

from cnnviz.ui.networks.two_ideas.fried import deep_fried
from cnnviz.ui.networks.two_ideas.streams import two_streams
from cnnviz.ui.shared.lazy_section import lazy_section

st.header("Two streams: a picture, and how it moves")
two_streams()
lazy_section("fried", deep_fried)
