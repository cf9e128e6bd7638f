"""“Repeat with one change”: a copy of a run, with both curves on one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.networks import NetworkError
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Run, RunError, show_run_to_all
from cnnviz.runs.config import OWN_DATASET
from cnnviz.training import start
from cnnviz.training.repeat import (
    LOSSES,
    NOTHING,
    TITLES,
    changed,
    in_words,
    setting,
    settings,
)
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared.actions import button, popover_key
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.recipe import BATCH, DECAY, EPOCHS, RATE, SEED, SHIFT, SMOOTHING
from cnnviz.ui.shared.run_list import started_runs
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from torch import Tensor

_AGAIN = "_t_again"
_LIMITS = {
    "learning_rate": RATE,
    "epochs": EPOCHS,
    "weight_decay": DECAY,
    "label_smoothing": SMOOTHING,
    "batch_size": BATCH,
    "shift": SHIFT,
    "seed": SEED,
    "depth": Limits(1, 256, whole=True),
}


def again_button(run: Run) -> None:
    """Draw the presenter's button that opens the choice of what to change."""
    about = "Starts a copy of this run that differs in one setting, and draws both curves."
    asked = st.popover(
        "Repeat with one change",
        icon=":material/replay:",
        key=popover_key(_AGAIN),
        on_change="rerun",
        help=about,
    )
    with asked:
        if not asked.open:
            return
        st.markdown("**Repeat with one change**")
        now = settings(run.config)
        name = st.selectbox(
            "Setting to change", list(now), format_func=TITLES.__getitem__, key="_t_again_what"
        )
        value = _ask(run, name, now[name])
        if name == "optimiser" and value != now[name]:
            st.caption(_usual_for(run, value))
        if name == NOTHING:
            st.caption("On the CPU, the same seed gives exactly the same curve.")
        else:
            st.caption(f"It was {plain(in_words(now[name]))}." + _by_hand(run, name))
        button(
            "Start the repeat",
            ":material/play_arrow:",
            lambda: start_again(run, name, _asked(name, now[name])),
            primary=True,
            disabled=value is None and name != NOTHING,
            closes=_AGAIN,
        )


def _by_hand(run: Run, name: str) -> str:
    """What was changed while the run trained, which its copy does not repeat."""
    try:
        rates = [change.learning_rate for change in run.known_state().changes]
    except RunError:
        return ""
    last = next((rate for rate in reversed(rates) if rate is not None), None)
    if name != "learning_rate" or last is None:
        return ""
    return f" It was set to {in_words(last)} by hand during training, which a repeat leaves out."


def _usual_for(run: Run, optimiser: str) -> str:
    """What else another optimiser changes, with the numbers before and after."""
    try:
        old, new = run.config.recipe, changed(run, "optimiser", optimiser).recipe
    except (NetworkError, RunError) as error:
        return plain(str(error))
    return (
        f"The peak learning rate becomes {in_words(new.learning_rate)} instead of"
        f" {in_words(old.learning_rate)}, and the weight decay {in_words(new.weight_decay)} instead"
        f" of {in_words(old.weight_decay)}, as is usual for {in_words(optimiser)}."
    )


def _ask(run: Run, name: str, was: Any) -> Any:
    title, key = TITLES[name], f"_t_again_{name}"
    if name == NOTHING:
        return was
    if name == "optimiser":
        titles = {"sgd": "SGD, Nesterov", "adamw": "AdamW"}
        return st.segmented_control(title, list(titles), format_func=titles.__getitem__,
                                    default=was, required=True, key=key)  # fmt: skip
    if name == "loss":
        losses = list(task_of(run.config).losses)
        return st.selectbox(title, losses, losses.index(was), LOSSES.__getitem__, key=key)
    if isinstance(was, bool):
        return st.toggle(title, was, key=key)
    return number_field(title, _LIMITS[name], was, key=key)


def _asked(name: str, value: Any) -> Any:
    """In a callback: what is asked for now.

    Raises:
        RunError: It is no number that can be used.
    """
    key = f"_t_again_{name}"
    return typed_number(key, _LIMITS[name], value) if name in _LIMITS else _now(key, value)


def _now(key: str, value: Any) -> Any:
    return st.session_state.get(key, value)


def start_again(run: Run, name: str, value: Any) -> None:
    """Start the copy, and show it to all.

    Raises:
        NetworkError: A network cannot be had like that.
        RunError: The value makes no sense, or the disk refused.
        TrainingError: Training cannot start.
    """
    if name != NOTHING and value == settings(run.config).get(name):
        raise RunError("This is the value the run already has: choose another one.")
    config = changed(run, name, value)
    tensors: dict[str, Tensor] | None = None
    if config.dataset == OWN_DATASET:
        tensors = run.load("data.safetensors")
    started = started_runs()
    copy = start(config, tensors=tensors)
    started.append(copy.id)
    what = "exact repeat" if name == NOTHING else setting(name, value)
    copy.rename(f"{config.title}: {what}"[:80])
    show_run_to_all(copy.id)


def overlays(run: Run) -> list[str]:
    """Ids of the runs whose curves belong on a run's chart: the one it was copied from."""
    try:
        based_on = run.config.based_on
    except RunError:
        return []
    return [based_on] if based_on else []
