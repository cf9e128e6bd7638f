"""The picture that excites a filter, found step by step, beside those of the whole layer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from torch import nn

from cnnviz.components.gallery import Tile, gallery
from cnnviz.imaging.pixels import crisp, spaced
from cnnviz.inspection.activation_maximisation import STEPS, Climb, affordable_filters, climb, noise
from cnnviz.inspection.activations import find
from cnnviz.inspection.code import input_code
from cnnviz.inspection.filter_code import climb_code
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.computed_so_far import kept, stop, stopped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_SIDE = 96


def show_climb(one: OneFilter) -> None:
    """Draw the pictures that gradient ascent finds, while it does."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        starts = {"noise": "Noise", "picture": "This picture"}
        start = choice(st.segmented_control, "Start from", starts, "noise", key="i_start")
        jitter = st.toggle(
            "Jitter", value=True, key="i_jitter", bind="query-params",
            help="Shifts the picture a little before each step, so that no pattern depends on one"
            " place.",
        )  # fmt: skip
        smooth = st.toggle(
            "Smoothing", value=True, key="i_smooth", bind="query-params",
            help="Blurs the picture a little every few steps, so that single pixels do not win.",
        )  # fmt: skip
    config = one.run.config
    begin = noise(config.input_shape) if start == "noise" else one.subject.pixels
    count = affordable_filters(config.spec, config.input_shape, one.layer)
    first = min(one.channel // count * count, one.shape[0] - count)
    channels = list(range(first, first + count))
    st.caption(
        f"{STEPS} steps uphill: each changes all pixels so that the filter’s mean value grows"
        " fastest. Such a picture shows what the filter reacts to, but nothing like it need exist:"
        " compare it with the real ones above."
    )
    found = _climbed(one, begin, channels, jitter=jitter, smooth=smooth)
    if not found:
        return
    at = one.channel - first
    _show_path(one, found, at)
    if len(channels) > 1:
        _show_layer(one, found[-1], channels)
    code = climb_code(
        config, one.step, one.layer, one.channel,
        f"{input_code(config, begin)}x0 = x * std + mean\n",
        relu=isinstance(find(one.model, one.layer), nn.ReLU), jitter=jitter, smooth=smooth,
    )  # fmt: skip
    copy_code("Copy the PyTorch lines", code, note=one.where)


def _climbed(
    one: OneFilter, begin: NDArray[np.uint8], channels: list[int], *, jitter: bool, smooth: bool
) -> list[Climb]:
    """All that was shown on the way, from what is kept or step by step."""
    digest = hashlib.blake2b(begin.tobytes(), digest_size=12).hexdigest()
    key = (*one.key, "climb", digest, jitter, smooth, channels[0])
    known = kept().of(key)
    if "climbs" in known:
        climbs: list[Climb] = known["climbs"]
        return climbs
    name = str(key)
    if stopped(name):
        st.caption("Stopped.")
        st.button("Go on", key="_i_go_on", on_click=stop, args=("",))
        return []
    place = st.empty()
    with place.container():
        with st.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0)
            st.button("Stop", icon=":material/stop:", key="_i_stop", on_click=stop, args=(name,))
        picture = st.empty()
    climbs = []
    config = one.run.config
    at = one.channel - channels[0]
    for now in climb(one.model, one.layer, channels, begin, (config.mean, config.std),
                     jitter=jitter, smooth=smooth):  # fmt: skip
        climbs.append(now)
        bar.progress(now.step / STEPS, text=f"Step {now.step} of {STEPS}")
        picture.image(crisp(now.images[at], 168), width=168, output_format="PNG", alt="So far")
    known["climbs"] = climbs
    place.empty()
    return climbs


def _show_path(one: OneFilter, climbs: list[Climb], at: int) -> None:
    shown = climbs[::3] if climbs[::3][-1] is climbs[-1] else [*climbs[::3], climbs[-1]]
    st.image(
        [spaced(crisp(now.images[at], _SIDE)) for now in shown],
        caption=[
            f"Step {now.step}: **{formatted(float(now.values[at]), '.2f')}**" for now in shown
        ],
        width=90,
        output_format="PNG",
        alt=[f"Picture after step {now.step}" for now in shown],
    )
    best = float(one.peaks().means[:, one.channel].max())
    value = formatted(float(climbs[-1].values[at]), ".2f")
    text = (
        f"The mean over the map of filter {one.channel} is **{value}** for it, and at most"
        f" {formatted(best, '.2f')} for the test pictures."
    )
    if np.array_equal(climbs[0].images[at], climbs[-1].images[at]):
        text += (
            " No step changed anything: from this start the filter is off for every small change."
            " Start from the other picture, or read the layer before."
        )
    elif float(climbs[-1].values[at]) == 0:
        text += (
            " The filter stayed off: turn off the smoothing and the jitter, which work against"
            " faint patterns, or read the layer before."
        )
    st.markdown(text)


def _show_layer(one: OneFilter, last: Climb, channels: list[int]) -> None:
    whole = len(channels) == one.shape[0]
    which = "all filters" if whole else f"filters {channels[0]} to {channels[-1]}"
    st.markdown(f"The same for {which} of {one.layer}. Click one to look at it.")
    tiles: list[Any] = [
        Tile(channel, image, str(channel), f"Picture that excites filter {channel}")
        for channel, image in zip(channels, last.images, strict=True)
    ]
    gallery(
        tiles,
        key="i_climbs",
        chosen=one.channel,
        label="Pictures that excite the filters",
        on_choose=lambda channel: choose("i_unit", channel),
    )
