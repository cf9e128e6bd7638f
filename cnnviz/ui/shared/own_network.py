"""A network of one's own: its layers in a list and as a line, which the address keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from cnnviz.components.layers import layers
from cnnviz.networks import (
    Example,
    LayerSummary,
    NetworkError,
    Spec,
    examples_for,
    network_from_line,
    network_line,
    summary,
)
from cnnviz.runs import RunError, list_runs
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training.config import check_trainable
from cnnviz.ui.shared import role
from cnnviz.ui.shared.address import NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Your own"
ABOUT = "Build it layer by layer, or type it as a line: each follows the other."
_RECENT = 50
_KEY, _LINE = "_t_layers", "_t_layers_line"


class OwnNetwork(NamedTuple):
    """What somebody built.

    Attributes:
        spec: The layers; None if they cannot be trained as they are.
        problem: Why not, in a sentence; empty if they can.
    """

    spec: Spec | None
    problem: str


def linked_network(
    shape: tuple[int, int, int], classes: int, batch_size: int, task: str = "classify"
) -> OwnNetwork:
    """Draw the builder of a network that the address keeps; the arguments are `build_network`'s."""
    state = st.session_state
    line = NETWORK.follow(state.get(_LINE), opened=_KEY not in state)
    NETWORK.write(line)
    state[_LINE] = line
    named = _named_examples(shape, classes, task)
    usual = named[0][1] if named else f"c8k3p1 relu c{classes}k3p1"
    return build_network(
        usual if line is None else line, shape, classes, batch_size,
        key=_KEY, on_change=lambda line: state.update({_LINE: line}), task=task,
    )  # fmt: skip


def build_network(
    line: str,
    shape: tuple[int, int, int],
    classes: int,
    batch_size: int,
    *,
    key: str,
    on_change: Callable[[str], None],
    task: str = "classify",
) -> OwnNetwork:
    """Draw the builder.

    Args:
        line: The network so far.
        shape: C, H, W of a picture.
        classes: How many there are; numbers of each pixel, where a picture is asked for.
        batch_size: Pictures per step, which decides the memory that training needs.
        key: Streamlit key.
        on_change: Called with the line after each change, before the page runs again.
        task: What the network is for, a key of `cnnviz.training.tasks.TASKS`.
    """
    state, shown, edition = st.session_state, f"{key}_shown", f"{key}_edition"
    if line != state.get(shown):  # not what the browser sent
        state[edition] = state.get(edition, 0) + 1
    state[shown] = line
    rows, spec, problem, wrong = read_network(line, shape, classes, batch_size, task)

    def changed(line: str) -> None:
        state[shown] = line
        on_change(line)

    layers(
        line,
        key=key,
        edition=state[edition],
        examples=_examples(shape, classes, task),
        rows=rows,
        problem=problem,
        wrong=wrong,
        on_change=changed,
    )
    return OwnNetwork(spec, problem)


def read_network(
    line: str, shape: tuple[int, int, int], classes: int, batch_size: int, task: str = "classify"
) -> tuple[list[LayerSummary], Spec | None, str, str]:
    """What a line means for pictures of a shape.

    Returns:
        What is known of each layer, up to the one that does not fit; the layers, None if they
        cannot be trained; why not; and the name of the layer at fault, empty if it is none.
    """
    spec: Spec = []
    try:
        spec = network_from_line(line)
        rows = summary(spec, shape)
        check_trainable(spec, shape, classes, batch_size, task)
    except NetworkError as error:
        return _first_rows(spec or error.before, shape), None, str(error), error.layer
    return rows, spec, "", ""


def _first_rows(spec: Spec, shape: tuple[int, int, int]) -> list[LayerSummary]:
    """The first layers, as many of them as fit."""
    for count in range(len(spec), 0, -1):
        try:
            return summary(spec[:count], shape)
        except NetworkError:
            continue
    return []


def _examples(shape: tuple[int, int, int], classes: int, task: str) -> list[tuple[Example, str]]:
    """Networks to begin with that fit these pictures, with the line of each."""
    found = _named_examples(shape, classes, task)
    last = _last_one(task)
    return [(last, last.line(shape, classes)), *found] if last else found


def _named_examples(
    shape: tuple[int, int, int], classes: int, task: str
) -> list[tuple[Example, str]]:
    found = []
    for example in examples_for(task).values():
        try:
            found.append((example, example.line(shape, classes)))
        except NetworkError:
            continue
    return found


def _last_one(task: str) -> Example | None:
    """The newest network that this person built and trained."""
    owner = "" if role.is_presenter() else role.viewer_id()
    for run, _ in zip(list_runs(), range(_RECENT), strict=False):
        try:
            config = run.config
            mine = config.owner == owner and not run.shipped
            if config.network == OWN_NETWORK and config.task == task and mine:
                line = network_line(config.spec)
                return Example("Your last one", "The network that you trained last.", _always(line))
        except (NetworkError, RunError):
            continue
    return None


def _always(line: str) -> Callable[[tuple[int, ...], int], str]:
    return lambda _shape, _classes: line
