"""What this is, where to start, and in what order a lecture would go."""

from pathlib import Path

import streamlit as st

from cnnviz.components.stepper import stepper
from cnnviz.convolution import lecture_examples

SCREENSHOTS = Path(__file__).parent.parent / "assets" / "screenshots"
# In the order a lecture would take.
STEPS = [
    (
        "filters",
        "Filters",
        "Start with a picture: edges, blur and sharpening by hand-made kernels.",
    ),
    ("step", "Step through a convolution", "One output cell at a time: stride, padding, dilation."),
    (
        "lab/tour",
        "Convolution lab",
        "Every idea about convolution in a lecture, to hold and change.",
    ),
    ("train", "Train", "Let a network find its own kernels, watch them form, and wind it back."),
    ("race", "Race", "Two to six ways to train, with one difference, on one chart."),
    ("inside", "Look inside", "What it learned: filters, feature maps, class activation maps."),
]

st.title("See a convolutional network")
st.markdown(
    "Bring a picture, filter it by hand, step through the arithmetic, train a small network on"
    " real data, and look inside it with the same picture."
)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Start with a picture", icon=":material/play_arrow:", type="primary"):
        st.switch_page("../pages/filters.py")
    device = st.empty()

# The whole of a card leads where its title does: most people press the picture.
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
            card = SCREENSHOTS / f"{short}-card.webp"
            st.image(card, width="stretch", alt=f"The page “{title}”")
            number = STEPS.index((name, title, text)) + 1
            st.page_link(f"../pages/{name}.py", label=f"**{number}. {title}**")
            st.caption(text)

st.subheader("This is all a convolution does")
example = lecture_examples()[0]
st.caption(f"{example.shows} Point at any cell.")
stepper(example.trace(), key="home_stepper")

# Imports torch, so it comes last: the page is already up.
from cnnviz.training import describe_device  # noqa: E402

device.caption(f":material/memory: Training will run on {describe_device()}.")
