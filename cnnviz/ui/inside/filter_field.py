"""What a filter sees of the picture: all that it could, and what really moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.one_filter import field_figure
from cnnviz.inspection.filter_code import field_code
from cnnviz.inspection.patches import glow_on
from cnnviz.inspection.receptive_field import effective_field, effective_side
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.inside.chosen_filter import kept_by_layer
from cnnviz.ui.shared.code import copy_code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_COUNT = 100


@kept_by_layer(200)
def _field(one: OneFilter, channel: int) -> tuple[NDArray[np.float64], tuple[int, int]]:
    inputs = one.pictures.inputs(one.run.config, _COUNT)
    return effective_field(one.model, one.layer, channel, inputs)


def show_field(one: OneFilter) -> None:
    """Draw the effective receptive field beside the theoretical one, on the picture."""
    pictures = one.pictures
    field, unit = _field(one, one.channel)
    box = one.field(unit)
    (top, bottom), (left, right) = box
    height, width = bottom - top + 1, right - left + 1
    cell = (
        "This number" if len(one.shape) == 1 else f"The cell in the middle, {unit[0]}, {unit[1]},"
    )
    text = (
        f"{cell} can depend on {height}×{width} pixels, the orange frame: that is its theoretical"
        " receptive field, which follows from the layers alone."
    )
    if not field.any():
        st.markdown(
            f"{text} But it is off for all of {pictures.told(_COUNT)}, so no pixel moves it. Choose"
            " another filter, or read the layer before."
        )
        return
    side = effective_side(field)
    st.markdown(
        f"{text} Blue is what really moves it: the mean of |∂ cell / ∂ pixel| over"
        f" {pictures.told(_COUNT)}. Counting pixels with more than 4.55% of the largest, its"
        f" effective receptive field is as large as a square of {formatted(side, '.1f')} pixels."
    )
    beside, numbers = st.columns([2, 3])
    with beside:
        st.image(
            glow_on(one.subject.pixels, field, box),
            output_format="PNG",
            width=260,
            caption="On this picture",
            alt=f"The picture with the effective receptive field of filter {one.channel}",
        )
    with numbers:
        chart(field_figure(field, box), key="i_field", alt="Mean gradient for each pixel")
    code = field_code(one.run.config, one.step, one.layer, one.channel, pictures.source(_COUNT))
    copy_code("Copy the PyTorch lines", code, note=one.where)
