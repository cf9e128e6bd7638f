"""Step through a convolution, one output cell at a time."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from cnnviz.components.stepper import stepper
from cnnviz.convolution import LectureExample, lecture_source, trace
from cnnviz.ui.shared.address import CELL, CONTROLS, CONTROLS_BEFORE
from cnnviz.ui.shared.projecting import figure_and_settings, settings
from cnnviz.ui.step import settings as controls

FIXED = (
    "Operator: {operator}. Its window and stride are fixed; in the convolution examples you can"
    " change the kernel, stride, padding and dilation."
)


def matrix(values: Iterable[Iterable[float]], right: Iterable[Iterable[float]]) -> str:
    """A matrix in LaTeX, the entries that differ from the right ones in red."""
    wrong = "\\textcolor{{red}}{{\\boldsymbol{{{}}}}}"
    rows = (
        " & ".join(
            f"{value:g}" if np.isclose(value, true) else wrong.format(f"{value:g}")
            for value, true in zip(*pair, strict=True)
        )
        for pair in zip(values, right, strict=True)
    )
    return "\\begin{pmatrix}" + r" \\ ".join(rows) + "\\end{pmatrix}"


def show_note(example: LectureExample) -> None:
    """Say, quietly, where an example is from and, where the lecture is wrong, what it has."""
    claim, source = example.slide_value, lecture_source(example.id)
    if claim is None:
        with st.expander("About this example", icon=":material/menu_book:"):
            st.caption(f"From the {source}. {example.note}")
        return
    if isinstance(claim, np.ndarray):
        marked = matrix(claim, example.expected)
        correction = f"has this output, with its wrong numbers in red:\n\n$${marked}$$\n\n"
    else:
        correction = f"says: {claim}"
    with st.expander("A lecture says otherwise", icon=":material/rule:"):
        st.caption(
            "The figure is right: it computes every output from the input and the kernel."
            f" The {source} {correction}"
        )
        st.caption(example.note)


controls.open_page()
hidden = bool(CONTROLS.read() or CONTROLS_BEFORE.read())
top = settings("top", horizontal=True) if hidden else st.container(horizontal=True)
figure, side = figure_and_settings(hidden=hidden)

with top:
    source = controls.choose_source()
    example = controls.choose_example() if source == "preset" else None

image, traced, problems = None, None, []
with side:
    if example is None:
        try:
            image = controls.choose_patch() if source == "picture" else controls.type_numbers()
        except ValueError as error:
            problems.append(str(error))
    if example is None or example.operator == "correlation":
        defaults = controls.Defaults.of(example) if example else controls.Defaults()
        image = example.image if example else image
        channels = 3 if image is not None and image.ndim == 3 else 1
        try:
            window = controls.choose_window(defaults, channels)
            traced = trace(image, **window) if image is not None else None
        except ValueError as error:
            problems.append(str(error))
    else:
        traced = example.trace()
        st.info(FIXED.format(operator=traced.operator), icon=":material/lock:")

with figure:
    if example:
        st.caption(example.shows)
    for problem in problems:
        st.error(problem, icon=":material/grid_off:")
    if traced:
        cell = CELL.read()
        stepper(
            traced,
            key="s_stepper",
            pixels=source == "picture",
            start=(cell[0], cell[1]) if cell else None,
            url_parameter=CELL.name,
        )
    if example and not hidden:
        show_note(example)
