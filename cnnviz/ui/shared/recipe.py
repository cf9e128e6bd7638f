"""Controls for how to train."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from cnnviz.datasets import ALL_DATASETS
from cnnviz.networks import networks_for
from cnnviz.numbers.formatting import as_typed, counted, duration
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Recipe
from cnnviz.training.config import LENGTHS, default_recipe, recipe_for
from cnnviz.ui.shared.address import asked
from cnnviz.ui.shared.choice import arriving, choice, choose
from cnnviz.ui.shared.number_field import number_field
from cnnviz.ui.shared.own_zip import OWN_TASKS

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.runs.config import Optimiser
    from cnnviz.training.config import Length

RATE = Limits(1e-6, 1e6)
EPOCHS = Limits(0.01, 1000)
BATCH = Limits(2, 4096, whole=True)
SEED = Limits(0, 2**31 - 1, whole=True)
DECAY = Limits(0, 1)
SMOOTHING = Limits(0, 0.9)
SHIFT = Limits(0, 16, whole=True)
PACE = Limits(0.1, 1000)

_OWN = "own"
_TASK = "_t_task"
_FEW = 3.0  # seconds
_OPTIMISERS: dict[Optimiser, str] = {"sgd": "SGD, Nesterov", "adamw": "AdamW"}


def reset_recipe() -> None:
    """Set the numbers to what suits the data set, network and optimiser just chosen."""
    state = st.session_state
    chosen = ("_t_data", "_t_net", "_t_optimiser")
    if any(state.get(key) is None for key in chosen):
        return  # nobody chose: two runs of the page so close that the browser drew only the second
    data, network, optimiser = (state[key] for key in chosen)
    info = ALL_DATASETS.get(data)
    task = info.task if info else OWN_TASKS.get(data, "classify")
    if state.get(_TASK, "classify") != task:
        # What is asked for is another: what suited the last one need not suit it.
        state[_TASK] = task
        network, optimiser = next(iter(networks_for(task))), None
    recipe = default_recipe(network, info.train if info else 0, optimiser, task=task)
    if optimiser is None:
        choose("t_optimiser", recipe.optimiser)
    state["t_batch"] = as_typed(recipe.batch_size)
    if "t_epochs" in state:
        state["t_epochs"] = as_typed(recipe.epochs)
    state["t_rate"], state["t_decay"] = (
        as_typed(recipe.learning_rate),
        as_typed(recipe.weight_decay),
    )


def choose_recipe(
    network: str, train_images: int, seconds_per_epoch: float = 0.0, task: str = "classify"
) -> Recipe | None:
    """Draw the controls.

    Args:
        network: An id of `cnnviz.networks.NETWORKS`.
        train_images: How many there are; both decide the values at first visit.
        seconds_per_epoch: How long one takes on this machine; 0 if that is not known.
        task: What is asked for: a key of `cnnviz.training.tasks.TASKS`.

    Returns:
        The recipe; None while a field holds what cannot be used.
    """
    default = default_recipe(network, train_images, task=task)
    lengths = {id: recipe_for(id, network, train_images, task=task).epochs for id in LENGTHS}
    place = st.container()  # the lengths stand above what their steps depend on
    rate = number_field(
        "Peak learning rate",
        RATE,
        default.learning_rate,
        key="t_rate",
        linked=True,
        help="The learning rate rises to this peak in the first 30% of the steps, then falls to "
        "nearly 0. The current rate is shown during training.",
    )
    with st.expander("More settings", icon=":material/tune:"):
        optimiser = choice(
            st.segmented_control,
            "Optimiser",
            _OPTIMISERS,
            default.optimiser,
            key="t_optimiser",
            on_change=reset_recipe,
        )
        left, right = st.columns(2)
        numbers = _more_numbers(default, left, right, task=task)
        right.space("small")
        flip = right.toggle(
            "Mirror",
            key="t_flip",
            bind="query-params",
            help="Half of the training pictures are mirrored left to right, chosen at random each "
            "time. Not for digits or letters.",
        )
    size = min(int(numbers["batch_size"] or default.batch_size), train_images)
    steps_per_epoch = train_images // size if size else 0
    with place:
        epochs = _choose_epochs(lengths, default.epochs, seconds_per_epoch, steps_per_epoch)
    numbers |= {"epochs": epochs, "learning_rate": rate}
    if None in numbers.values():
        return None
    return Recipe(optimiser=optimiser, flip=flip, **cast("Any", numbers))


def _more_numbers(
    default: Recipe, left: DeltaGenerator, right: DeltaGenerator, *, task: str
) -> dict[str, float | None]:
    """Draw the fields of what seldom changes, in two columns: the numbers, None for a wrong one."""
    field = partial(number_field, linked=True)
    return {
        "batch_size": field(
            "Batch size", BATCH, default.batch_size, key="t_batch", place=left,
            help="Pictures per step.",
        ),
        "seed": field(
            "Seed", SEED, 0, key="t_seed", place=right,
            help="On the CPU, the same seed gives exactly the same numbers.",
        ),
        "weight_decay": field(
            "Weight decay", DECAY, default.weight_decay, key="t_decay", place=left
        ),
        "label_smoothing": field("Label smoothing", SMOOTHING, 0.0, key="t_smooth", place=right)
        if task == "classify"
        else 0.0,
        "shift": field(
            "Random shift", SHIFT, 0, key="t_shift", place=left,
            help="Each training picture is shifted by up to this many pixels, at random each time.",
        ),
    }  # fmt: skip


def _choose_epochs(
    epochs: dict[Length, float], default: float, seconds_per_epoch: float, steps_per_epoch: int
) -> float | None:
    """Draw how long to train, with the time that takes beside each choice.

    Times too short to tell the choices apart have the number of steps beside them.

    It is asked before the start: the learning rate goes up and down once, over all steps.
    """
    titles: dict[str, str] = {id: length.title for id, length in LENGTHS.items()}
    titles[_OWN] = "Another number of epochs"
    if arriving("t_length") and asked("t_epochs"):
        choose("t_length", _OWN)
    captions = [
        _about(epochs[id] * seconds_per_epoch, round(epochs[id] * steps_per_epoch)) + length.about
        for id, length in LENGTHS.items()
    ]
    length = choice(
        st.radio, "Length", titles, "lesson", key="t_length", captions=[*captions, ""],
        help="An epoch is one pass over all training pictures. The times are estimates for this "
        "machine if nothing else trains on it, at the pace chosen below.",
    )  # fmt: skip
    if length != _OWN:
        return epochs[cast("Length", length)]
    chosen = number_field(
        "Epochs",
        EPOCHS,
        default,
        key="t_epochs",
        linked=True,
        help="Passes over all training pictures, 0.01 to 1000.",
    )
    if seconds_per_epoch and chosen is not None:
        st.caption(_about(chosen * seconds_per_epoch).removesuffix(": ") + " on this machine.")
    return chosen


def choose_pace() -> float | None:
    """Draw how fast to train: steps per second at most, 0 for as fast as it goes.

    None while what is typed is no such number.
    """
    titles = {"free": "Full speed", "held": "Slowed down"}
    pace = choice(
        st.segmented_control, "Pace", titles, "free", key="t_held",
        help="On a fast machine, training may end before you can watch it.",
    )  # fmt: skip
    if pace == "free":
        return 0.0
    return number_field("Steps per second, at most", PACE, 10.0, key="t_pace", linked=True)


def _about(seconds: float, steps: int = 0) -> str:
    if seconds <= 0:
        return ""
    if seconds >= _FEW:
        return f"about {duration(seconds)}: "
    # Starting and testing take a second or two whatever the network has to learn.
    return f"a few seconds, {counted(steps, 'step')}: " if steps else "a few seconds: "
