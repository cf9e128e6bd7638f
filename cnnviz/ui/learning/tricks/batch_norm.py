"""Batch norm: the histogram of a batch before and after, in training and in evaluation."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.playback import Bars, Curves, Sheet, playback
from cnnviz.inspection.batch_norm import (
    BATCHES,
    BINS,
    CHANNELS,
    REACH,
    Normalised,
    batch_norm_code,
    normalised,
)
from cnnviz.numbers.formatting import MINUS
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings


@st.cache_data(max_entries=32, show_spinner=False)
def _normalised(channel: int, size: int, momentum: float) -> Normalised:
    return normalised(channel, size, momentum)


def batch_norm_section() -> None:
    """Draw one channel of many batches, before and after."""
    figure, side = figure_and_settings()
    with side:
        size = paired(":blue[Pictures in a batch]", 1, 64, 16, key="tr_batch")
        momentum = paired(":violet[Momentum]", 0.01, 1.0, 0.1, step=0.01, key="tr_running")
        channel = paired("Channel", 0, CHANNELS - 1, 3, key="tr_channel")
    found = _normalised(channel, size, momentum)
    after = found.after
    words = [
        f"Batch {batch + 1} of {size}×4×4 numbers: mean {found.batch_mean[batch]:.2f}, variance"
        f" {found.batch_variance[batch]:.2f}; running: {found.running_mean[batch]:.2f} and"
        f" {found.running_variance[batch]:.2f}. After, in training: mean"
        f" {abs(after[0, batch]):.2f}, standard deviation {after[1, batch]:.2f}; in evaluation:"
        f" {after[2, batch]:.2f} and {after[3, batch]:.2f}.".replace("-", MINUS)
        for batch in range(BATCHES)
    ]
    middle = (BINS - 1) / 2
    edges = found.before_edges
    ticks = {0.0: f"{edges[0]:.1f}", middle: f"{(edges[0] + edges[-1]) / 2:.1f}"}
    ticks = {place: text.replace("-", MINUS) for place, text in ticks.items()}
    before = ticks | {BINS - 1.0: f"{edges[-1]:.1f}"}
    normal = {0.0: f"{MINUS}{REACH:g}", middle: "0", BINS - 1.0: f"{REACH:g}"}
    titles = ("Before", "After, in training", "After, in evaluation")
    with figure:
        playback(
            [
                Sheet(f"{title}: first picture", maps, sign="→" if at else "")
                for at, (title, maps) in enumerate(zip(titles, found.maps, strict=True))
            ],
            [
                Bars(f"{title}: share of the batch", shares, normal if at else before)
                for at, (title, shares) in enumerate(zip(titles, found.histograms, strict=True))
            ],
            [
                Curves("Mean", {"batch": found.batch_mean, "running": found.running_mean}),
                Curves(
                    "Variance",
                    {"batch": found.batch_variance, "running": found.running_variance},
                ),
            ],
            words,
            key="tr_batch_norm",
            alt="Histograms of a channel before and after batch norm, batch by batch",
            step="Batch",
            pytorch=batch_norm_code(channel, size, momentum),
        )
        st.caption(
            "What enters the first batch norm of the digits network that comes with cnnviz, for"
            " shuffled training digits. Scale γ and shift β are 1 and 0, as at the start of"
            " training; learned, they can undo it. The running statistics start at 0 and 1 and"
            " follow each batch by the share *momentum*. Small batches jump about, so training and"
            " evaluation differ."
        )
