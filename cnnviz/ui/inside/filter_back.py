"""A filter's strongest cells, projected back to the pictures by a deconvolutional network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.imaging import DIVERGING_STOPS
from cnnviz.imaging.pixels import crisp, spaced
from cnnviz.inspection.deconvnet import Projection, Rule, project
from cnnviz.inspection.filter_code import back_code
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.inside.chosen_filter import kept_by_layer
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_MOST = 16  # maps of a layer that are drawn on the way down
_COLOURS = ("red", "green", "blue")


@kept_by_layer(60)
def _projections(
    one: OneFilter, channel: int, *, rule: Rule, which: tuple[int, ...]
) -> list[Projection]:
    x = one.pictures.inputs(one.run.config, max(which) + 1)[list(which)]
    return [project(one.model, one.layer, channel, picture, rule=rule) for picture in x]


def show_back(one: OneFilter) -> None:
    """Draw what the best pictures' strongest cells look like, sent back down to the pixels."""
    rules: dict[Rule, str] = {
        "deconvnet": "Deconvolutional network",
        "gradient": "Gradient",
        "guided": "Guided",
    }
    rule = choice(
        st.segmented_control, "A ReLU lets down", rules, "deconvnet", key="i_back",
        help="A deconvolutional network lets down what is above 0 coming down (Zeiler and Fergus"
        " 2014); the gradient what was above 0 going up; guided backpropagation only what was"
        " both (Springenberg et al. 2015).",
    )  # fmt: skip
    pictures, peaks = one.pictures, one.peaks()
    if peaks.is_constant(one.channel):
        return
    best = peaks.best(one.channel)
    which = tuple(int(i) for i in best)
    found = _projections(one, one.channel, rule=rule, which=which)
    st.markdown(
        f"For each of the {len(found)} pictures above, the strongest cell alone is sent back down:"
        " max pooling is undone by its **switches** (a value returns to where the maximum was), a"
        " **ReLU** rectifies, and a convolution is undone by its own filters, **transposed**."
        " What arrives shows roughly which pattern of the picture the cell answered: bright where"
        " it is blue, dark where it is orange."
    )
    if not any(projection.pixels.any() for projection in found):
        st.info(
            f"Filter {one.channel} of {one.layer} is off for all pictures, so nothing comes down."
            " Choose another filter, or read the layer before."
        )
        return
    pixels = np.stack([projection.pixels for projection in found])
    if pixels.shape[1] == 3:
        st.image(
            [spaced(crisp(_around_grey(picture), 96)) for picture in pixels],
            width=90,
            output_format="PNG",
            alt=[f"What the cell of picture {i} looks like, grey where nothing arrives"
                 for i in which],
        )  # fmt: skip
    names = _COLOURS if pixels.shape[1] == 3 else ("Projected back",)
    map_sheet(
        [
            Group(name, pixels[:, at], f"{len(found)} pictures, in the order above", "picture")
            for at, name in enumerate(names)
        ],
        key="i_back_pixels",
        scale="map",
        stops=DIVERGING_STOPS,
        side=96,
        alt=f"Filter {one.channel} of {one.layer} projected back to pixels, ",
    )
    _show_way(one, found[0])
    code = back_code(
        one.run.config, one.step, one.layer, one.channel,
        pictures.samples.images[which[0]], rule=rule,
    )  # fmt: skip
    copy_code("Copy the PyTorch lines", code, note=one.where)


def _show_way(one: OneFilter, strongest: Projection) -> None:
    """Draw what comes down from layer to layer for the strongest picture."""
    value = formatted(strongest.value, ".2f")
    row, column = strongest.cell
    where = f"cell {row}, {column} of map {one.channel}" if len(one.shape) == 3 else "one number"
    st.markdown(
        f"**On the way down**, for the first picture: {where} holds {value}, and each layer passes"
        f" this to its own input. Of a layer with more than {_MOST} maps, the strongest are drawn."
    )
    groups = []
    for name, signal in strongest.way.items():
        if signal.ndim != 3:
            continue
        size = np.abs(signal).reshape(len(signal), -1).max(1)
        kept = np.sort(np.argsort(-size, kind="stable")[:_MOST])
        alive = f"{np.count_nonzero(signal):,} of {signal.size:,} numbers are not 0"
        groups.append(Group(f"through {name}", signal[kept], alive))
    map_sheet(
        groups, key="i_back_way", scale="layer", stops=DIVERGING_STOPS, side=44,
        alt="Signals on the way down, ",
    )  # fmt: skip


def _around_grey(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Signed colours as a picture: nothing is middle grey."""
    most = float(np.abs(pixels).max()) or 1.0
    shades: NDArray[np.uint8] = np.rint(127.5 + 127.5 * pixels / most).astype(np.uint8)
    return shades
