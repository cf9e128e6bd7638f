"""The settings of a run in words, and a copy of a run that differs in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.networks import NetworkError, options
from cnnviz.training.config import again
from cnnviz.training.tasks import TASKS, task_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.runs import Run, RunConfig

NOTHING = "nothing"
TITLES = {
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
    "loss": "Loss",
    "seed": "Seed",
    NOTHING: "No change: repeat exactly",
}

LOSSES = {name: loss.title for task in TASKS.values() for name, loss in task.losses.items()}
"""Titles of the losses of all tasks, by their names."""


def settings(config: RunConfig) -> dict[str, Any]:
    """What can be changed about a run, with its present values."""
    found = {name: getattr(config.recipe, name) for name in TITLES if hasattr(config.recipe, name)}
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
    task = task_of(config)
    if len(task.losses) > 1:
        found["loss"] = config.loss or next(iter(task.losses))
    if task.output != "class":
        del found["label_smoothing"]
    return {name: found[name] for name in TITLES if name in found} | {NOTHING: None}


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
    changes = {"threads": run.known_state().threads} if name == NOTHING else {name: value}
    return again(run.config, run.id, **changes)


def differences(runs: Sequence[Run]) -> list[str]:
    """For each run, in words, those of its settings in which these runs are not all alike.

    Raises:
        RunError: A run cannot be read.
    """
    found = [settings(run.config) for run in runs]
    names = [name for name in TITLES if len({repr(one.get(name)) for one in found}) > 1]
    return [", ".join(setting(name, one[name]) for name in names if name in one) for one in found]


def setting(name: str, value: Any) -> str:
    """A setting in words, such as `batch size 64`."""
    return f"{TITLES[name].lower()} {in_words(value)}"


def in_words(value: Any) -> str:
    """The value of a setting in words."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    words = {"sgd": "SGD", "adamw": "AdamW"} | LOSSES
    return words.get(str(value), str(value))
