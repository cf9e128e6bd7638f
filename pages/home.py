"""What this is, where to start, and in what order a lecture would go."""

import streamlit as st

from cnnviz.components.stepper import stepper
from cnnviz.convolution import lecture_examples
from cnnviz.pages import PAGES, page_at
from cnnviz.ui.shared import role
from cnnviz.ui.shared.thumbnail import show_thumbnail

st.title("See a convolutional network")
watch = st.empty()
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
        st.switch_page(page_at("filters").script)
    device = st.empty()

# The whole card is a link, as its title is: most people press the picture.
st.html(
    "<style>[class*=st-key-card-] { position: relative; cursor: pointer }"
    " [class*=st-key-card-] :is([data-testid=stElementContainer], [data-testid=stPageLink],"
    " [data-testid=stPageLink] *) { position: static }"
    " [class*=st-key-card-] a::after { content: ''; position: absolute; inset: 0 }</style>"
)
cards = list(enumerate((page for page in PAGES if page.on_home), start=1))
for first in range(0, len(cards), 3):
    for column, (number, page) in zip(st.columns(3), cards[first : first + 3], strict=False):
        title = page.group or page.title  # one card leads to a whole group
        with column.container(border=True, height="stretch", key=f"card-{page.url}"):
            show_thumbnail(page, title)
            st.page_link(page.script, label=f"**{number}. {title}**")
            st.caption(page.on_home)

# Imports torch, so it comes last: the page is already up.
from cnnviz.training import describe_device  # noqa: E402
from cnnviz.ui.shared.what_is_shown import link_to_what_is_shown  # noqa: E402

if not role.is_presenter():
    with watch:
        link_to_what_is_shown()
device.caption(f":material/memory: Training will run on {describe_device()}.")
