"""The picture of a page on its card."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.imaging import encode_jpeg, load_picture

if TYPE_CHECKING:
    from cnnviz.pages import Page

SCREENSHOTS = Path(__file__).parents[3] / "assets" / "screenshots"


def show_thumbnail(page: Page, title: str) -> None:
    """Draw the picture of a page on the card of this title, if there is one."""
    if picture := thumbnail(page):
        st.image(_jpeg(picture), width="stretch", alt=f"The page “{title}”")


@functools.cache
def _jpeg(picture: Path) -> bytes:
    """A picture as Streamlit sends it unchanged: WebP it would make anew for each run."""
    return encode_jpeg(load_picture(picture.read_bytes()).pixels, quality=90)


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
