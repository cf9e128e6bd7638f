"""The controls of one filter of a chain or a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.arithmetic import weight
from cnnviz.components.compare import LiveStage
from cnnviz.components.number_grid import number_grid
from cnnviz.imaging import WEIGHT_STOPS, format_kernel, parse_kernel
from cnnviz.imaging.chain import KINDS, Stage, format_chain, usual_stage
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable


def edit_stage(
    stage: Stage,
    label: str,
    *,
    key: str,
    replace: Callable[[Stage], None],
    without: tuple[str, ...] = (),
) -> None:
    """Draw the list of filters and, below it, the numbers of the chosen one.

    Args:
        stage: The filter as it is.
        label: What the list is called.
        key: Begins the Streamlit keys; nothing of it is kept in the address.
        replace: A callback, told of what a person makes of the filter.
        without: Filters that are not offered.
    """
    titles = {name: kind.title for name, kind in KINDS.items() if name not in without}
    st.session_state[key] = stage.name
    st.selectbox(
        label, list(titles), format_func=titles.__getitem__, key=key, help=KINDS[stage.name].does,
        on_change=lambda: replace(usual_stage(st.session_state[key])),
    )  # fmt: skip
    for at, slider in enumerate(_sliders(stage, key)):
        _edit_number(stage, at, slider, replace)
    if stage.weights is not None:
        _edit_kernel(stage, f"{key}_own", _grid(key), replace)


def live_stage(stage: Stage, key: str) -> LiveStage:
    """A filter that the browser follows while a hand moves what `edit_stage` drew for it."""
    return LiveStage(stage, tuple(_sliders(stage, key)), _grid(key) if stage.name == "own" else "")


def _sliders(stage: Stage, key: str) -> list[str]:
    return [f"{key}_{stage.name}_{at}" for at in range(len(stage.numbers))]


def _grid(key: str) -> str:
    return f"{key}_own_grid"


def _edit_number(stage: Stage, at: int, key: str, replace: Callable[[Stage], None]) -> None:
    setting = KINDS[stage.name].settings[at]
    whole = setting.step >= 1
    low, high, step, value = (
        int(one) if whole else float(one)
        for one in (setting.low, setting.high, setting.step, stage.numbers[at])
    )
    st.session_state[key] = value

    def change() -> None:
        numbers = list(stage.numbers)
        numbers[at] = float(st.session_state[key])
        replace(Stage(stage.name, tuple(numbers)))

    st.slider(setting.label, low, high, step=step, key=key, on_change=change)


def _edit_kernel(stage: Stage, key: str, grid: str, replace: Callable[[Stage], None]) -> None:
    """Draw the numbers of one's own kernel, to drag and to type.

    What cannot be read stays in its field with the reason.
    """
    state, this = st.session_state, format_chain([stage])
    of, problem = state.get(f"{key}_refused", ("", ""))
    if of != this:  # it was of another kernel
        problem = ""
        state[key] = "" if stage.weights is None else format_kernel(stage.weights)

    def change(text: str | None = None) -> None:
        try:
            weights = parse_kernel(state[key] if text is None else text)
        except ValueError as error:
            state[f"{key}_refused"] = this, str(error)
        else:
            state.pop(f"{key}_refused", None)
            replace(Stage("own", (), weights))

    if stage.weights is not None:
        height, width = stage.weights.shape
        number_grid(
            stage.weights, key=grid, label=f"Kernel, {height}×{width}", write=weight,
            stops=WEIGHT_STOPS, note="Drag sideways in a cell to change it.", on_edit=change,
        )  # fmt: skip
    st.text_input("Kernel, row by row", key=key, on_change=change)
    if problem:
        st.error(f"{plain(problem)} Until then, the last valid kernel is used.")
