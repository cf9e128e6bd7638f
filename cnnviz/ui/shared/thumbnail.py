"""The picture of a page on its card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from cnnviz.catalogue import Page

SCREENSHOTS = Path(__file__).parents[3] / "assets" / "screenshots"


def thumbnail(page: Page) -> Path | None:
    """Find the picture of a page, the dark one where the app is dark and there is one.

    Returns:
        None if no card leads to the page, or no picture of it has been taken yet.
    """
    if not page.thumbnail:
        return None
    picture = SCREENSHOTS / page.thumbnail
    dark = picture.with_stem(f"{picture.stem}-dark")
    if st.context.theme.type == "dark" and dark.is_file():
        return dark
    return picture if picture.is_file() else None
