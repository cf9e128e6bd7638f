"""Features by hand: what people measured in pictures before networks learned what to measure."""

import streamlit as st

from cnnviz.ui.learning.hand_designed.features import directions, keypoints, learned, worth

st.caption(
    "Before 2012, people designed what a classifier gets to see. Two designs ruled: histograms of"
    " oriented gradients (HOG) and keypoints that are found again (SIFT). A network learns its"
    " features instead."
)
st.header("HOG: which directions, cell by cell")
directions()
st.header("SIFT: points that are found again")
keypoints()
st.header("What are they worth?")
worth()
st.header("Learned filters on the same picture")
learned()
