"""The entries of the navigation: one for each page."""

from __future__ import annotations

import copy
import functools

import streamlit as st

from cnnviz.pages import IN_THE_BAR, PAGES


def entries() -> dict[str, list[st.Page]]:
    """What `st.navigation` gets: the pages of each group, by its heading.

    Streamlit looks each script up on the disk. That is done once, and not for each run of each
    page. It notes in an entry whether this run may show it, so every run has its own copies.
    """
    return {group: [copy.copy(entry) for entry in made] for group, made in _made().items()}


@functools.cache
def _made() -> dict[str, list[st.Page]]:
    groups: dict[str, list[st.Page]] = {}
    for row in PAGES:
        entry = st.Page(
            row.script,
            url_path=row.url,
            title=row.menu or row.title,
            icon=row.icon,
            help=row.about or None,
            default=not row.url,
        )
        groups.setdefault(IN_THE_BAR.get(row.group, row.group), []).append(entry)
    return groups
