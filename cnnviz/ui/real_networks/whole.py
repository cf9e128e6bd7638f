"""The whole network, block by block, and one cell of it down to its arithmetic."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.inspection import never_negative
from cnnviz.inspection.cell_sum import cell_sum
from cnnviz.inspection.outputs import layer_outputs
from cnnviz.numbers.formatting import counted, formatted, sides
from cnnviz.ui.real_networks.maps import smaller
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.zoo import turn

if TYPE_CHECKING:
    from cnnviz.inspection.cell_sum import CellSum
    from cnnviz.inspection.layers import LayerRow
    from cnnviz.ui.shared.zoo import Look

_MAPS, _SIDE = 10, 28  # of each row: so many maps of at most so many rows and columns
_PARTS = 12
_SHOWN = 9  # rows and columns of a window whose numbers are listed


def show_whole(look: Look) -> None:
    """Draw the tab: all blocks, or the layers of one; then a cell."""
    blocks = {
        name: list(rows) for name, rows in itertools.groupby(look.layers, lambda row: row.block)
    }
    st.caption(
        "The network from top to bottom: the first maps of each block, as they are for this"
        " picture. Open a block to see the layers inside; point at a map to read its values."
    )
    with settings("whole", horizontal=True):
        names = {"all": "All blocks, folded"}
        names |= {name: f"{name}: {_inside(rows)}" for name, rows in blocks.items()}
        opened = choice(st.selectbox, "Open", names, "all", key="rn_block", width=330)
    if opened == "all":
        rows = [row for row in (_last_maps(rows) for rows in blocks.values()) if row]
        titles = {row.name: f"{row.block}, {_inside(blocks[row.block])}" for row in rows}
    else:
        rows = [row for row in blocks[opened] if row.gives_maps]
        titles = {row.name: f"{row.name}, {row.kind}" for row in rows}
    with turn(st.empty()):
        maps = layer_outputs(look.network.model, titles, look.inputs)
    map_sheet(
        [
            Group(
                titles[row.name],
                smaller(np.asarray(maps[row.name][:_MAPS].numpy()), _SIDE),
                _shape(row.shape),
                unsigned=never_negative(look.network.model, row.name),
            )
            for row in rows
        ],
        key="rn_whole", scale="map", stops=DIVERGING_STOPS, side=56,
        alt=f"The first maps of {look.network.title}, layer",
    )  # fmt: skip
    _show_table(look, blocks if opened == "all" else {opened: blocks[opened]}, opened)
    _show_cell(look)


def _last_maps(rows: list[LayerRow]) -> LayerRow | None:
    return next((row for row in reversed(rows) if row.gives_maps), None)


def _inside(rows: list[LayerRow]) -> str:
    return counted(sum(row.is_leaf for row in rows), "layer")


def _shape(shape: tuple[int, ...]) -> str:
    return sides(shape)


def _show_table(look: Look, blocks: dict[str, list[LayerRow]], opened: str) -> None:
    if opened == "all":
        lines = [
            (name, _inside(rows), rows[-1].shape, _parameters(rows), sum(r.macs for r in rows))
            for name, rows in blocks.items()
        ]
    else:
        lines = [
            (row.name, row.kind, row.shape, row.parameters if row.is_leaf else 0, row.macs)
            for row in blocks[opened]
        ]
    with st.expander("As a table, with parameters and multiply-adds", icon=":material/table:"):
        names, kinds, shapes, parameters, macs = (
            list(column) for column in zip(*lines, strict=True)
        )
        st.dataframe(
            {
                "Block" if opened == "all" else "Layer": names,
                "What": kinds,
                "Output": [_shape(shape) for shape in shapes],
                "Parameters": parameters,
                "Multiply-adds": macs,
            },
            hide_index=True,
            alt=f"The layers of {look.network.title}",
        )


def _parameters(rows: list[LayerRow]) -> int:
    return sum(row.parameters for row in rows if row.is_leaf and "#" not in row.name)


def _show_cell(look: Look) -> None:
    st.markdown("#### One cell, taken apart")
    layers = {row.name: row for row in look.layers if row.is_leaf}
    with settings("cell", horizontal=True):
        titles = {name: f"{name}, {row.kind}" for name, row in layers.items()}
        chosen = choice(st.selectbox, "Layer", titles, next(iter(titles)), key="rn_cell", width=330)
        shape = layers[chosen].shape
        labels = ("Map", "Row", "Column") if len(shape) == 3 else ("Feature",) * len(shape)
        cell = tuple(
            _field(label, size, f"rn_cell_{label.lower()}")
            for label, size in zip(labels, shape, strict=True)
        )
    with turn(st.empty()):
        found = cell_sum(look.network.model, look.inputs, chosen, cell)
    _say_sum(chosen, cell, found)


def _field(label: str, size: int, key: str) -> int:
    state = st.session_state
    state[key] = min(state.get(key, (size - 1) // 2 if label in {"Row", "Column"} else 0), size - 1)
    return int(
        st.number_input(
            f"{label}, 0 to {size - 1}", 0, size - 1, key=key, bind="query-params", width=150
        )
    )


def _say_sum(layer: str, cell: tuple[int, ...], found: CellSum) -> None:
    name = plain(f"{layer}, {', '.join(map(str, cell))}")
    value = formatted(found.value, ".6g")
    if not found.parts:
        st.markdown(f"**{name}** is **{value}**: {plain(found.words)}.")
        return
    shown = found.parts[:_PARTS]
    rest = sum(part.product for part in found.parts[_PARTS:])
    lines = [(f"from {part.source}", part.product) for part in shown]
    if len(found.parts) > _PARTS:
        lines.append((f"{len(found.parts) - _PARTS} smaller ones", rest))
    lines.append(("bias", found.bias))
    st.markdown(
        f"**{name}** is **{value}**: {counted(len(found.parts), 'part')} and the bias add up to"
        f" {formatted(found.total, '.6g')}. The largest are listed first."
    )
    table, window = st.columns([2, 3])
    with table:
        st.dataframe(
            {
                "Input map" if len(cell) == 3 else "Input": [text for text, _ in lines],
                "Adds": [formatted(value, ".6g") for _, value in lines],
            },
            hide_index=True, alt="What each input adds to the cell",
        )  # fmt: skip
    with window:
        part = found.parts[0]
        rows, columns = part.values.shape
        if max(rows, columns) > _SHOWN:
            return
        st.markdown(
            f"The largest, from {part.source}: values × weights ="
            f" **{formatted(part.product, '.6g')}**"
        )
        for title, numbers in (("Values", part.values), ("Weights", part.weights)):
            st.caption(title)
            st.dataframe(numbers, hide_index=True, alt=f"{title} of the largest part")
