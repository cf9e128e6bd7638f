"""A section of the page The frequency domain: which way is faster on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.convolution.speed import crossover, machine, measure, ties
from cnnviz.figures.timings import timings_figure

if TYPE_CHECKING:
    from cnnviz.convolution.speed import Timing


@st.cache_resource(show_spinner="Measuring", max_entries=1)
def _timed() -> tuple[Timing, ...]:
    return tuple(measure())


def show_speed() -> None:
    """Draw the times of a direct, a separable and an FFT convolution against the kernel's side."""
    st.header("Which way is faster?")
    if st.button("Measure again", icon=":material/timer:"):
        _timed.clear()
    timings = _timed()
    found = crossover(timings)
    chart(
        timings_figure(timings, found),
        key="_fq_chart",
        alt="Milliseconds by kernel size, for three ways to convolve",
    )
    words = (
        f"Measured this time: from **{found}×{found}** upwards, the FFT is clearly faster than"
        " direct convolution."
        if found
        else "Measured this time: at none of these sizes is the FFT clearly faster for good."
    )
    if even := ties(timings):
        sides = ", ".join(f"{side}×{side}" for side in even)
        words += f" At {sides} the two are about equal, and another measurement may differ."
    st.markdown(
        f"{words} A direct convolution takes k² products per pixel; a separable kernel, applied as"
        " two 1-D kernels, takes 2k. The time of the FFT hardly depends on k."
    )
    st.caption(
        f"Medians for a 128×128 picture with SciPy, float64, one thread, measured on the machine"
        f" that runs this server: {machine()}. Networks use small kernels and many channels; there,"
        " direct convolution is faster."
    )
