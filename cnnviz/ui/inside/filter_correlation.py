"""How alike the filters of a layer are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.one_filter import correlation_figure
from cnnviz.inspection.activations import find
from cnnviz.inspection.filter_code import correlation_code
from cnnviz.inspection.filter_correlation import (
    alike,
    mean_strength,
    output_correlation,
    weight_correlation,
)
from cnnviz.networks import LocallyConnected
from cnnviz.numbers.formatting import formatted
from cnnviz.ui.inside.chosen_filter import kept_by_layer
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.ui.inside.chosen_filter import OneFilter

_COUNT = 200
_MOST = 128  # so many rows and columns can still be told apart


@kept_by_layer(64)
def _correlation(one: OneFilter, of: str) -> NDArray[np.float64]:
    if of == "weights":
        return weight_correlation(one.model, one.layer)
    inputs = one.pictures.inputs(one.run.config, _COUNT)
    return output_correlation(one.model, one.layer, inputs)


def show_correlation(one: OneFilter) -> None:
    """Draw the correlations of all filters of the layer, and those most like the chosen one."""
    ways = {"outputs": "their outputs", "weights": "their weights"}
    of = choice(st.segmented_control, "Compare", ways, "outputs", key="i_alike")
    pictures = one.pictures
    found = _correlation(one, of)
    first = min(one.channel // _MOST * _MOST, max(0, len(found) - _MOST))
    strength, near = mean_strength(found), alike(found, one.channel)[:5]
    over = f"all cells of {pictures.told(_COUNT)}" if of == "outputs" else "all their weights"
    text = f"Pearson’s r of each two filters, over {over}."
    if strength is not None:
        text += (
            f" On average |r| is {formatted(strength, '.2f')}: the nearer to 0, the less the"
            " filters repeat one another. Blue ones respond alike, orange ones oppositely."
        )
    if near:
        told = ", ".join(f"{other} (r = {formatted(r, '.2f')})" for other, r in near)
        text += f" Most similar to filter {one.channel}, or most opposite: {told}."
    else:
        text += f" Filter {one.channel} never varies, so it has no correlation."
    st.markdown(text)
    if len(found) > _MOST:
        st.caption(f"Filters {first} to {first + _MOST - 1} of {len(found)} are drawn.")
    part = found[first : first + _MOST, first : first + _MOST]
    chart(
        correlation_figure(part, one.channel - first, first),
        key="i_correlation",
        alt=f"Correlations of the filters of {one.layer}",
    )
    local = isinstance(find(one.model, one.layer), LocallyConnected)
    source = pictures.source(_COUNT) if of == "outputs" else None
    code = correlation_code(one.run.config, one.step, one.layer, source, local=local)
    copy_code("Copy the PyTorch lines", code, note=one.where)
