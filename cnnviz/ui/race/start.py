"""The form for a new race, and how fair it is to its lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.datasets import ALL_DATASETS, DatasetInfo, is_available
from cnnviz.numbers.formatting import counted
from cnnviz.runs import list_runs
from cnnviz.training.config import LENGTHS
from cnnviz.training.engines.settings import cores
from cnnviz.training.race import runs as races
from cnnviz.training.race.lanes import threads_each
from cnnviz.training.race.presets import PRESETS
from cnnviz.ui.race.lanes import choose_lanes
from cnnviz.ui.shared import actions
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.own_zip import OWN_TASKS, OWN_ZIPS, choose_zip
from cnnviz.ui.shared.phone import fold
from cnnviz.ui.shared.recipe import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.datasets import Dataset
    from cnnviz.runs import Run
    from cnnviz.training.config import Length
    from cnnviz.training.race.lanes import Lane

FORM = "race"


def new_race() -> None:
    """Draw the form for a race, and the button that starts it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        questions = {name: preset.title for name, preset in PRESETS.items()}
        preset = choice(st.selectbox, "Question", questions, "optimiser", key="r_preset", width=270)
        tasks = PRESETS[preset].tasks
        titles = {name: one.title for name, one in ALL_DATASETS.items() if one.task in tasks}
        titles |= {name: title for name, title in OWN_ZIPS.items() if OWN_TASKS[name] in tasks}
        name = choice(st.selectbox, "Pictures", titles, next(iter(titles)), key="r_data", width=190)
        lengths: dict[Length, str] = {key: length.title for key, length in LENGTHS.items()}
        length = choice(st.segmented_control, "Length", lengths, "lesson", key="r_length")
        modes = {"together": "Together", "turns": "One after another"}
        mode = choice(st.segmented_control, "Start the runs", modes, "together", key="r_mode")
    st.caption(PRESETS[preset].about)
    pictures: str | Dataset = name
    lanes: tuple[Lane, ...] = ()
    if name in OWN_ZIPS:
        own, problem = choose_zip(name)
        if own:
            pictures = own
            lanes, problem = choose_lanes(preset, _about(own))
    else:
        info = ALL_DATASETS[name]
        lanes, problem = choose_lanes(preset, info)
        if not (info.embedded or is_available(name)):
            problem = f"{info.title} is not on this computer yet: download it on the page Train."
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = number_field(
            "Seed", SEED, 0, key="r_seed", linked=True, width=130,
            help="The same for all runs, so that they see the same pictures in the same order.",
        )  # fmt: skip
        actions.button(
            "Start the race",
            ":material/flag:",
            lambda: begin(
                preset,
                pictures,
                lanes,
                length,
                int(typed_number("r_seed", SEED, 0)),
                together=mode == "together",
            ),
            primary=True,
            disabled=bool(problem) or seed is None,
        )
        said = problem or _fairness(len(lanes), together=mode == "together") + _neighbours()
        st.caption(said, width="stretch")
    actions.say_refusal()


def _about(own: Dataset) -> DatasetInfo:
    train, test = len(own.train_images), len(own.test_images)
    return DatasetInfo(
        own.id, own.title, own.classes, own.shape, train, test,
        source="one's own", licence="", embedded=True, task=own.task,
    )  # fmt: skip


def begin(
    preset: str,
    pictures: str | Dataset,
    lanes: Sequence[Lane],
    length: Length,
    seed: int,
    *,
    together: bool,
) -> list[Run]:
    """`races.begin`, and choose the race on the page. Only for presenters: see `actions.attempt`.

    Raises:
        NetworkError: A lane's network cannot be had.
        RunError: The pictures cannot be read, or the lanes cannot race.
        TrainingError: Training cannot start.
    """
    runs = races.begin(preset, pictures, lanes, length, seed, together=together)
    choose("r_race", runs[0].config.group)
    fold(FORM)
    return runs


def _fairness(count: int, *, together: bool) -> str:
    threads = threads_each(count, cores(), together=together)
    each = counted(threads, "thread")
    if not together:
        return f"Each run trains alone, on all {each} of this machine, after the previous one ends."
    most = min(count, races.lanes_at_once(threads))
    if most < count:
        room = f"this machine has room for {most} at a time, and the others wait"
        return f"Each run gets {each}; {room}."
    all_, no_one = ("Both", "neither") if count == 2 else (f"All {count}", "none")
    return f"{all_} train at the same time, each on {each}, so {no_one} has an advantage."


def _neighbours() -> str:
    """What to know of other runs before starting a race."""
    busy = sum(run.is_alive() for run in list_runs())
    if not busy:
        return ""
    runs, end = (
        ("Another run is", "it ends") if busy == 1 else (f"{busy} other runs are", "they end")
    )
    return f" {runs} training: until {end}, lanes may have to wait, and times mean little."
