"""“Again, with one thing changed”: a copy of a run, with both curves on one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.networks import NETWORKS, NetworkError, options
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Run, RunConfig, RunError, show_run_to_all
from cnnviz.runs.config import OWN_DATASET
from cnnviz.training import start
from cnnviz.training.config import again
from cnnviz.ui.shared.actions import button
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.recipe import BATCH, DECAY, EPOCHS, RATE, SEED, SHIFT, SMOOTHING
from cnnviz.ui.shared.run_list import arrival
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_AGAIN, _NOTHING = "_t_again", "nothing"
_TITLES = {
    "learning_rate": "Peak learning rate",
    "optimiser": "Optimiser",
    "batch_size": "Batch size",
    "epochs": "Epochs",
    "weight_decay": "Weight decay",
    "label_smoothing": "Label smoothing",
    "shift": "Random shift",
    "flip": "Mirror",
    "depth": "Depth",
    "batch_norm": "Batch normalisation",
    "skips": "Skip connections",
    "seed": "Seed",
    _NOTHING: "No change: repeat exactly",
}
_LIMITS = {
    "learning_rate": RATE,
    "epochs": EPOCHS,
    "weight_decay": DECAY,
    "label_smoothing": SMOOTHING,
    "batch_size": BATCH,
    "shift": SHIFT,
    "seed": SEED,
    "depth": Limits(1, 20, whole=True),
}


def again_button(run: Run) -> None:
    """Draw the presenter's button that opens the choice of what to change."""
    about = "Starts a copy of this run that differs in one setting, and draws both curves."
    asked = st.popover(
        "Repeat with one change",
        icon=":material/replay:",
        key=_AGAIN,
        on_change="rerun",
        help=about,
    )
    with asked:
        if not asked.open:
            return
        st.markdown("**Repeat with one change**")
        now = settings(run.config)
        name = st.selectbox(
            "Setting to change", list(now), format_func=_TITLES.__getitem__, key="_t_again_what"
        )
        value = _ask(name, now[name])
        if name == "optimiser":
            st.caption("This also sets the usual peak learning rate and weight decay for it.")
        if name == _NOTHING:
            st.caption("On the CPU, the same seed gives exactly the same curve.")
        else:
            st.caption(f"It was {plain(_words(now[name]))}.")
        button(
            "Start the repeat",
            ":material/play_arrow:",
            lambda: start_again(run, name, _asked(name, now[name])),
            primary=True,
            disabled=value is None and name != _NOTHING,
            closes=_AGAIN,
        )


def _ask(name: str, was: Any) -> Any:
    title, key = _TITLES[name], f"_t_again_{name}"
    if name == _NOTHING:
        return was
    if name == "optimiser":
        titles = {"sgd": "SGD, Nesterov", "adamw": "AdamW"}
        return st.segmented_control(title, list(titles), format_func=titles.__getitem__,
                                    default=was, required=True, key=key)  # fmt: skip
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


def settings(config: RunConfig) -> dict[str, Any]:
    """What can be changed about a run, with its present values."""
    found = {name: getattr(config.recipe, name) for name in _TITLES if hasattr(config.recipe, name)}
    for name in ("learning_rate", "epochs", "weight_decay", "label_smoothing"):
        found[name] = float(found[name])
    try:
        offered = options(config.network, config.input_shape)
    except NetworkError:
        offered = None
    if offered and offered.depths:
        found["depth"] = int(config.variant.get("depth", offered.depth))
    if offered and offered.batch_norm:
        found["batch_norm"] = bool(config.variant.get("batch_norm", True))
    if offered and offered.skips:
        found["skips"] = bool(config.variant.get("skips", False))
    return {name: found[name] for name in _TITLES if name in found} | {_NOTHING: None}


def differences(runs: Sequence[Run]) -> list[str]:
    """For each run, in words, those of its settings in which these runs are not all alike.

    Raises:
        RunError: A run cannot be read.
    """
    found = [settings(run.config) for run in runs]
    names = [name for name in _TITLES if len({repr(one.get(name)) for one in found}) > 1]
    return [", ".join(_setting(name, one[name]) for name in names if name in one) for one in found]


def changed(run: Run, name: str, value: Any) -> RunConfig:
    """What to ask of a copy of a run with one setting changed.

    Args:
        run: The run to copy.
        name: One of `settings(run.config)`.
        value: Its new value.

    Raises:
        NetworkError: A network cannot be had like that.
        RunError: The value makes no sense, or the run cannot be read.
    """
    # Sums over another number of threads differ in the last digits.
    changes = {"threads": run.state().threads} if name == _NOTHING else {name: value}
    return again(run.config, run.id, **changes)


def start_again(run: Run, name: str, value: Any) -> None:
    """Start the copy, and show it to all.

    Raises:
        NetworkError: A network cannot be had like that.
        RunError: The value makes no sense, or the disk refused.
        TrainingError: Training cannot start.
    """
    if name != _NOTHING and value == settings(run.config).get(name):
        raise RunError("This is the value the run already has: choose another one.")
    config = changed(run, name, value)
    tensors: dict[str, Tensor] | None = None
    if config.dataset == OWN_DATASET:
        tensors = run.load("data.safetensors")
    coming = arrival()
    copy = start(config, tensors=tensors)
    coming.at(copy)
    what = "exact repeat" if name == _NOTHING else _setting(name, value)
    title = NETWORKS[config.network].title if config.network in NETWORKS else config.network
    copy.rename(f"{config.dataset_title}, {title}: {what}"[:80])
    show_run_to_all(copy.id)


def overlays(run: Run) -> list[str]:
    """Ids of the runs whose curves belong on a run's chart: the one it was copied from."""
    try:
        based_on = run.config.based_on
    except RunError:
        return []
    return [based_on] if based_on else []


def _setting(name: str, value: Any) -> str:
    return f"{_TITLES[name].lower()} {_words(value)}"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return {"sgd": "SGD", "adamw": "AdamW"}.get(str(value), str(value))
