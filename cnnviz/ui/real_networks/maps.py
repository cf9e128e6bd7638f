"""Feature maps and filters of a large network, a sheet at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, Scale, map_sheet
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.inspection import InspectionError, conv_layers, filters
from cnnviz.inspection.activations import find
from cnnviz.inspection.outputs import layer_output
from cnnviz.inspection.witnesses.rank import averaged
from cnnviz.ui.shared.answer import show_numbers
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.zoo import turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.shared.zoo import Look

MOST_MAPS, MOST_SIDE = 96, 56


def maps_of(look: Look, layer: str) -> NDArray[np.float32]:
    """What a layer gives for the picture, C×h×w; in a turn of its own."""
    with turn(st.empty()):
        return np.asarray(layer_output(look.network.model, layer, look.inputs).numpy())


def smaller(maps: NDArray[Any], side: int) -> NDArray[Any]:
    """Maps of at most `side` rows and columns, larger ones averaged down."""
    height, width = maps.shape[1:]
    if max(height, width) <= side:
        return maps
    return np.stack([averaged(one, (min(height, side), min(width, side))) for one in maps])


def show_maps(look: Look) -> None:
    """Draw the maps of one layer."""
    layers = look.map_layers()
    if not layers:
        raise InspectionError("No layer of this network gives maps for this picture.")
    st.caption("Point at a map to read its values; click it to enlarge it.")
    with settings("maps", horizontal=True):
        titles = {name: f"{name}, {'×'.join(map(str, s))}" for name, s in layers.items()}
        layer = choice(st.selectbox, "Layer", titles, next(iter(titles)), key="rn_maps", width=330)
        scales: dict[Scale, str] = {"map": "each map", "layer": "the layer"}
        scale = choice(
            st.segmented_control, "Colour scale shared within", scales, "map", key="rn_scale"
        )
        first = _first_of(layers[layer][0], "map", "rn_first")
    maps = maps_of(look, layer)
    part = smaller(maps[first : first + MOST_MAPS], MOST_SIDE)
    note = _note(layers[layer], first, len(part), part.shape[1:])
    map_sheet(
        [Group(layer, part, note)], key="rn_maps_sheet", scale=scale, stops=DIVERGING_STOPS,
        side=84, alt=f"Feature maps of {look.network.title}, layer",
    )  # fmt: skip
    show_numbers(part, f"Map, counted from {first}" if first else "Map", key="_rn_map")


def _first_of(count: int, what: str, key: str) -> int:
    if count <= MOST_MAPS:
        return 0
    starts = {
        begin: f"{begin} to {min(count, begin + MOST_MAPS) - 1}"
        for begin in range(0, count, MOST_MAPS)
    }
    return choice(st.selectbox, f"Which {what}s", starts, 0, key=key, width=130)


def _note(shape: tuple[int, ...], first: int, count: int, drawn: tuple[int, ...]) -> str:
    text = "×".join(map(str, shape))
    if count < shape[0]:
        text += f", maps {first} to {first + count - 1}"
    if drawn != shape[1:]:
        text += f", averaged to {drawn[0]}×{drawn[1]}"
    return text


def show_filters(look: Look) -> None:
    """Draw the learned filters of one convolution."""
    model = look.network.model
    layers = {
        name: f"{name}, {'×'.join(map(str, find(model, name).get_parameter('weight').shape))}"
        for name in conv_layers(model)
    }
    st.caption(
        "Point at a filter to read its weights; click it to enlarge it. The first convolution reads"
        " colours, so its filters can be seen as pictures; all later ones read maps."
    )
    with settings("filters", horizontal=True):
        layer = choice(
            st.selectbox, "Convolution", layers, next(iter(layers)), key="rn_conv", width=380
        )
        weights = filters(model, layer).numpy()
        outputs, inputs = weights.shape[:2]
        first = _first_of(outputs, "filter", "rn_filter")
        channel = 0
        if inputs > 1 and weights[0, 0].size > 1:
            state = st.session_state
            state["rn_channel"] = min(state.get("rn_channel", 0), inputs - 1)
            channel = st.number_input(
                f"Input channel, 0 to {inputs - 1}", 0, inputs - 1, key="rn_channel",
                bind="query-params", width=170,
            )  # fmt: skip
    part = weights[first : first + MOST_MAPS]
    shape = "×".join(map(str, weights.shape))
    if weights[0, 0].size == 1:
        _show_matrix(look, layer, part[:, :, 0, 0], first)
        return
    if inputs == 3:
        st.image(
            _mosaic(part), output_format="PNG", alt=f"The filters of {layer} in colour",
            caption="All three colours together: grey is 0, and each filter has its own scale.",
        )  # fmt: skip
    group = Group(layer, part[:, channel], f"{shape}, input channel {channel}", "filter")
    map_sheet(
        [group], key="rn_filters", scale="map", stops=WEIGHT_STOPS, side=64,
        alt=f"Filters of {look.network.title}, layer",
    )  # fmt: skip
    show_numbers(part[:, channel], "Filter", key="_rn_filter")


def _show_matrix(look: Look, layer: str, weights: NDArray[np.float32], first: int) -> None:
    """A 1×1 convolution as the matrix that it is."""
    columns = weights[:, :MOST_MAPS]
    note = f"filters {first} to {first + len(weights) - 1}, inputs 0 to {columns.shape[1] - 1}"
    st.caption(
        "A 1×1 convolution mixes maps and looks at no neighbours: each row is a filter, each column"
        " the weight of one input map."
    )
    map_sheet(
        [Group(layer, columns[None], note, "matrix")], key="rn_matrix", scale="layer",
        stops=WEIGHT_STOPS, side=480, alt=f"Weights of {look.network.title}, layer",
    )  # fmt: skip
    show_numbers(columns[None], "Matrix", key="_rn_matrix")


def _mosaic(weights: NDArray[np.float32], across: int = 16) -> NDArray[np.uint8]:
    """Filters N×3×k×k as one picture, 0 in the middle of the grey values."""
    scale = np.abs(weights).max((1, 2, 3), keepdims=True)
    pixels = np.rint(127.5 * (1 + weights / np.where(scale > 0, scale, 1))).astype(np.uint8)
    zoom = max(1, 40 // pixels.shape[2])
    tiles = pixels.transpose(0, 2, 3, 1).repeat(zoom, 1).repeat(zoom, 2)
    tiles = np.pad(tiles, ((0, -len(tiles) % across), (0, 4), (0, 4), (0, 0)), constant_values=255)
    side = tiles.shape[1]
    rows = tiles.reshape(-1, across, side, side, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows.reshape(-1, across * side, 3))
