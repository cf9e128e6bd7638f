"""The header of every page but Home: its title, a few buttons, and the choice of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui.shared.join_qr_code import join_button
from cnnviz.ui.shared.picture import choose_picture
from cnnviz.ui.shared.projecting import size_button

if TYPE_CHECKING:
    from cnnviz.pages import Page


def show_header(page: Page) -> None:
    """Draw the header, and below it what there is to say about an uploaded picture."""
    header = st.container(horizontal=True, vertical_alignment="center")
    header.title(page.title, width="stretch")
    with header:
        size_button()
        join_button()
    if page.uses_picture:
        notice = st.container()
        with header:
            choose_picture(notice, page.first_picture)
