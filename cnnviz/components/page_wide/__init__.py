"""What holds on every page: copying, history, the Tab key, names, a notice of the class's question.

Each part is a module of its own, installed once in each browser tab.
"""

from __future__ import annotations

import streamlit as st

from cnnviz.components.sources import register

_component = register("page_wide", isolate_styles=False)


def page_wide(*, votes: bool) -> bool:
    """Install these parts; call it before the page, which a click may cut short.

    Args:
        votes: Whether this browser is to say when the class is asked something.

    Returns:
        Whether the person has just asked to be led to the question.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    result = _component(
        key="page_wide",
        height=1,
        data={"votes": votes, "base": f"/{base}" if base else ""},
        on_vote_change=lambda: None,
    )
    return bool(result.get("vote"))
