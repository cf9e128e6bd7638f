"""What takes long is computed piece by piece, and drawn while it is: each run adds a few pieces."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from cnnviz.ui.shared.kept import kept, stop, stopped
from cnnviz.ui.shared.zoo import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from streamlit.delta_generator import DeltaGenerator

Item = TypeVar("Item")
_SECONDS = 0.4  # of a run, for new pieces


@dataclass(eq=False)
class Gathered(Generic[Item]):
    """The pieces so far, and where the others come from.

    Attributes:
        name: Tells it from all others.
        steps: Gives the pieces; all sessions share it, and take turns.
        items: Those that are there.
        whole: Whether there are no more.
    """

    name: str
    steps: Iterator[Item]
    items: list[Item] = field(default_factory=list)
    whole: bool = False

    def more(self, place: DeltaGenerator, seconds: float) -> None:
        """Add pieces for so long, at least one; `place` is an `st.empty()` for those who wait."""
        with turn(place):
            since = time.monotonic()
            while not self.whole:
                try:
                    self.items.append(next(self.steps))
                except StopIteration:
                    self.whole = True
                if time.monotonic() - since >= seconds:
                    break


def gathered(key: Hashable, steps: Callable[[], Iterator[Item]]) -> Gathered[Item]:
    """The pieces so far; at least the first.

    Args:
        key: What they depend on.
        steps: Begins to compute them; called once for a key.
    """
    known = kept().of(("gathered", key))
    # Two sessions may begin at the same moment: the one that was first counts.
    found: Gathered[Item] = known.setdefault("it", Gathered(str(key), steps()))
    if not found.items and not found.whole:
        found.more(st.empty(), 0)
    return found


def gather_on(found: Gathered[Item], total: int, words: str) -> None:
    """Say how far it is, and let the page run again with more; drawn below what it is about.

    Args:
        found: The pieces.
        total: How many there will be.
        words: What is being done.
    """
    if found.whole:
        return
    if stopped(found.name):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{words}: stopped.", width="content")
            st.button("Go on", key="_gather_on", on_click=stop, args=("",))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, len(found.items) / total), text=words)
        st.button(
            "Stop", icon=":material/stop:", key="_gather_stop", on_click=stop,
            args=(found.name,),
        )  # fmt: skip
    # What is drawn so far has to reach the browser first, so the work comes after it.
    found.more(st.empty(), _SECONDS)
    st.rerun()
