"""Long computations, done piece by piece and drawn as they go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from cnnviz.training.threads import one_thread
from cnnviz.ui.shared.computed_so_far import kept, stop, stopped
from cnnviz.ui.shared.zoo import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from streamlit.delta_generator import DeltaGenerator

Item = TypeVar("Item")
_SECONDS = 0.4  # of a run, for new pieces
_BUSY = 3  # times as long at most, however busy the processors are
_EVERY = 0.8  # seconds from one to the next, where others may come in between


@dataclass(eq=False)
class Gathered(Generic[Item]):
    """The pieces computed so far, and what computes the others.

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
        """Add pieces for some seconds, at least one; `place` is an `st.empty()` for those who wait.

        Seconds are those of the processor: where others keep it busy, a turn still brings it on.
        """
        with turn(place), one_thread():
            since, began = time.monotonic(), time.thread_time()
            while not self.whole:
                try:
                    self.items.append(next(self.steps))
                except StopIteration:
                    self.whole = True
                used, gone = time.thread_time() - began, time.monotonic() - since
                if used >= seconds or gone >= _BUSY * seconds:
                    break


def gathered(key: Hashable, steps: Callable[[], Iterator[Item]]) -> Gathered[Item]:
    """Return the pieces computed so far; the first is computed if there is none.

    Args:
        key: What they depend on.
        steps: Begins to compute them; called once for a key.
    """
    place = st.empty()  # in every run, or a browser would draw anew what comes after it
    known = kept().of(("gathered", key))
    # Two sessions may begin at the same moment: the one that was first counts.
    found: Gathered[Item] = known.setdefault("it", Gathered(str(key), steps()))
    if not found.items and not found.whole:
        found.more(place, 0)
    return found


def gather(found: Gathered[Item], draw: Callable[[], None], total: int, words: str) -> None:
    """Draw the pieces, and draw them again with more every moment, until they are whole.

    In between the page rests, so that whoever presses anything or leaves waits for nothing.

    Args:
        found: The pieces.
        draw: Draws those that are there.
        total: How many there will be.
        words: What is being done; it is followed by how many there are.
    """
    going = not found.whole and not stopped(found.name)
    every = _EVERY if going else None
    st.fragment(_turn, run_every=every)(found, draw, total, words, going=going)


def _turn(
    found: Gathered[Item], draw: Callable[[], None], total: int, words: str, *, going: bool
) -> None:
    if going == stopped(found.name) and not found.whole:
        st.rerun()  # the button was pressed in here, and decides how often this runs
    place = st.empty()
    if going:
        found.more(place, _SECONDS)
    draw()
    told = f"{words}: {len(found.items)} of {total}"
    if not found.whole:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, len(found.items) / total), text=told, width=380)
            st.button(
                "Stop" if going else "Go on",
                icon=":material/stop:" if going else ":material/play_arrow:",
                key="_gather_stop" if going else "_gather_on",
                on_click=stop,
                args=(found.name if going else "",),
            )
    elif going:
        st.rerun()
