"""Train a network in a process of its own, and watch a run."""

import streamlit as st

from cnnviz.datasets import DatasetError
from cnnviz.networks import NETWORKS, NetworkError, Spec, network_spec, pytorch_code, summary
from cnnviz.runs import Recipe, RunError
from cnnviz.training import TrainingError, start
from cnnviz.training.config import make_config
from cnnviz.training.data import own_dataset_tensors
from cnnviz.ui.choice import choice
from cnnviz.ui.code import copy_code
from cnnviz.ui.recipe import choose_recipe, reset_recipe
from cnnviz.ui.run_list import choose_run, compare_runs, go_to
from cnnviz.ui.run_view import show_run
from cnnviz.ui.training_data import OWN, Choice, choose_data


def begin(data: Choice, network: str, recipe: Recipe) -> None:
    with st.spinner("Starting…"):
        try:
            dataset = data.load()
            tensors = own_dataset_tensors(dataset) if dataset.id == OWN else None
            run = start(make_config(dataset, network, recipe), tensors=tensors)
        except (DatasetError, NetworkError, RunError, TrainingError) as error:
            st.error(str(error))
        else:
            go_to(run)


def network_table(spec: Spec, shape: tuple[int, int, int]) -> None:
    rows = summary(spec, shape)
    parameters, macs = sum(r.parameters for r in rows), sum(r.macs for r in rows)
    st.caption(f"{parameters:,} parameters, {macs / 1e6:.1f} million multiply-adds a picture.")
    with st.container(horizontal=True):
        with st.popover("Layer by layer", icon=":material/layers:"):
            st.dataframe(
                {
                    "Layer": [r.name for r in rows],
                    "Output": ["×".join(map(str, r.output_shape)) for r in rows],
                    "Parameters": [r.parameters for r in rows],
                    "Multiply-adds": [r.macs for r in rows],
                    "Sees (pixels)": ["×".join(map(str, r.receptive_field)) for r in rows],
                },
                hide_index=True,
                width=620,
                column_config={
                    "Parameters": st.column_config.NumberColumn(format="localized"),
                    "Multiply-adds": st.column_config.NumberColumn(format="localized"),
                },
                alt="Output shape, parameters, multiply-adds and receptive field of each layer",
            )
            st.caption(
                "Multiply-adds are for one picture. “Sees” is the receptive field: how much of "
                "the picture one number of the output can depend on."
            )
        copy_code("Copy the code", pytorch_code(spec, shape))


controls, view = st.columns([1, 2], gap="large")
with controls:
    data, reason = choose_data()
    titles = {name: info.title for name, info in NETWORKS.items()}
    network = choice(
        st.segmented_control, "Network", titles, "gap", key="t_net", on_change=reset_recipe
    )
    st.caption(NETWORKS[network].about, help=f"{NETWORKS[network].source}.")
    spec = None
    if data:
        try:
            spec = network_spec(network, data.shape, data.classes)
        except NetworkError as error:
            reason = str(error)
    recipe = choose_recipe(network, data.train_images if data else 0)
    if (
        st.button(
            "Start training",
            icon=":material/play_arrow:",
            type="primary",
            width="stretch",
            disabled=bool(reason),
            key="_t_start",
        )
        and data
    ):
        begin(data, network, recipe)
    if reason:
        st.caption(reason)
    if spec and data:
        network_table(spec, data.shape)

with view:
    run = choose_run()
    if run:
        show_run(run)
        compare_runs()
