"""The script of every page: configuration, navigation, header. Started by `app.py`."""

from pathlib import Path

import streamlit as st

from cnnviz.components.clipboard import copy_anywhere
from cnnviz.components.history import one_entry_per_page
from cnnviz.components.keys import tab_enters_panels
from cnnviz.components.names import plain_names
from cnnviz.ui import role
from cnnviz.ui.address import drop_endless_numbers
from cnnviz.ui.join import join_button
from cnnviz.ui.lab import TOPICS
from cnnviz.ui.picture import choose_picture
from cnnviz.ui.projecting import follow_the_address, size_button
from cnnviz.ui.text import plain

PAGES = [
    st.Page("../pages/home.py", title="Home", icon=":material/home:", default=True),
    st.Page(
        "../pages/filters.py",
        title="Filters",
        icon=":material/blur_on:",
        help="Apply Sobel, Gaussian, median and other hand-designed filters to your own picture.",
    ),
    st.Page(
        "../pages/step.py",
        title="Step through a convolution",
        icon=":material/grid_on:",
        help="Compute one output cell at a time, with any stride, padding and dilation.",
    ),
    st.Page(
        "../pages/train.py",
        title="Train",
        icon=":material/model_training:",
        help="Train a small network on real data and watch it learn.",
    ),
    st.Page(
        "../pages/race.py",
        title="Race",
        icon=":material/flag:",
        help="Compare two to six runs that differ in one setting, on one chart.",
    ),
    st.Page(
        "../pages/inside.py",
        title="Look inside",
        icon=":material/troubleshoot:",
        help="See the learned filters, feature maps and class activation maps of a trained"
        " network.",
    ),
]
USE_A_PICTURE = {
    "filters",
    "step",
    "inside",
    "pixels",
    "frequency",
    "activation",
    "field",
    "volumes",
}
ASSETS = Path(__file__).parent.parent / "assets"

st.logo(ASSETS / "logo.svg", size="large")
st.html(Path(__file__).parent / "main.css")

LAB = [
    st.Page("../pages/lab/tour.py", title="Tour of the lab", icon=":material/map:"),
    *(
        st.Page(
            f"../pages/lab/{topic.page}.py",
            title=topic.title,
            icon=f":material/{topic.icon}:",
            help=topic.about,
        )
        for topic in TOPICS
    ),
]

# Before the navigation, which else takes the page's icon for the tab, from a server of Google's.
st.set_page_config(page_icon=ASSETS / "icon.svg", layout="wide")
page = st.navigation({"": PAGES, "Convolution lab": LAB}, position="top")
st.set_page_config(page_title=f"{page.title} · cnnviz" if page.url_path else "cnnviz")
plain_names()
tab_enters_panels()
dropped = drop_endless_numbers(page.url_path)
one_entry_per_page()  # before the page, which a quick click may cut short
copy_anywhere()
follow_the_address()
if role.has_lapsed():
    st.warning(
        "The classroom was restarted since this browser last presented: open the new presenter link"
        " from the terminal. Until then, this browser can only watch."
    )
if dropped:
    names = ", ".join(plain(name[:20]) for name in dropped[:5])
    st.warning(f"This link asks for numbers that no setting can have ({names}): they are ignored.")
if page.url_path:
    header = st.container(horizontal=True, vertical_alignment="center")
    header.title(page.title, width="stretch")
    with header:
        size_button()
        join_button()
    if page.url_path in USE_A_PICTURE:
        notice = st.container()
        with header:
            choose_picture(notice)
page.run()
