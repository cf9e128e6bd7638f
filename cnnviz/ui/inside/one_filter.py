"""One filter: which pictures excite it, what it sees, whether the network needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.one_filter import classes_figure, values_figure
from cnnviz.imaging.pixels import spaced
from cnnviz.inspection import InspectionError, gap_head
from cnnviz.inspection.cam import last_stage
from cnnviz.inspection.filter_code import peaks_code
from cnnviz.inspection.outputs import filter_layers
from cnnviz.inspection.patches import separation
from cnnviz.numbers.formatting import counted, formatted
from cnnviz.ui.inside.chosen_filter import OneFilter
from cnnviz.ui.inside.filter_ascent import show_climb
from cnnviz.ui.inside.filter_back import show_back
from cnnviz.ui.inside.filter_by_hand import show_by_hand
from cnnviz.ui.inside.filter_composition import show_composition
from cnnviz.ui.inside.filter_correlation import show_correlation
from cnnviz.ui.inside.filter_field import show_field
from cnnviz.ui.inside.filter_off import show_off
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.run_model import model_of
from cnnviz.ui.shared.sample_set import say_which
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.runs import Run
    from cnnviz.ui.inside.picture import Subject

_EVERY = 3  # seconds between two looks for newer weights
_STRONGEST = 0.05  # share of the pictures whose classes are counted


def show_one_filter(run: Run, step: int, subject: Subject, where: str) -> None:
    """Draw the tab: choose a filter, see the nine pictures that excite it, then one of the views.

    Args:
        run: The run.
        step: The snapshot.
        subject: The page's picture.
        where: Where copied code is to be run.

    Raises:
        InspectionError: There are no test pictures.
    """
    one = _chosen(run, step, subject, where)
    follows = _follows(run, step)
    st.fragment(_show_best, run_every=_EVERY if follows else None)(one, follows)
    views = {
        "off": "Is it needed?",
        "field": "What it sees",
        "back": "Back to the picture",
        "parts": "What it is made of",
        "classes": "Values and classes",
        "alike": "Similar filters",
        "climb": "Picture that excites it",
        "hand": "A kernel instead",
    }
    view = choice(
        st.segmented_control, "About this filter", views, "off", key="i_view",
        label_visibility="collapsed",
    )  # fmt: skip
    drawn = {
        "off": show_off,
        "field": show_field,
        "back": show_back,
        "parts": show_composition,
        "classes": _show_classes,
        "alike": show_correlation,
        "climb": show_climb,
        "hand": show_by_hand,
    }
    try:
        drawn[view](one)
    except InspectionError as error:
        st.info(plain(str(error)))
    say_which(one.pictures)


def _chosen(run: Run, step: int, subject: Subject, where: str) -> OneFilter:
    model = model_of(run, step)
    shapes = filter_layers(model, subject.inputs)
    st.caption(
        "A filter answers with one map. These are the test pictures in which its strongest cell"
        " is strongest; the frame is all that this cell can see."
    )
    with settings("one_filter", horizontal=True):
        titles = {name: f"{name} ({_told(shape)})" for name, shape in shapes.items()}
        layer = choice(
            st.selectbox, "Layer", titles, _first_layer(model, subject, shapes),
            key="i_unit_layer", width=260, on_change=choose, args=("i_unit", "best"),
        )  # fmt: skip
        one = OneFilter(run, step, model, layer, shapes[layer], 0, subject, where)
        labels = one.pictures.samples.labels
        best = int(separation(one.peaks().values, labels).argmax())
        numbers: dict[int | str, str] = {"best": f"Recommended ({best})"}
        numbers |= {channel: str(channel) for channel in range(shapes[layer][0])}
        chosen = choice(
            st.selectbox, "Filter", numbers, "best", key="i_unit", width=180,
            help="Recommended is the filter whose values differ most from class to class.",
        )  # fmt: skip
    channel = best if chosen == "best" else int(chosen)
    return OneFilter(run, step, model, layer, shapes[layer], channel, subject, where)


def _told(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} numbers"
    return f"{shape[0]} maps of {shape[1]}×{shape[2]}"


def _first_layer(model: nn.Module, subject: Subject, shapes: dict[str, tuple[int, ...]]) -> str:
    head = gap_head(model)
    if head is not None and head.layer in shapes:
        return head.layer
    try:
        return last_stage(model, subject.inputs)
    except InspectionError:
        return next(iter(shapes))


def _follows(run: Run, step: int) -> bool:
    """Whether the newest weights of a run that goes on were chosen."""
    if not run.known_state().active:
        return False
    # The step that is chosen stays while newer ones appear.
    mark, state = (str(run.path), step), st.session_state
    if step == run.snapshot_steps()[-1]:
        state["_i_followed"] = mark
    return bool(state.get("_i_followed") == mark)


def _show_best(one: OneFilter, follows: bool) -> None:  # noqa: FBT001 - a fragment's own
    if follows:
        newest = one.run.snapshot_steps()[-1]
        one = OneFilter(
            one.run, newest, model_of(one.run, newest), one.layer, one.shape, one.channel,
            one.subject, one.where,
        )  # fmt: skip
    found, samples, classes = one.peaks(), one.pictures.samples, one.run.config.classes
    channel = one.channel
    best = found.best(channel)
    name = f"Filter {channel} of {one.layer}"
    if found.is_constant(channel):
        value = formatted(float(found.values[0, channel]), ".3g")
        st.info(
            f"{name} gives {value} for every picture, so no picture excites it more than another:"
            " it is dead. Choose another filter, or read the layer before."
        )
        return
    values = [formatted(float(found.values[i, channel]), ".2f") for i in best]
    names = [plain(classes[samples.labels[i]]) for i in best]
    st.image(
        [spaced(one.patch(channel, int(i))) for i in best],
        caption=[f"**{value}** {name}" for value, name in zip(values, names, strict=True)],
        width=90,
        output_format="PNG",
        alt=[f"{classes[samples.labels[i]]}, strongest value {value}"
             for i, value in zip(best, values, strict=True)],
    )  # fmt: skip
    where = f"{name}, at step {one.step:,}"
    if follows:
        where += ", and anew as the run saves newer weights"
    (top, bottom), (left, right) = one.field((0, 0))
    size = f"{bottom - top + 1}×{right - left + 1} pixels"
    st.caption(
        f"{where}. A cell sees {size} of the picture and its padding."
        f" Searched: {one.pictures.told(len(samples.labels))}."
    )
    with st.container(horizontal=True):
        code = peaks_code(
            one.run.config, one.step, one.layer, channel, one.pictures.source(len(samples.labels))
        )
        copy_code("Copy the PyTorch lines", code, note=one.where)
        with st.popover("Numbers", icon=":material/table:"):
            st.dataframe(
                {
                    "Value": found.values[best, channel],
                    "Class": [classes[samples.labels[i]] for i in best],
                    "Row": found.rows[best, channel],
                    "Column": found.columns[best, channel],
                    "Picture": best if samples.indices is None else samples.indices[best],
                },
                hide_index=True,
                alt="The nine pictures that excite the filter most",
            )


def _show_classes(one: OneFilter) -> None:
    values, labels = one.peaks().values[:, one.channel], one.pictures.samples.labels
    count = max(9, round(_STRONGEST * len(labels)))
    strongest = one.peaks().best(one.channel, count)
    classes = one.run.config.classes
    counts = np.bincount(labels[strongest], minlength=len(classes))
    share = float(separation(one.peaks().values, labels)[one.channel])
    top = int(counts.argmax())
    st.markdown(
        f"Of the {counted(len(strongest), 'picture')} that excite it most, {counts[top]} show"
        f" **{plain(classes[top])}**. {share:.0%} of the variance of its values lies between the"
        " classes: a filter that knows one class comes near 100%, one that looks at a detail of"
        " many classes near 0%."
    )
    left, right = st.columns(2)
    with left:
        st.markdown("Its strongest value, over all pictures")
        chart(
            values_figure(values), key="i_values", alt="How often its strongest value falls where"
        )
    with right:
        st.markdown(f"Classes of the {len(strongest)} strongest")
        chart(
            classes_figure(counts, classes),
            key="i_classes",
            alt="Classes of the pictures that excite the filter most",
        )
