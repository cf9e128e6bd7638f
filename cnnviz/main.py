"""The script of every page: configuration, navigation, header. Started by `app.py`."""

from pathlib import Path

import streamlit as st

from cnnviz import classroom
from cnnviz.components.page_wide import page_wide
from cnnviz.pages import page_at
from cnnviz.ui.shared import role
from cnnviz.ui.shared.address import drop_endless_numbers
from cnnviz.ui.shared.header import show_header
from cnnviz.ui.shared.navigation import entries
from cnnviz.ui.shared.projecting import follow_the_address
from cnnviz.ui.shared.run_list import leave
from cnnviz.ui.shared.text import plain

ASSETS = Path(__file__).parent.parent / "assets"

st.logo(ASSETS / "logo.svg", size="large")
st.html(Path(__file__).parent / "main.css")  # what themes and options of Streamlit leave out

# Before the navigation, which else takes the page's icon for the tab, from a server of Google's.
st.set_page_config(page_icon=ASSETS / "icon.svg", layout="wide")
page = st.navigation(entries(), position="top")
declared = page_at(page.url_path)
st.set_page_config(page_title=f"{declared.title} · cnnviz" if declared.url else "cnnviz")
led_to_vote = page_wide(votes=classroom.is_open() and not role.is_presenter())
dropped = drop_endless_numbers(page.url_path)
follow_the_address()
if led_to_vote:
    leave()  # whatever run was chosen: the question is about the one that all follow
    st.switch_page(page_at("train").script)
if role.has_lapsed():
    st.warning(
        "The classroom was restarted since this browser last presented: open the new presenter link"
        " from the terminal. Until then, this browser can only watch."
    )
if dropped:
    names = ", ".join(plain(name[:20]) for name in dropped[:5])
    st.warning(f"This link asks for numbers that no setting can have ({names}): they are ignored.")
if declared.url:
    show_header(declared)
page.run()
