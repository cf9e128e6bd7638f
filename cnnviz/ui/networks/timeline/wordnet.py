"""Part of WordNet as a tree to open and close."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.ui.networks.timeline.history import TREE, Node

_STYLE = """<style>
.kinds summary { min-height: 2.5rem; display: flex; align-items: center; cursor: pointer; }
.kinds summary::before { content: "▸"; width: 1.2rem; }
.kinds details[open] > summary::before { content: "▾"; }
.kinds details, .kinds p { margin: 0 0 0 1.2rem; }
.kinds p { min-height: 1.9rem; padding-left: 1.2rem; }
</style>"""


def tree() -> None:
    """Draw it, its first two levels open."""
    st.html(f'{_STYLE}<div class="kinds">{_branch(TREE, 0)}</div>')


def _branch(node: Node, level: int) -> str:
    name, count, below = node
    text = escape(name) + ("" if count is None else f" ({count:,})")
    if not below:
        return f"<p>{text}</p>"
    inside = "".join(_branch(one, level + 1) for one in below)
    is_open = " open" if level < 1 else ""
    return f"<details{is_open}><summary>{text}</summary>{inside}</details>"
