"""The page Race: what races against what, starting it, and which race is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from cnnviz import training
from cnnviz.catalogue import page_at
from cnnviz.datasets import DATASETS, Dataset, DatasetError, is_available, load_dataset
from cnnviz.numbers.formatting import counted
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.training import race, race_result, race_times
from cnnviz.training.config import LENGTHS
from cnnviz.training.engines.settings import cores, slots
from cnnviz.training.race import LEAST, MOST, PRESETS
from cnnviz.ui.race.lanes import choose_lanes
from cnnviz.ui.shared import actions
from cnnviz.ui.shared.address import RUNS, asked
from cnnviz.ui.shared.choice import arriving, choice, choose, chosen_before, distinct, tell
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.recipe import SEED
from cnnviz.ui.shared.run_list import run_label
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.training.config import Length
    from cnnviz.training.race import Lane
    from cnnviz.training.race_times import Work

ANY = "any"


@st.cache_resource(max_entries=2, show_spinner="Reading the pictures")
def _dataset(name: str) -> Dataset:
    return load_dataset(name)


# --- a new race -----------------------------------------------------------------------------


def new_race() -> None:
    """Draw the form for a race, and the button that starts it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        questions = {name: preset.title for name, preset in PRESETS.items()}
        preset = choice(st.selectbox, "Question", questions, "optimiser", key="r_preset", width=270)
        titles = {name: info.title for name, info in DATASETS.items()}
        name = choice(st.selectbox, "Pictures", titles, next(iter(titles)), key="r_data", width=190)
        lengths: dict[str, str] = {key: length.title for key, length in LENGTHS.items()}
        length = choice(st.segmented_control, "Length", lengths, "lesson", key="r_length")
        modes = {"together": "Together", "turns": "One after another"}
        mode = choice(st.segmented_control, "Start the runs", modes, "together", key="r_mode")
    st.caption(PRESETS[preset].about)
    lanes, problem = choose_lanes(preset, name)
    info = DATASETS[name]
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
                name,
                lanes,
                cast("Length", length),
                int(typed_number("r_seed", SEED, 0)),
                together=mode == "together",
            ),
            primary=True,
            disabled=bool(problem) or seed is None,
        )
        fair = _fairness(len(lanes), together=mode == "together")
        st.caption(problem or fair + _neighbours(), width="stretch")
    actions.say_refusal()


def _fairness(count: int, *, together: bool) -> str:
    threads = race.threads_each(count, cores(), together=together)
    each = counted(threads, "thread")
    if not together:
        return f"Each run trains alone, on all {each} of this machine, after the previous one ends."
    most = min(count, _room(threads))
    if most < count:
        return f"Each run gets {each}; this machine has room for {most} at a time, the others wait."
    all_ = "Both" if count == 2 else f"All {count}"
    return f"{all_} train at the same time, each on {each}, so none has an advantage."


def _room(threads: int) -> int:
    """How many lanes with so many threads can train at the same time."""
    return min(max(1, cores() // threads), slots())


def _neighbours() -> str:
    """What to know of other runs before starting a race."""
    busy = sum(run.is_alive() for run in list_runs())
    if not busy:
        return ""
    runs, end = (
        ("Another run is", "it ends") if busy == 1 else (f"{busy} other runs are", "they end")
    )
    return f" {runs} training: until {end}, lanes may have to wait, and times mean little."


def begin(
    preset: str, name: str, lanes: Sequence[Lane], length: Length, seed: int, *, together: bool
) -> list[Run]:
    """Start a race and choose it on the page. Only for presenters: see `actions.attempt`.

    Args:
        preset: The question it began as, a key of `PRESETS`.
        name: An id of `cnnviz.datasets.DATASETS`.
        lanes: Two to six.
        length: How long, the same for all.
        seed: Of all.
        together: Whether they run at the same time.

    Raises:
        NetworkError: A lane's network cannot be had; then nothing is started.
        RunError: A lane cannot be trained with, or there are too few or too many.
        TrainingError: One cannot be started; those before it are stopped again.
    """
    if not LEAST <= len(lanes) <= MOST:
        raise RunError(f"A race has {LEAST} to {MOST} lanes.")
    try:
        dataset = _dataset(name)
    except DatasetError as error:
        raise RunError(str(error)) from error
    group = race.race_id(preset)
    threads = race.threads_each(len(lanes), cores(), together=together)
    configs = [
        race.lane_config(
            dataset,
            lane,
            length=length,
            seed=seed,
            group=group,
            threads=threads,
            lanes=len(lanes) * (together and len(lanes) <= _room(threads)),
        )
        for lane in lanes
    ]
    runs: list[Run] = []
    try:
        for lane, config in zip(lanes, configs, strict=True):
            runs.append(training.start(config))
            runs[-1].rename(lane.name)
    except (RunError, training.TrainingError):
        stop_all(runs)
        raise
    choose("r_race", group)
    return runs


# --- races and runs there are ---------------------------------------------------------------


@st.cache_data(max_entries=2000, show_spinner=False)
def _group(_run: Run, path: str) -> str:  # noqa: ARG001 - the key
    try:
        return _run.config.group
    except RunError:
        return ""


def races(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs of each race in the order in which they were started, the newest race first."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if group := _group(run, str(run.path)):
            found.setdefault(group, []).append(run)
    return {group: sorted(found[group], key=_begun) for group in sorted(found, reverse=True)}


def _begun(run: Run) -> tuple[int, str]:
    """When a run was asked for, finer than the second that its id tells."""
    try:
        return (run.path / "run.json").stat().st_mtime_ns, run.id
    except OSError:
        return 0, run.id


def choose_runs(notice: DeltaGenerator) -> tuple[str, list[Run]]:
    """Draw the choice of a race, or of any runs.

    Args:
        notice: Where to say what a link asks for in vain.

    Returns:
        The id of the race, or `ANY`; and the runs to look at.
    """
    runs = list_runs()
    found = races(runs)
    titles = {group: race.race_title(group) for group in found} | {ANY: "Any runs"}
    if arriving("r_race") and not asked("r_race") and found and chosen_before("r_race") is None:
        choose("r_race", next(iter(found)))
    chosen = choice(
        st.selectbox, "Race", titles, ANY, key="r_race", width=380, notice=notice,
        unknown="There is no race “{}” here (any more).",
    )  # fmt: skip
    if chosen != ANY:
        RUNS.set_aside()
        return chosen, found[chosen][:MOST]
    return ANY, _choose_any({run.id: run for run in runs}, notice)


def _choose_any(runs: dict[str, Run], notice: DeltaGenerator) -> list[Run]:
    state, opened = st.session_state, "_r_runs" not in st.session_state
    usual = tuple(run.id for run in runs.values() if run.shipped)
    wanted = RUNS.follow(tuple(state.get("_r_runs") or ()), opened=opened)
    if wanted is None:
        wanted = usual if (before := RUNS.last()) is None else before
    missing = [id for id in wanted if id not in runs]
    state["_r_runs"] = [id for id in wanted if id in runs][:MOST]
    labels = distinct({id: run_label(run) for id, run in runs.items()})
    chosen: list[str] = st.multiselect(
        "Runs",
        list(runs),
        format_func=labels.__getitem__,
        key="_r_runs",
        max_selections=MOST,
        wrap=True,
    )
    RUNS.write(None if tuple(chosen) == usual else tuple(chosen))
    name = plain(missing[0][:60]) if missing else ""
    problem = f"There is no run called “{name}” here (any more)."
    with notice:
        tell(RUNS.name, chosen, name and problem, opened=opened)
    return [runs[id] for id in chosen]


def at_work(runs: Sequence[Run]) -> list[Run]:
    """Those that train, or wait to."""
    found = []
    for run in runs:
        try:
            if run.state().active:
                found.append(run)
        except RunError:
            continue
    return found


def say_result(runs: Sequence[Run]) -> None:
    """Draw the answer to the race's question, once all lanes are through."""
    states, pictures = [], set()
    for run in runs:
        try:
            states.append(run.state())
            pictures.add((run.config.dataset, run.config.dataset_title))
        except RunError:
            return
    if len(pictures) > 1:
        titles = " and ".join(sorted(title for _, title in pictures))
        st.markdown(
            f"These runs learn from different pictures ({plain(titles)}), so neither their"
            " accuracies nor their losses can be compared."
        )
        return
    names = [run_label(run).rpartition(" · ")[0] for run in runs]
    if text := race_result.verdict(names, states):
        st.markdown(f"**Result.** {plain(text)}")


def uneven(runs: Sequence[Run]) -> str | None:
    """Why the times of runs cannot be compared; empty if they can, None while any is at work."""
    if at_work(runs):
        return None
    lanes = [_work_of(run) for run in runs]
    spells = [spell for lane in lanes for spell in lane.spells]
    begin, end = min((a for a, _ in spells), default=0), max((b for _, b in spells), default=0)
    ids = {run.id for run in runs}
    others = [
        _work_of(run)
        for run in list_runs()
        if run.id not in ids
        # Most others were at another time, which the dates of their files tell.
        and _changed(run, "events.jsonl") >= begin
        and _changed(run, "run.json") <= end
    ]
    return race_times.uneven(lanes, others)


def _work_of(run: Run) -> Work:
    return _work(run, str(run.path), _changed(run, "events.jsonl"))


@st.cache_data(max_entries=500, show_spinner=False)
def _work(_run: Run, path: str, changed: float) -> Work:  # noqa: ARG001 - the key
    try:
        return race_times.work_of(_run.kept_events())
    except RunError:
        return race_times.work_of(())


def _changed(run: Run, name: str) -> float:
    """When a file of a run was written last, in seconds since 1970; 0 if there is none."""
    try:
        return (run.path / name).stat().st_mtime
    except OSError:
        return 0.0


def go_on(runs: Sequence[Run]) -> None:
    """Draw a link for each run to what comes next: watching it, or, at its end, looking inside."""
    page, parameter, words = page_at("inside"), "i_run", "Look inside"
    if at_work(runs):
        page, parameter, words = page_at("train"), "t_run", "Watch"
    with st.container(horizontal=True, gap="small"):
        for run in runs:
            st.page_link(
                page.script,
                label=f"{words}: {plain(run_label(run).rpartition(' · ')[0])}",
                icon=page.icon,
                query_params={parameter: run.id},
            )


def stop_all(runs: Sequence[Run]) -> None:
    """Stop all that train or wait, those in line first, so that none takes a free place.

    Raises:
        RunError: The disk refused.
        TrainingError: A setting makes no sense.
    """
    for run in sorted(at_work(runs), key=lambda run: run.is_alive()):
        training.stop(run)
