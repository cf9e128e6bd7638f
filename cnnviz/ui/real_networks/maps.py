"""Feature maps and filters of a large network, a sheet at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.map_sheet import Group, Scale, map_sheet
from cnnviz.figures.one_filter import correlation_figure
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.inspection import InspectionError, conv_layers, filters, never_negative
from cnnviz.inspection.activations import colour_shares, find
from cnnviz.inspection.attribution.agreement import averaged
from cnnviz.inspection.filter_correlation import mean_strength, weight_correlation
from cnnviz.inspection.outputs import layer_output
from cnnviz.numbers.formatting import formatted, sides
from cnnviz.ui.shared.answer import show_numbers
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.text import plain
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
        titles = {name: f"{name}, {sides(s)}" for name, s in layers.items()}
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
        [Group(layer, part, note, unsigned=never_negative(look.network.model, layer))],
        key="rn_maps_sheet", scale=scale, stops=DIVERGING_STOPS, side=84,
        alt=f"Feature maps of {look.network.title}, layer",
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
    text = sides(shape)
    if count < shape[0]:
        text += f", maps {first} to {first + count - 1}"
    if drawn != shape[1:]:
        text += f", averaged to {drawn[0]}×{drawn[1]}"
    return text


def show_filters(look: Look) -> None:
    """Draw the learned filters of one convolution."""
    model = look.network.model
    layers = {
        name: f"{name}, {sides(find(model, name).get_parameter('weight').shape)}"
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
    shape = sides(weights.shape)
    if weights[0, 0].size == 1:
        _show_matrix(look, layer, part[:, :, 0, 0], first)
        return
    if inputs == 3:
        _show_colours(look, layer, weights, first)
    group = Group(layer, part[:, channel], f"{shape}, input channel {channel}", "filter")
    map_sheet(
        [group], key="rn_filters", scale="map", stops=WEIGHT_STOPS, side=64,
        alt=f"Filters of {look.network.title}, layer",
    )  # fmt: skip
    show_numbers(part[:, channel], "Filter", key="_rn_filter")


def _show_colours(look: Look, layer: str, weights: NDArray[np.float32], first: int) -> None:
    """Filters that read colours as pictures, and beside them how alike they are."""
    network, found = look.network, weight_correlation(look.network.model, layer)
    grey = int((colour_shares(weights) < 0.5).sum())
    text = (
        f"**{grey} of the {len(weights)}** {'' if network.trained else 'random '}filters are mostly"
        " grey: what is the same for red, green and"
        " blue holds over half of their squared weights."
    )
    strength = mean_strength(found)
    if strength is not None:
        text += f" Between two filters |r| is {formatted(strength, '.2f')} on average."
    if network.name == "alexnet":
        text += (
            " AlexNet’s paper shows 96 filters of 11×11×3. It was trained on two GPUs with 48"
            " filters each: those of the one became largely colour-agnostic, those of the other"
            " largely colour-specific (Krizhevsky et al. 2012, figure 3). These are not the 96:"
            " torchvision’s AlexNet is the single column of 2014, with 64. The weights of the"
            " original are in no package that this app installs."
        )
    st.markdown(text)
    shown = slice(first, first + MOST_MAPS)
    pictures, matrix = st.columns(2)
    with pictures:
        st.image(
            _mosaic(weights[shown], across=8), output_format="PNG",
            alt=f"Filters of {network.title}, {layer}, in colour",
            caption=f"{plain(network.title)}, {plain(layer)}, in rows of 8. All three colours"
            " together: grey is 0, and each filter has its own scale.",
        )  # fmt: skip
    with matrix:
        chart(
            correlation_figure(found[shown, shown], None, first), key="rn_alike",
            alt=f"Pearson’s r of the weights of each two filters of {layer}",
        )  # fmt: skip


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


def _mosaic(weights: NDArray[np.float32], across: int) -> NDArray[np.uint8]:
    """Filters N×3×k×k as one picture, 0 in the middle of the grey values."""
    scale = np.abs(weights).max((1, 2, 3), keepdims=True)
    pixels = np.rint(127.5 * (1 + weights / np.where(scale > 0, scale, 1))).astype(np.uint8)
    zoom = max(1, 40 // pixels.shape[2])
    tiles = pixels.transpose(0, 2, 3, 1).repeat(zoom, 1).repeat(zoom, 2)
    tiles = np.pad(tiles, ((0, -len(tiles) % across), (0, 4), (0, 4), (0, 0)), constant_values=255)
    side = tiles.shape[1]
    rows = tiles.reshape(-1, across, side, side, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows.reshape(-1, across * side, 3))
