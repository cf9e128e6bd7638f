"""The timeline: how convolutional networks came about, and what they cost and erred."""

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.history import Along, errors_figure
from cnnviz.pages import page_at
from cnnviz.ui.networks.timeline.history import LANDMARKS
from cnnviz.ui.networks.timeline.sections import imagenet, landmarks_table, lecture_slips
from cnnviz.ui.shared.choice import choice

ALONG: dict[Along, str] = {"year": "Year", "parameters": "Parameters", "macs": "Multiply-adds"}
PAPERS = page_at("paper_networks")

along = choice(
    st.segmented_control, "Error on ImageNet against", ALONG, "year", key="along",
)  # fmt: skip
points = [
    (
        one.name,
        place,
        one.error,
        f"{PAPERS.url}?network={one.plan}" if one.plan else "",
        one.side,
    )
    for one in LANDMARKS
    if one.error is not None and (place := getattr(one, along)) is not None
]
chart(
    errors_figure(
        points,
        along=along,
        largest=20,
    ),
    key="ti_errors",
    alt=f"Top-5 error of {len(points)} networks against {ALONG[along].lower()}",
)
st.caption(
    "Errors of single networks on the validation pictures, as their papers give them; some average"
    " over more crops of each picture than others. Press a blue point to open the network."
)
with st.container(horizontal=True):
    for one in LANDMARKS:
        if one.plan:
            st.page_link(PAPERS.script, label=one.name, query_params={"network": one.plan})

landmarks_table()
lecture_slips()
imagenet()
