"""The tour: every page of the lab, in the order of a lecture, and a search."""

import streamlit as st

from cnnviz.pages import TOPICS
from cnnviz.ui.lab.tour.blanks import blanks_section
from cnnviz.ui.shared.lazy_section import lazy_section
from cnnviz.ui.shared.thumbnail import show_thumbnail

words = st.text_input(
    "Search",
    key="to_search",
    bind="query-params",
    placeholder="A word from the lecture, such as im2col",
    icon=":material/search:",
    label_visibility="collapsed",
)
found = [
    (number, topic) for number, topic in enumerate(TOPICS, start=1) if topic.matches(words or "")
]
if not found:
    st.info("No page contains all of these words. Try a single or a shorter word.")
for first in range(0, len(found), 3):
    for column, (number, topic) in zip(st.columns(3), found[first : first + 3], strict=False):
        with column.container(border=True, height="stretch", key=f"card-{topic.url}"):
            show_thumbnail(topic, topic.title)
            st.page_link(
                topic.script,
                label=f"**{number}. {topic.title}**",
                icon=topic.icon,
            )
            st.markdown(topic.about)
            st.caption(" · ".join(topic.terms))

lazy_section("blanks", blanks_section)
