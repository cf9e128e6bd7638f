"""Two streams, Deep Fried: two networks that the lectures name, by the idea of each."""

import streamlit as st

from cnnviz.ui.networks.two_ideas.fried import deep_fried
from cnnviz.ui.networks.two_ideas.streams import two_streams

st.header("Two streams: a picture, and how it moves")
two_streams()
st.header("Deep Fried: a layer of three diagonals")
deep_fried()
