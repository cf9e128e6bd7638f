"""Dropout: thinned networks, their average, and the whole network."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.components.playback import Bars, Curves, Sheet, playback
from cnnviz.inspection.dropout import NETS, UNITS, Thinned, dropout_code, thinned
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings

_DIGITS = {float(digit): str(digit) for digit in range(10)}


@st.cache_data(max_entries=32, show_spinner=False)
def _thinned(number: int, rate: float, seed: int) -> Thinned:
    return thinned(number, rate, seed)


def dropout_section() -> None:
    """Draw the units, the masks and what becomes of the answer."""
    figure, side = figure_and_settings()
    with side:
        rate = paired(":blue[Dropped, p]", 0.0, 0.9, 0.5, step=0.05, key="tr_p")
        number = paired(":violet[Test digit]", 0, 361, 16, key="tr_digit")
        seed = paired("Masks (seed)", 0, 99, 0, key="tr_seed")
    found = _thinned(number, rate, seed)
    grid = (8, UNITS // 8)
    masks = found.masks.reshape(NETS, *grid)
    words = [
        f"Net {net + 1}: {int((found.masks[net] == 0).sum())} of {UNITS} units are dropped. It says"
        f" {found.each[net].argmax()} ({found.each[net].max():.0%}); the average of"
        f" {net + 1} nets says {found.average[net].argmax()} ({found.average[net].max():.0%}); the"
        f" whole network says {found.whole.argmax()} ({found.whole.max():.0%})."
        for net in range(NETS)
    ]
    with figure:
        playback(
            [
                Sheet("Digit", found.picture, "pixels"),
                Sheet("Units", found.hidden.reshape(grid), sign="→"),
                Sheet("Mask", masks, "weights", sign="×"),
                Sheet("After dropout", masks * found.hidden.reshape(grid), sign="="),
            ],
            [
                Bars("This thinned net", found.each, _DIGITS),
                Bars("Average so far", found.average, _DIGITS),
                Bars("Whole network", found.whole, _DIGITS),
            ],
            [
                Curves(
                    "Accuracy on the test digits",
                    {
                        "thinned net": found.each_right,
                        "average": found.average_right,
                        "whole network": np.array([found.whole_right]),
                    },
                ),
                Curves(
                    "Logits: average against whole network, largest difference",
                    {"difference": found.distance},
                ),
            ],
            words,
            key="tr_dropout",
            alt="Units that dropout sets to 0, and the answers of the thinned networks",
            step="Net",
            pytorch=dropout_code(number, rate, seed),
        )
        st.caption(
            f"The {UNITS} features of the digits network that comes with cnnviz, in front of its"
            " last layer; it was trained without dropout. That layer is linear, so the average of"
            " the *logits* goes to the whole network's exactly; that of the *probabilities* only"
            " nearly: averaging many unsure nets is less sure."
        )
