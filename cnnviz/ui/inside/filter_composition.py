"""A filter's strongest inputs, theirs, and so on: edges make parts, parts make an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.gallery import Tile, gallery
from cnnviz.imaging.pixels import crisp
from cnnviz.inspection.activations import find
from cnnviz.inspection.composition import Unit, composed
from cnnviz.inspection.filter_code import parts_code
from cnnviz.inspection.patches import cut_out
from cnnviz.networks import field_of
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.choice import choose
from cnnviz.ui.shared.code import copy_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.inspection.patches import Peaks
    from cnnviz.ui.inside.chosen_filter import OneFilter

_PATCHES = 3  # of each filter
_SIDE = 60  # of a patch, in pixels


def show_composition(one: OneFilter) -> None:
    """Draw the tree below a filter's strongest cell, each filter by the patches it likes best."""
    found = one.peaks()
    if found.is_constant(one.channel):
        return
    picture = int(found.best(one.channel, 1)[0])
    cell = int(found.rows[picture, one.channel]), int(found.columns[picture, one.channel])
    inputs = one.pictures.inputs(one.run.config, picture + 1)[picture]
    top = composed(one.model, inputs, one.layer, one.channel, cell)
    st.markdown(
        "A convolution adds up **weight × activation** over its input maps. Below, the cell that"
        " answers the first picture most: the three inputs that gave it most, and the three that"
        " gave these most, down to the filters that read the picture. Each filter is drawn by the"
        f" {_PATCHES} real patches that excite it most. Click one to look at it."
    )
    _show_level(one, [("", [top])], 0)
    conv = find(one.model, top.convolution)
    if getattr(conv, "groups", 1) == 1:
        code = parts_code(
            one.run.config, one.step, top.convolution, (top.channel, *top.at),
            one.pictures.samples.images[picture],
        )  # fmt: skip
        copy_code("Copy the PyTorch lines", code, note=one.where)


def _show_level(one: OneFilter, families: list[tuple[str, list[Unit]]], depth: int) -> None:
    units = [unit for _, family in families for unit in family]
    if not units:
        return
    layer = units[0].layer
    shape = (max(unit.channel for unit in units) + 1,)
    level = type(one)(one.run, one.step, one.model, layer, shape, 0, one.subject, one.where)
    peaks = level.peaks()
    (top, bottom), (left, right) = level.field((0, 0))
    st.markdown(
        f"**{layer}**: a cell sees {bottom - top + 1}×{right - left + 1} pixels"
        + (", and the convolution of these reads the picture itself." * (not units[0].parts))
    )
    columns = st.columns(len(families))
    for at, (column, (above, family)) in enumerate(zip(columns, families, strict=True)):
        with column:
            if above:
                st.caption(f"make {above}")
            gallery(
                [_tile(level, unit, peaks) for unit in family],
                key=f"i_parts_{depth}" if len(families) == 1 else f"i_parts_{depth}_{at}",
                chosen=one.channel if depth == 0 else None,
                label=f"Filters of {layer}" + (f" that make {above}" if above else ""),
                on_choose=lambda channel: _look_at(layer, channel),
                side=3 * _SIDE if depth == 0 else 120,
            )
    below = [(f"{unit.layer} {unit.channel}", list(unit.parts)) for unit in units if unit.parts]
    _show_level(one, below[:3] if depth else below, depth + 1)


def _look_at(layer: str, channel: int) -> None:
    choose("i_unit_layer", layer)
    choose("i_unit", channel)


def _tile(level: OneFilter, unit: Unit, peaks: Peaks) -> Tile:
    config, images = level.run.config, level.pictures.samples.images
    patches: list[NDArray[np.uint8]] = []
    for picture in peaks.best(unit.channel, _PATCHES):
        place = int(peaks.rows[picture, unit.channel]), int(peaks.columns[picture, unit.channel])
        field = field_of(config.spec, config.input_shape, unit.layer, place)
        large = crisp(cut_out(images[picture], field), _SIDE)
        patches.append(large[None] if large.ndim == 2 else large.transpose(2, 0, 1))
    gap = np.full((*patches[0].shape[:2], 4), 127, np.uint8)
    row = [piece for patch in patches for piece in (patch, gap)][:-1]
    text = f"{unit.channel}"
    words = f"Filter {unit.channel} of {unit.layer}, value {formatted(unit.value, '.2f')}"
    if unit.product:
        text += f": +{formatted(unit.product, '.2f')} ({unit.share:.0%})"
        words += (
            f"; it gave {formatted(unit.product, '.2f')}, {unit.share:.0%} of what spoke for it"
        )
    return Tile(unit.channel, np.concatenate(row, 2), text, words)
