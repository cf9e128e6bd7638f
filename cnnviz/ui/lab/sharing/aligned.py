"""A section of the page From fully connected to convolutional: local filters on real pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.map_sheet import Group, map_sheet
from cnnviz.convolution.sharing import fit_pixels, moved_at_random
from cnnviz.imaging import WEIGHT_STOPS
from cnnviz.ui.lab.sharing.pictures import digits
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

_ALIGNED = {"aligned": "Centred", "moved": "Moved at random"}


def aligned_pictures() -> None:
    """Draw filters that guess a pixel from its neighbours: a local one each, and a shared one."""
    st.header("Aligned pictures")
    st.caption(
        "Here both kinds learn to predict a pixel of a real 8×8 digit from its eight neighbours."
        " The original digits are all centred, like photos of faces that were cropped in the same"
        " way: each position can have a filter of its own. If the digits are moved at random, no"
        " position is special any more."
    )
    right, left = figure_and_settings("aligned", settings_first=True)
    train, test = digits()
    with left:
        kind = choice(st.segmented_control, "The digits", _ALIGNED, "aligned", key="sh_aligned")
        count = paired("Training pictures", 20, len(train), 1000, key="sh_digits")
    train = train[:count]
    if kind == "moved":
        train, test = moved_at_random(train, seed=1), moved_at_random(test, seed=2)
    fit = fit_pixels(train, test)
    side = fit.local.shape[0]
    with right:
        map_sheet(
            [
                Group(
                    f"A filter for each of {side}×{side} positions", fit.local.reshape(-1, 3, 3),
                    tile="row, column", columns=side,
                ),
                Group("One filter for all", fit.shared[np.newaxis], tile="filter"),
            ],
            key="sh_pixels",
            scale="all",
            stops=WEIGHT_STOPS,
            side=48,
            alt=f"{side * side} local filters in the order of their places, and the shared one",
        )  # fmt: skip
        st.dataframe(
            {
                "Kind": ["Local", "Shared"],
                "Weights": [8 * side * side, 8],
                "Mean squared error on new digits": [fit.local_error, fit.shared_error],
            },
            hide_index=True,
            alt="Errors of local and shared filters on digits that were not used for fitting",
        )
        better = "local" if fit.local_error < fit.shared_error else "shared"
        st.markdown(
            f"Here **{better}** filters predict better, by"
            f" **{abs(1 - fit.local_error / fit.shared_error):.0%}** of the shared one's error."
            " The weight in the middle is fixed at 0: a pixel may not be used to predict itself."
        )
