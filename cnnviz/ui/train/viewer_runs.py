"""Viewers' own small runs, where the classroom allows them; and the presenter's eye on them."""

from __future__ import annotations

import dataclasses

import streamlit as st

from cnnviz import classroom
from cnnviz.datasets import DATASETS, DatasetError, is_available, load_dataset
from cnnviz.networks import EXAMPLES, NETWORKS, NetworkError, Spec, network_from_line
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Run, RunError, list_runs
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training import TrainingError, start, stop
from cnnviz.training.config import make_config, recipe_for
from cnnviz.training.engines import limits
from cnnviz.training.labels import run_label
from cnnviz.ui.shared import role
from cnnviz.ui.shared.actions import button, popover_key
from cnnviz.ui.shared.number_field import number_field, typed_number
from cnnviz.ui.shared.own_network import TITLE, OwnNetwork, build_network
from cnnviz.ui.shared.recipe import SEED
from cnnviz.ui.shared.run_list import started_runs
from cnnviz.ui.shared.text import plain

_RATE = Limits(0.01, 100)
_REFUSED, _LINE = "_t_own_refused", "_t_own_line"
_NETWORKS = {id: info.title for id, info in NETWORKS.items()} | {OWN_NETWORK: TITLE}


def allowed() -> bool:
    """Whether this session may start small runs of its own."""
    return classroom.is_open() and not role.is_presenter() and limits.viewer_runs() > 0


def own_run_form() -> None:
    """Draw a viewer's form: pictures, network and learning rate; everything else is given."""
    if not (allowed() and role.viewer_id()):
        return
    with st.expander("Train a small network of your own", icon=":material/model_training:"):
        st.caption(limits.sentence())
        sets = [id for id, info in DATASETS.items() if info.embedded or is_available(id)]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Pictures", sets, format_func=lambda id: DATASETS[id].title,
                         key="_t_own_data", width=200)  # fmt: skip
            st.selectbox("Network", list(_NETWORKS), format_func=_NETWORKS.__getitem__,
                         key="_t_own_net", width=200)  # fmt: skip
            rate = number_field("Peak learning rate, × usual", _RATE, 1.0, key="_t_own_rate",
                                width=240)  # fmt: skip
            seed = number_field("Seed", SEED, 0, key="_t_own_seed", width=120)
            place = st.container(width="content")
        problem = ""
        if st.session_state["_t_own_net"] == OWN_NETWORK:
            with st.container(width=560):
                problem = _build(st.session_state["_t_own_data"]).problem
        place.button("Start my run", icon=":material/play_arrow:", key="_t_own_start",
                     on_click=_start_own,
                     disabled=bool(problem) or rate is None or seed is None)  # fmt: skip
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(plain(refused), icon=":material/block:")


def _build(dataset: str) -> OwnNetwork:
    """Draw the builder for a set of pictures; the line is this viewer's alone."""
    state, info = st.session_state, DATASETS[dataset]
    classes = len(info.classes)
    batch_size = recipe_for("quick", OWN_NETWORK, info.train).batch_size
    return build_network(
        state.setdefault(_LINE, EXAMPLES["small"].line(info.shape, classes)),
        info.shape, classes, batch_size,
        key="_t_own_layers", on_change=lambda line: state.update({_LINE: line}),
    )  # fmt: skip


def _start_own() -> None:
    state, started = st.session_state, started_runs()
    try:
        network = state["_t_own_net"]
        run = start_own(
            state["_t_own_data"],
            network_from_line(state[_LINE]) if network == OWN_NETWORK else network,
            typed_number("_t_own_rate", _RATE, 1.0),
            int(typed_number("_t_own_seed", SEED, 0)),
        )
        started.append(run.id)
    except (DatasetError, NetworkError, RunError, TrainingError, role.NotPresenterError) as error:
        state[_REFUSED] = str(error)


def start_own(dataset: str, network: str | Spec, rate: float, seed: int) -> Run:
    """Start a viewer's run: a quick look at a data set that is there.

    Args:
        dataset: An id of `cnnviz.datasets.DATASETS`.
        network: An id of `cnnviz.networks.NETWORKS`, or the layers of another network.
        rate: Factor on the usual learning rate.
        seed: Of the run.

    Raises:
        DatasetError: The pictures are not on this computer.
        NetworkError: The network does not fit the pictures.
        NotPresenterError: Viewers may not start runs here.
        RunError: A value makes no sense, or the disk refused.
        TrainingError: There are too many runs, or this one is too large.
    """
    if not allowed():
        role.presenter_only()
    pictures = load_dataset(dataset)
    id = network if isinstance(network, str) else OWN_NETWORK
    usual = recipe_for("quick", id, len(pictures.train_images))
    recipe = dataclasses.replace(usual, learning_rate=usual.learning_rate * rate, seed=seed)
    return start(limits.for_viewer(make_config(pictures, network, recipe), role.viewer_id()))


def viewers_runs() -> None:
    """Draw the presenter's list of what viewers train, with one button that stops it all."""
    if not (role.is_presenter() and limits.viewer_runs() > 0):
        return
    popover = st.popover(
        "Viewers’ runs", icon=":material/groups:", key=popover_key("_t_viewers"), on_change="rerun"
    )
    with popover:
        if not popover.open:
            return
        active = active_viewers_runs()
        if not active:
            st.caption("No viewer is training anything now.")
            return
        for run in active:
            st.markdown(f"{plain(run_label(run))}, {run.known_state().status}")
        button("Stop all viewers’ runs", ":material/stop_circle:", stop_all, primary=True,
               name="Stop-all", closes="_t_viewers")  # fmt: skip


def active_viewers_runs() -> list[Run]:
    """The runs of viewers that train or wait, newest first."""
    found = []
    for run in list_runs():
        try:
            if run.config.owner and run.known_state().active:
                found.append(run)
        except RunError:
            continue
    return found


def stop_all() -> None:
    """Stop every viewer's run, at work or in line.

    Raises:
        NotPresenterError: This session only watches.
        RunError: The disk refused.
    """
    role.presenter_only()
    for run in active_viewers_runs():
        stop(run)
