"""Features by hand: what people measured in pictures before networks learned what to measure."""

import streamlit as st

from cnnviz.ui.learning.hand_designed.features import directions, keypoints, learned, worth
from cnnviz.ui.shared.lazy_section import lazy_section

st.caption(
    "Before 2012, people designed what a classifier gets to see. Two designs ruled: histograms of"
    " oriented gradients (HOG) and keypoints that are found again (SIFT). A network learns its"
    " features instead."
)
st.header("HOG: which directions, cell by cell")
directions()
lazy_section("keypoints", keypoints)
lazy_section("worth", worth)
lazy_section("learned", learned)
