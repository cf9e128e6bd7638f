"""Which race is looked at, or which runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.runs import Run, list_runs
from cnnviz.training.labels import run_label
from cnnviz.training.race.lanes import MOST
from cnnviz.training.race.presets import race_title
from cnnviz.training.race.runs import is_shipped, races
from cnnviz.ui.shared.address import RUNS, asked
from cnnviz.ui.shared.choice import arriving, choice, choose, chosen_before, distinct, tell
from cnnviz.ui.shared.run_list import tells_classes
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

ANY = "any"


def choose_runs(notice: DeltaGenerator) -> tuple[str, list[Run]]:
    """Draw the choice of a race, or of any runs.

    Args:
        notice: Where to say what a link asks for in vain.

    Returns:
        The id of the race, or `ANY`; and the runs to look at.
    """
    runs = list_runs()
    found = races(runs)
    titles = {group: race_title(group) for group in found} | {ANY: "Any runs"}
    ours = [group for group, lanes in found.items() if not is_shipped(lanes)]
    for group in found.keys() - set(ours):
        titles[group] = f"{titles[group].split(' · ')[0]} · bundled example"
    if arriving("r_race") and not asked("r_race") and ours and chosen_before("r_race") is None:
        choose("r_race", ours[0])
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
    shipped = [run for run in runs.values() if run.shipped and tells_classes(run)]
    # Runs that learned from different pictures cannot be compared.
    usual = tuple(run.id for run in shipped if run.config.dataset == shipped[0].config.dataset)
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
