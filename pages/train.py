"""Train a network in a process of its own, and watch a run; in a classroom, follow one."""

import contextlib
import dataclasses
from typing import NamedTuple

import streamlit as st

from cnnviz.components.reveal import reveal
from cnnviz.datasets import DatasetError
from cnnviz.networks import (
    ALL_NETWORKS,
    PICTURE_NETWORKS,
    NetworkError,
    Spec,
    network_spec,
    networks_for,
    options,
    pytorch_code,
    summary,
)
from cnnviz.numbers.formatting import sides
from cnnviz.numbers.parsing import Limits
from cnnviz.runs import Recipe, Run, RunError, show_run_to_all
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training import TrainingError, start
from cnnviz.training.config import default_recipe, make_config
from cnnviz.training.data import own_dataset_tensors
from cnnviz.training.tasks import TASKS
from cnnviz.ui.shared import role
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.number_field import number_field, number_or
from cnnviz.ui.shared.own_network import ABOUT, TITLE, linked_network
from cnnviz.ui.shared.own_zip import OWN
from cnnviz.ui.shared.phone import behind_a_button, fold
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.recipe import BATCH, choose_pace, choose_recipe, reset_recipe
from cnnviz.ui.shared.run_list import choose_run, compare_runs, started_runs
from cnnviz.ui.shared.tables import localized
from cnnviz.ui.shared.text import plain
from cnnviz.ui.train.data import Choice, choose_data
from cnnviz.ui.train.estimate import seconds_per_epoch
from cnnviz.ui.train.run import show_run, show_what_is_shown
from cnnviz.ui.train.untrained import show_untrained
from cnnviz.ui.train.viewer_runs import own_run_form, viewers_runs

NUMBERED = {"autoencoder", "vae"}  # they have numbers in the middle, not levels
VIEW, FORM, START, PRESSED = "_t_view", "train", "_t_start", "_t_start_pressed"


class Network(NamedTuple):
    """What is trained: its id, its layers for the pictures, what was chosen of it, or why not."""

    id: str
    spec: Spec | None
    problem: str = ""
    variant: dict[str, int] = {}  # noqa: RUF012 - nobody changes it


def begin(data: Choice, network: Network, recipe: Recipe, pace: float, loss: str) -> None:
    with st.spinner("Starting…"):
        try:
            role.presenter_only()
            dataset = data.load()
            tensors = own_dataset_tensors(dataset) if dataset.id == OWN else None
            layers = network.spec if network.id == OWN_NETWORK else None
            config = make_config(
                dataset, layers or network.id, recipe, variant=network.variant, loss=loss
            )
            config = dataclasses.replace(config, pace=pace)
            started = started_runs()
            run = start(config, tensors=tensors)
            st.session_state.pop(PRESSED, None)
            started.append(run.id)
            show_run_to_all(run.id)
            fold(FORM)
        except (
            DatasetError, NetworkError, RunError, TrainingError, role.NotPresenterError,
        ) as error:  # fmt: skip
            st.session_state.pop(PRESSED, None)
            st.error(plain(str(error)))


def network_table(spec: Spec, shape: tuple[int, int, int]) -> None:
    rows = summary(spec, shape)
    parameters, macs = sum(r.parameters for r in rows), sum(r.macs for r in rows)
    cost = f"{macs:,}" if macs < 1e6 else f"{macs / 1e6:.1f} million"
    st.caption(f"{parameters:,} parameters, {cost} multiply-adds per picture.")
    with st.container(horizontal=True):
        with st.popover("Layer by layer", icon=":material/layers:"):
            st.dataframe(
                {
                    "Layer": [r.name for r in rows],
                    "Output": [sides(r.output_shape) for r in rows],
                    "Parameters": [r.parameters for r in rows],
                    "Multiply-adds": [r.macs for r in rows],
                    "Sees (pixels)": [sides(r.receptive_field) for r in rows],
                },
                hide_index=True,
                width=620,
                column_config=localized("Parameters", "Multiply-adds"),
                alt="Output shape, parameters, multiply-adds and receptive field of each layer",
            )
            st.caption(
                "Multiply-adds are counted per picture. “Sees” is the receptive field: the part of "
                "the picture that one number of the output can depend on."
            )
        copy_code("Copy the PyTorch code", pytorch_code(spec, shape))


def choose_network(data: Choice | None) -> Network:
    task = data.task if data else "classify"
    titles = {name: info.title for name, info in networks_for(task).items()} | {OWN_NETWORK: TITLE}
    network = choice(
        st.pills, "Network", titles, next(iter(titles)), key="t_net", on_change=reset_recipe
    )
    if network == OWN_NETWORK:
        st.caption(ABOUT)
        if not data:
            return Network(network, None)
        usual = default_recipe(network, data.train_images, task=task).batch_size
        batch_size = int(number_or("t_batch", BATCH, usual))
        return Network(network, *linked_network(data.shape, data.classes, batch_size, task))
    st.caption(ALL_NETWORKS[network].about, help=f"{ALL_NETWORKS[network].source}.")
    if not data:
        return Network(network, None)
    try:
        variant = choose_depth(network, data) if network in PICTURE_NETWORKS else {}
        if variant is None:
            return Network(network, None, "A number above cannot be used: correct it first.")
        spec = network_spec(network, data.shape, data.classes, depth=variant.get("depth"))
    except NetworkError as error:
        return Network(network, None, str(error))
    return Network(network, spec, variant=variant)


def choose_depth(network: str, data: Choice) -> dict[str, int] | None:
    """How small the maps become in the middle; None while what is typed cannot be used."""
    offered, block = options(network, data.shape), ALL_NETWORKS[network].block
    if not offered.depths:
        return {}
    depth = number_field(
        block.capitalize(),
        Limits(offered.depths[0], offered.depths[-1], whole=True),
        offered.depth,
        key="t_numbers" if network in NUMBERED else "t_levels",
        linked=True,
        help="All that is known of a picture must pass through so many numbers."
        if network in NUMBERED
        else "The maps are halved from each level to the next.",
    )
    if depth is None:
        return None
    return {} if depth == offered.depth else {"depth": int(depth)}


def choose_loss(task: str) -> str:
    """The name of a loss, where the task has several."""
    losses = TASKS[task].losses
    if len(losses) < 2:
        return ""
    titles = {name: loss.title for name, loss in losses.items()}
    usual = next(iter(titles))
    return choice(st.selectbox, "Loss", titles, usual, key="t_loss")


def choose_and_start() -> tuple[Choice | None, Spec | None]:
    """Draw the form; return the pictures, and the layers of a network of one's own that fits."""
    data, reason = choose_data()
    network = choose_network(data)
    spec, reason = network.spec, reason or network.problem
    task = data.task if data else "classify"
    loss = choose_loss(task)
    images, place = data.train_images if data else 0, st.container()
    pace = choose_pace()  # stands below the lengths, and their times depend on it
    seconds = 0.0
    if spec and data:
        seconds = seconds_per_epoch(
            spec, data.shape, data.classes, images, pace=pace or 0.0, task=task
        )
    with place:
        recipe = choose_recipe(network.id, images, seconds, task)
    if recipe is None or pace is None:
        reason = reason or "A number above cannot be used: correct it first."
    start_row = st.container(key="_t_start_row", gap="xsmall")
    pressed = start_row.button(
        "Start training",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=bool(reason),
        key=START,
        on_click=st.session_state.update,
        args=({PRESSED: True},),
    )
    # The press is kept until a run of the page answers it: a change that the browser sends just
    # after it makes the next run cut this one short, and each run forgets the press before it.
    pressed = st.session_state.get(PRESSED, pressed)
    if reason:
        st.session_state.pop(PRESSED, None)
        start_row.caption(reason)
    elif pressed and data and recipe and pace is not None:
        begin(data, network, recipe, pace, loss)
    if spec and data:
        network_table(spec, data.shape)
    viewers_runs()
    # Before training a network that gives pictures gives noise.
    seen = network.id == OWN_NETWORK and task == "classify"
    return data, spec if seen else None


def say_whose(run: Run, own: str) -> None:
    """Say of a run beside the form for a zip of one's own that it is not from that zip.

    Args:
        run: The one that is shown.
        own: The title of the zip; empty where none is chosen.
    """
    with contextlib.suppress(RunError):  # the view of the run says what is wrong with it
        learned = run.config.dataset_title
        if own and (run.config.dataset, learned) != (OWN, own):
            st.info(
                f"These curves are not of your pictures: this run learned **{plain(learned)}**.",
                icon=":material/info:",
            )


data, own_layers = None, None
if role.is_presenter():
    view, controls = figure_and_settings(shares=(5, 2), settings_first=True, phone_below=False)
    with controls, behind_a_button("Set up a new run", FORM):
        data, own_layers = choose_and_start()
    view = view.container(key=VIEW)
else:
    view = st.container(key=VIEW)

# What comes and goes above the live view must not move it.
form, chooser, place = view.container(), view.container(), view.container()
with form:
    own_run_form()
    if data and own_layers:
        show_untrained(data, own_layers)
with chooser:
    run = choose_run(follow=not role.is_presenter())
    if run:
        say_whose(run, data.zip if data else "")
with place:
    if run:
        show_run(run)
        compare_runs()
    elif not role.is_presenter():
        show_what_is_shown()
# On a phone the run stands below the form; elsewhere its buttons may have been scrolled away.
reveal(VIEW, next(reversed(started_runs()), None))
