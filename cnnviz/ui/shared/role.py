"""Who sits at this browser: the presenter, or somebody who watches.

Ask inside the action, not only where its button is drawn: a viewer can send any message that a
presenter's browser could.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz import classroom
from cnnviz.classroom import NotPresenterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnviz.runs import Run

__all__ = ["NotPresenterError", "has_lapsed", "is_presenter", "owns", "presenter_only", "viewer_id"]


def _cookies() -> Mapping[str, str]:
    # HttpOnly cookies too: they come with the handshake of the session's WebSocket.
    return st.context.cookies


def is_presenter() -> bool:
    """Whether this session presents; always, when the app is not open to a classroom."""
    return classroom.is_presenter(_cookies())


def has_lapsed() -> bool:
    """Whether this session's browser presented before the classroom was started anew."""
    return classroom.has_lapsed(_cookies())


def viewer_id() -> str:
    """What this browser is called as the owner of runs and as a voter; "" without a cookie."""
    return classroom.viewer_of(_cookies())


def owns(run: Run) -> bool:
    """Whether this session started the run as a viewer.

    Raises:
        RunError: The run cannot be read.
    """
    viewer = viewer_id()
    return bool(viewer) and run.config.owner == viewer


def presenter_only() -> None:
    """Refuse whoever does not present.

    Raises:
        NotPresenterError: This session only watches.
    """
    if not is_presenter():
        raise NotPresenterError("Only the presenter can do this.")
