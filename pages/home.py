"""What this is, where to start, and in what order a lecture would go."""

from pathlib import Path

import streamlit as st

from cnnviz.components.stepper import stepper
from cnnviz.convolution import lecture_examples
from cnnviz.ui.lab import themed

SCREENSHOTS = Path(__file__).parent.parent / "assets" / "screenshots"
# In the order a lecture would take.
STEPS = [
    (
        "filters",
        "Filters",
        "Find edges in your own picture, blur it or sharpen it with hand-designed kernels.",
    ),
    (
        "step",
        "Step through a convolution",
        "Compute one output cell at a time; change stride, padding and dilation.",
    ),
    (
        "lab/tour",
        "Convolution lab",
        "Try every convolution idea from the lecture, hands-on.",
    ),
    (
        "train",
        "Train",
        "Let a network learn its own kernels, watch them form, and rewind the training.",
    ),
    ("race", "Race", "Compare two to six runs that differ in one setting, on one chart."),
    (
        "inside",
        "Look inside",
        "See what a trained network learned: filters, feature maps, class activation maps.",
    ),
]

st.title("See a convolutional network")
st.markdown(
    "A convolutional neural network (CNN) recognises what a picture shows. It slides small"
    " kernels over the picture and learns their weights from examples."
)
figure, start = st.columns([3, 1], gap="medium")
with figure:
    example = lecture_examples()[0]
    st.caption(f"**This is all a convolution does.** {example.shows}")
    stepper(example.trace(), key="home_stepper")
with start:
    st.markdown(
        "Filter a picture of your own, follow the arithmetic cell by cell, train a small network"
        " on real data, and look inside it with the same picture."
    )
    if st.button(
        "Start with a picture", icon=":material/play_arrow:", type="primary", width="stretch"
    ):
        st.switch_page("../pages/filters.py")
    device = st.empty()

# The whole card is a link, as its title is: most people press the picture.
st.html(
    "<style>[class*=st-key-card-] { position: relative; cursor: pointer }"
    " [class*=st-key-card-] :is([data-testid=stElementContainer], [data-testid=stPageLink],"
    " [data-testid=stPageLink] *) { position: static }"
    " [class*=st-key-card-] a::after { content: ''; position: absolute; inset: 0 }</style>"
)
for row in (STEPS[:3], STEPS[3:]):
    for column, (name, title, text) in zip(st.columns(3), row, strict=True):
        short = name.rpartition("/")[2]
        with column.container(border=True, height="stretch", key=f"card-{short}"):
            card = themed(SCREENSHOTS / f"{short}-card.webp")
            st.image(card, width="stretch", alt=f"The page “{title}”")
            number = STEPS.index((name, title, text)) + 1
            st.page_link(f"../pages/{name}.py", label=f"**{number}. {title}**")
            st.caption(text)

# Imports torch, so it comes last: the page is already up.
from cnnviz.training import describe_device  # noqa: E402

device.caption(f":material/memory: Training will run on {describe_device()}.")
