"""What an address holds: a table of typed parameters, with one reader and one writer.

A link restores a page. Numbers and texts of widgets are kept by Streamlit's
`bind="query-params"`, options of lists by `choice`; what else is in an address has a row in the
table below. Only this module reads and writes `st.query_params`.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Value = TypeVar("Value")
Id = TypeVar("Id", bound="str | int")

_ECHO_SECONDS = 5.0
_HIGHEST = 999_999_999


class _Written(NamedTuple):
    """What this session wrote for a parameter last; None for nothing.

    Before it come the texts that stood there, each with the time at which it was replaced. They
    are forgotten once the browser has sent the address with the last one.
    """

    text: str | None
    before: tuple[tuple[str | None, float], ...] = ()


def _written() -> dict[str, _Written]:
    """What this session wrote, by the parameter's name."""
    there: dict[str, _Written] = st.session_state.setdefault("_address", {})
    return there


@dataclass(frozen=True)
class Parameter(Generic[Value]):
    """A parameter of the address.

    Attributes:
        name: As it stands in the address.
        parse: Gives the value that a text means; None for a text that means none.
        format: Writes a value so that `parse` reads it back.
    """

    name: str
    parse: Callable[[str], Value | None]
    format: Callable[[Value], str]

    @property
    def text(self) -> str | None:
        """What the address holds; None if it does not name the parameter."""
        return st.query_params.get(self.name)

    def read(self) -> Value | None:
        """The value that the address asks for; None if it asks for none."""
        return None if self.text is None else self.parse(self.text)

    def refused(self) -> str:
        """The value in the address if it cannot be used, shortened for a sentence; else empty."""
        return "" if self.text is None or self.read() is not None else self.text[:60]

    def write(self, value: Value | None) -> None:
        """Put a value into the address; None takes the parameter out."""
        text = None if value is None else self.format(value)
        if text is None:
            self.set_aside()
        elif text != self.text:
            st.query_params[self.name] = text
        last = _written().get(self.name)
        if last is None:
            _written()[self.name] = _Written(text)
        elif last.text != text:
            replaced = (last.text, time.monotonic())
            _written()[self.name] = _Written(text, (*last.before[-9:], replaced))

    def set_aside(self) -> None:
        """Take the parameter out of the address, but not out of what was written last."""
        st.query_params.pop(self.name, None)

    def last(self) -> Value | None:
        """The value that this session wrote last, perhaps on an earlier visit to the page."""
        written = _written().get(self.name)
        return None if written is None or written.text is None else self.parse(written.text)

    def follow(self, value: Value | None, *, opened: bool) -> Value | None:
        """Return the value to show: the address decides where it changed, by a link or by Back.

        Args:
            value: The value on screen.
            opened: Whether the page was just opened. An address that does not name the
                parameter then leaves it as it was on the last visit.
        """
        if opened and self.text is None:
            return self.last()
        return self.read() if opened or self.changed() else value

    def ahead(self) -> Value | None:
        """The value of a bound widget that is drawn further down the page."""
        state = st.session_state
        return state[self.name] if self.name in state else self.read()

    def changed(self) -> bool:
        """Whether the address differs from what this session wrote.

        For a few seconds, it may also be as before one of the last changes. A browser sends the
        address that it has with each request for a run, and Streamlit takes it over: a request
        that was on its way while the session wrote another address must not undo what was chosen.
        """
        written = _written().get(self.name)
        if written is None:
            return self.text is not None
        if self.text == written.text:
            _written()[self.name] = _Written(self.text)
            return False
        since = time.monotonic() - _ECHO_SECONDS
        return self.text not in {text for text, when in written.before if when >= since}


def text(name: str) -> Parameter[str]:
    """Any text that is not empty."""
    return Parameter(name, lambda text: text or None, str)


def one_of(name: str, ids: Iterable[Id]) -> Parameter[Id]:
    """One of some ids."""
    known = {str(id): id for id in ids}
    return Parameter(name, known.get, str)


def flag(name: str) -> Parameter[bool]:
    """On or off, as Streamlit writes a toggle."""
    return Parameter(name, {"true": True, "false": False}.get, lambda on: str(on).lower())


def between(name: str, low: float, high: float) -> Parameter[float]:
    """A number within limits."""

    def parse(text: str) -> float | None:
        found = _numbers(text)
        return found[0] if found and len(found) == 1 and low <= found[0] <= high else None

    return Parameter(name, parse, repr)


def numbers(name: str) -> Parameter[tuple[float, ...]]:
    """Finite numbers, apart by spaces or commas."""
    return Parameter(
        name, _numbers, lambda values: " ".join(repr(v).removesuffix(".0") for v in values)
    )


def _numbers(text: str) -> tuple[float, ...] | None:
    try:
        found = tuple(map(float, text.replace(",", " ").split()))
    except ValueError:
        return None
    return found if found and all(map(math.isfinite, found)) else None


def whole(name: str) -> Parameter[int]:
    """A whole number from 0."""
    return Parameter(name, _whole, str)


def wholes(name: str, count: int, low: int = 0, high: int = _HIGHEST) -> Parameter[tuple[int, ...]]:
    """So many whole numbers within limits, separated by commas."""

    def parse(text: str) -> tuple[int, ...] | None:
        found = [_whole(word, low, high) for word in text.split(",")]
        values = tuple(value for value in found if value is not None)
        return values if len(values) == len(found) == count else None

    return Parameter(name, parse, lambda values: ",".join(map(str, values)))


def _whole(text: str, low: int = 0, high: int = _HIGHEST) -> int | None:
    value = int(text) if re.fullmatch(r" *[+-]?[0-9]{1,9} *", text) else None
    return value if value is not None and low <= value <= high else None


def ids(name: str) -> Parameter[tuple[str, ...]]:
    """Any number of ids without commas, also none."""
    return Parameter(name, lambda text: tuple(id for id in text.split(",") if id), ",".join)


class Place(NamedTuple):
    """A step of a run; the run is empty where the page itself knows which."""

    step: int
    run: str = ""


def place(name: str) -> Parameter[Place]:
    """A step of a run, as the time machine writes it: "64" or "64@run"."""

    def parse(text: str) -> Place | None:
        word, _, run = text.partition("@")
        step = _whole(word)
        return None if step is None else Place(step, run)

    return Parameter(name, parse, lambda at: f"{at.step}@{at.run}" if at.run else str(at.step))


# Every page.
PICTURE = text("picture")  # a sample's id, or "own-1", "own-2", …
SIZE = one_of("size", ("usual", "large"))
# Filters.
KERNEL = text("f_weights")  # as it is typed
IN_ONE = flag("f_in_one")
CHAIN = text("f_chain")  # as `format_chain` of `cnnviz/imaging/chain.py` writes it
COMPARED = {side: text(f"f_{side}") for side in ("first", "second")}  # a chain of one each
# Step through a convolution.
PATCH_ROW, PATCH_COLUMN = whole("s_row"), whole("s_col")
CELL = wholes("s_cell", 2, high=9999)  # row and column of the output
CONTROLS = one_of("controls", ("off",))
CONTROLS_BEFORE = one_of("s_controls", ("off",))  # in older links
# Train.
RUN = text("t_run")
NETWORK = text("t_line")  # of one's own, as it is typed
STEP = place("t_step")  # for people who follow the presenter, with the run
CONFUSED = wholes("t_cell", 3)  # a cell of the confusion matrix: step, true class, predicted class
# Race.
RUNS = ids("r_runs")
LANES = text("r_lanes")
# Look inside.
SECTION = text("i_tab")
FRAME = place("i_time")
# Your own classes.
OWN_CLASSES = flag("oc_own")  # that there are some, which no address can hold
# Real networks and How far to trust a map.
OWN_NETWORK = flag("own_network")  # that there is one, which no address can hold
# A class for every pixel.
OWN_MASKS = one_of("se_own", ("pictures", "zip", "trained"))  # what is there, as with own classes
# Real networks.
REAL_SECTION = text("rn_tab")
# The lab.
STROKES = text("px_paint")
SLIDING = numbers("fl_at")  # t, f's place, f's width, g's width
WIRING = one_of("sh_w", ("full", "local", "shared"))
WEIGHTS = {wiring: numbers(f"sh_w_{wiring}") for wiring in ("full", "local", "shared")}
SHIFT = wholes("eq_at", 2, low=-_HIGHEST)  # down and right
DESCENT = whole("le_step")
TEMPERATURE = between("re_t", 0.1, 10)

_CHOICES = {"po_p"}  # parameters that offer "inf" in a list


def asked(*names: str) -> bool:
    """Whether the address names at least one of these parameters."""
    return any(name in st.query_params for name in names)


def forget(*names: str) -> None:
    """Forget what this session wrote for some parameters."""
    for name in names:
        _written().pop(name, None)


def drop_endless_numbers(page: str) -> list[str]:
    """Take numbers that are not finite out of the address: Streamlit's number fields stop at them.

    Only what a link brings is dropped, not what somebody types on the page.

    Args:
        page: Address of the page that is about to run.

    Returns:
        The parameters dropped.
    """
    state, dropped = st.session_state, []
    opened = state.get("_address_page") != page
    state["_address_page"] = page
    for key in [key for key in st.query_params if key not in _CHOICES]:
        if not opened and (key in state or f"_{key}" in state):
            continue
        try:
            finite = all(math.isfinite(float(one)) for one in st.query_params.get_all(key))
        except ValueError:
            continue
        if not finite:
            del st.query_params[key]
            dropped.append(key)
    context = get_script_run_ctx()
    if dropped and context:  # what number fields are filled from is a copy made before
        with context.session_state.query_params() as parameters:
            parameters.set_initial_query_params_from_current()
    return dropped
