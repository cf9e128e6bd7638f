"""The table in which the lanes of a race are written."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.networks import ALL_NETWORKS, NetworkError, network_from_line, networks_for
from cnnviz.runs import RunError
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training.config import check_trainable, default_recipe
from cnnviz.training.race.lanes import (
    LEAST,
    MOST,
    Lane,
    check_network,
    lanes_from_text,
    lanes_to_text,
)
from cnnviz.training.race.presets import PRESETS
from cnnviz.training.repeat import LOSSES
from cnnviz.training.tasks import TASKS
from cnnviz.ui.shared.address import LANES
from cnnviz.ui.shared.choice import tell
from cnnviz.ui.shared.own_network import TITLE, build_network
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnviz.datasets import DatasetInfo

_UNMIRRORED = {"digits", "mnist", "mnist5k", "scenes", "noisy", "squeezed", "greydigits",
               "sampled", "invented"}  # fmt: skip
_OPTIMISERS = {"sgd": "SGD, Nesterov", "adamw": "AdamW"}
_NETWORKS = {name: info.title for name, info in ALL_NETWORKS.items()} | {OWN_NETWORK: TITLE}
_COLUMNS = ("Name", "Network", "Layers", "Optimiser", "Rate", "Depth", "Batch norm", "Skips",
            "Shift", "Mirror", "Loss")  # fmt: skip
_FIELDS = ("name", "network", "line", "optimiser", "rate", "depth", "batch_norm", "skips", "shift",
           "flip", "loss")  # fmt: skip
_OF_CLASSES = {"Batch norm", "Skips"}  # what only networks that tell classes apart offer
_DEPTHS = {
    "classify": (
        "Depth",
        "Number of convolution blocks; empty for the usual number. LeNet-5 has a fixed depth.",
    ),
    "segment": ("Levels", "How often the maps are halved, and one more; empty for three."),
    "denoise": (
        "Depth",
        "Levels of a U-Net, or numbers in the middle of an autoencoder; empty for the usual.",
    ),
    "colour": ("Levels", "How often the maps are halved, and one more; empty for three."),
    "autoencode": ("Numbers in the middle", "1 to 256; empty for 8."),
    "variational": ("Numbers in the middle", "1 to 256; empty for 8."),
    "generate": ("Depth", "It cannot be chosen: leave it empty."),
}
"""What the depth of a network is called, and what it counts, by task."""


def choose_lanes(preset: str, info: DatasetInfo) -> tuple[tuple[Lane, ...], str]:
    """Draw the table of lanes.

    Args:
        preset: A key of `PRESETS`: the lanes that the table begins with.
        info: The pictures.

    Returns:
        The lanes, and why they cannot race; empty if they can.
    """
    classes = len(info.classes)
    usual = PRESETS[preset].lanes(info.shape, info.id not in _UNMIRRORED, classes)
    notice, opened = st.container(), _table_key() not in st.session_state
    refused = _rebase(f"{preset} {info.id} {info.shape} {classes}", usual)
    state = st.session_state
    table = st.data_editor(
        [_row(lane, info) for lane in state["_r_base"]],
        key=_table_key(),
        column_order=_order(state["_r_base"], info),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        placeholder="as usual",
        alt="The runs of the race, one a row",
        column_config=_column_config(info),
    )
    problem = ""
    lanes: list[Lane] = []
    try:
        lanes = [Lane.of(_values(row, info), number) for number, row in enumerate(table, start=1)]
        if not LEAST <= len(lanes) <= MOST:
            problem = f"A race has {LEAST} to {MOST} lanes; this one has {len(lanes)}."
    except RunError as error:
        problem = str(error)
    unfit = problem or next(filter(None, (_unfit(lane, info) for lane in lanes)), "")
    text = "" if problem or tuple(lanes) == usual else lanes_to_text(lanes)
    LANES.write(text or None)
    with notice:
        tell(LANES.name, f"{_table_key()} {text}", refused, opened=opened)
    for lane, row in zip(lanes, table, strict=False):
        if row.get("Layers") and lane.network != OWN_NETWORK:
            st.warning(
                f"{plain(lane.name)} trains the {_NETWORKS[lane.network]} and not the layers that"
                f" are written beside it. To use those, choose {TITLE} as its network."
            )
    if not problem:
        _build(tuple(lanes), info)
    return tuple(lanes), unfit


def _build(lanes: tuple[Lane, ...], info: DatasetInfo) -> None:
    """Draw the builder of the lanes with networks of their own, one at a time."""
    own = {at: lane.name for at, lane in enumerate(lanes) if lane.network == OWN_NETWORK}
    if not own:
        return
    with (
        st.expander("Edit these networks layer by layer", icon=":material/layers:"),
        st.container(width=560),
    ):
        at = st.selectbox("Lane", list(own), format_func=own.__getitem__, key="_r_lane")
        lane = lanes[at]

        def built(line: str) -> None:
            changed = dataclasses.replace(lane, line=line)
            LANES.write(lanes_to_text((*lanes[:at], changed, *lanes[at + 1 :])))
            # A new table, which begins with the lanes of the address.
            st.session_state["_r_edition"] = st.session_state.get("_r_edition", 0) + 1

        build_network(
            lane.line, info.shape, len(info.classes), _batch_size(info),
            key="_r_layers", on_change=built, task=info.task,
        )  # fmt: skip


def _batch_size(info: DatasetInfo) -> int:
    return default_recipe(OWN_NETWORK, info.train, task=info.task).batch_size


def _unfit(lane: Lane, info: DatasetInfo) -> str:
    """Why a lane's network cannot be trained on these pictures; empty if it can, or may."""
    batch_size = _batch_size(info)
    try:
        check_network(lane.network, info.task)
        if lane.network == OWN_NETWORK:
            spec = network_from_line(lane.line)
            check_trainable(spec, info.shape, len(info.classes), batch_size, info.task)
    except NetworkError as error:
        return f"{lane.name}: {error}"
    return ""


def _table_key() -> str:
    return f"_r_lanes_{st.session_state.get('_r_edition', 0)}"


def _rebase(place: str, usual: tuple[Lane, ...]) -> str:
    """Decide which lanes the table is drawn from; what is typed is kept as changes of those.

    Args:
        place: The question and the pictures: others bring their own lanes.
        usual: Those lanes.

    Returns:
        Why the lanes of the address are not shown; empty if they are, or if it names none.
    """
    state = st.session_state
    here, opened = state.get("_r_place", place) == place, _table_key() not in state
    if here and not opened and not LANES.changed():
        return ""
    text = LANES.follow(None, opened=opened) if here else None
    base, refused = usual, ""
    if text:
        try:
            base = lanes_from_text(text)
        except RunError as error:
            refused = f"{plain(str(error))} The default lanes are shown."
    state["_r_base"], state["_r_place"] = base, place
    state["_r_edition"] = state.get("_r_edition", 0) + 1
    return refused


def _row(lane: Lane, info: DatasetInfo) -> dict[str, Any]:
    titles = {
        "network": _NETWORKS[lane.network],
        "optimiser": _OPTIMISERS[lane.optimiser],
        "loss": LOSSES.get(lane.loss or next(iter(_losses(info)))),
    }
    return {
        column: titles.get(field, getattr(lane, field))
        for column, field in zip(_COLUMNS, _FIELDS, strict=True)
    }


def _order(lanes: tuple[Lane, ...], info: DatasetInfo) -> list[str]:
    """The columns, those in which the lanes differ first: a phone shows three of them."""
    rows = [_row(lane, info) for lane in lanes]
    alike = {column: len({row[column] for row in rows}) == 1 for column in _COLUMNS}
    left_out = {"Loss"} if len(_losses(info)) < 2 else set()
    if info.task != "classify":
        left_out |= _OF_CLASSES
    shown = [column for column in _COLUMNS if column not in left_out]
    return sorted(shown, key=lambda column: column != "Name" and 1 + alike[column])


def _losses(info: DatasetInfo) -> dict[str, str]:
    """The losses of what the pictures ask for, with their titles; the first is the usual one."""
    losses = TASKS[info.task].losses
    return {name: loss.title for name, loss in losses.items()}


def _values(row: Mapping[str, Any], info: DatasetInfo) -> dict[str, Any]:
    values = {field: row.get(column) for column, field in zip(_COLUMNS, _FIELDS, strict=True)}
    values = {
        # Pandas, which holds the table, writes an empty number as NaN.
        field: None if isinstance(value, float) and math.isnan(value) else value
        for field, value in values.items()
    }
    networks = {title: name for name, title in _NETWORKS.items()}
    optimisers = {title: name for name, title in _OPTIMISERS.items()}
    values["network"] = networks.get(str(values["network"]))
    values["optimiser"] = optimisers.get(str(values["optimiser"]))
    _, *others = _losses(info).items()  # the usual one goes without saying
    values["loss"] = {title: name for name, title in others}.get(str(values["loss"]))
    return values


def _column_config(info: DatasetInfo) -> dict[str, Any]:
    column = st.column_config
    networks = [*(one.title for one in networks_for(info.task).values()), TITLE]
    losses = list(_losses(info).values())
    optimisers, usual = list(_OPTIMISERS.values()), "sgd" if info.task == "classify" else "adamw"
    rate_help = (
        "The peak learning rate, as a multiple of the usual one for the network and optimiser."
    )
    depth, depth_help = _DEPTHS.get(info.task, _DEPTHS["classify"])
    mirror_help = "Mirrors half of the pictures; not for digits." * (info.id not in _UNMIRRORED)
    return {
        "Name": column.TextColumn(max_chars=60, width=150),
        "Network": column.SelectboxColumn(options=networks, default=networks[0], required=True),
        "Layers": column.TextColumn(
            max_chars=2000,
            width=220,
            help=f"The layers of “{TITLE}”, such as c16k3p1 relu p2 fc10. Below the table they can"
            " be built one by one.",
        ),
        "Optimiser": column.SelectboxColumn(
            options=optimisers, default=_OPTIMISERS[usual], required=True
        ),
        "Rate": column.NumberColumn(
            "Peak rate, × usual", min_value=1e-4, max_value=1e4, default=1.0, help=rate_help
        ),
        "Depth": column.NumberColumn(
            depth,
            min_value=1,
            max_value=20 if info.task == "classify" else 256,
            step=1,
            help=depth_help,
        ),
        "Batch norm": column.CheckboxColumn(default=True),
        "Skips": column.CheckboxColumn("Skip connections", default=False),
        "Shift": column.NumberColumn(
            min_value=0, max_value=16, step=1, default=0, help="Largest random shift, in pixels."
        ),
        "Mirror": column.CheckboxColumn(
            default=False, help=mirror_help or "A mirrored digit is not the same digit."
        ),
        "Loss": column.SelectboxColumn(options=losses, default=losses[0], required=True, width=200),
    }
