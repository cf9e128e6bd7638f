"""Results that are computed step by step, kept for whoever asks next even if stopped halfway."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Hashable

_MOST = 48


class Kept:
    """The dictionaries used last, by their key; a new key gets an empty one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, dict[Any, Any]] = OrderedDict()

    def of(self, key: Hashable) -> dict[Any, Any]:
        """The dictionary of a key, for all sessions; results that are put into it are kept."""
        with self._lock:
            found = self._found.setdefault(key, {})
            self._found.move_to_end(key)
            if len(self._found) > _MOST:
                self._found.popitem(last=False)
            return found


@st.cache_resource(show_spinner=False)
def kept() -> Kept:
    """What all sessions share."""
    return Kept()


def stopped(key: str) -> bool:
    """Whether this person stopped the computation of this name."""
    return bool(st.session_state.get("_i_stopped") == key)


def stop(key: str) -> None:
    """In a callback: stop the computation of this name; "" lets all of them go on."""
    st.session_state["_i_stopped"] = key
